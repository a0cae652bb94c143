#include "kernels/simt/counters.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

#include "kernels/simt/counting/races.h"
#include "kernels/simt/counting/requests.h"

namespace norma::simt {
namespace {

const char* name(Access::Kind kind) {
  return kind == Access::Kind::read ? "read" : kind == Access::Kind::write ? "write" : "atomic";
}
const char* name(Space space) { return space == Space::shared ? "shared" : "global"; }

/// "program+0x1a2b", the offset that addr2line takes.
std::string place(std::uintptr_t site) {
  const CodePlace code = code_place(site);
  return fmt::format("{}+{:#x}", code.file.substr(code.file.rfind('/') + 1), code.offset);
}

std::string row(const std::string& what, const Requests& r) {
  return fmt::format("{:<32}{:>12}{:>14}{:>14}{:>14}\n", what, r.requests, r.bytes, r.transactions, r.ideal);
}

/// Adds up what the sites of `counters` say.
void total_up(Counters& counters) {
  for (const SiteRequests& site : counters.sites) {
    const bool global = site.space == Space::global;
    Requests* total = &counters.atomics;
    if (site.kind == Access::Kind::read) total = global ? &counters.global_reads : &counters.shared_reads;
    if (site.kind == Access::Kind::write) total = global ? &counters.global_writes : &counters.shared_writes;
    *total += site;
    if (global && site.kind == Access::Kind::atomic) counters.global_bytes_added += site.moved;
  }
  std::stable_sort(counters.sites.begin(), counters.sites.end(),
                   [](const auto& a, const auto& b) { return a.waste() > b.waste(); });
}

/// Puts the sites, races and arrays of one launch to those of others.
void merge(Counters& all, const Counters& one) {
  const auto put = [](auto& list, const auto& item, auto same, auto add) {
    const auto found =
        std::find_if(list.begin(), list.end(), [&](const auto& other) { return same(other, item); });
    found == list.end() ? list.push_back(item) : add(*found, item);
  };
  for (const SiteRequests& site : one.sites)
    put(
        all.sites, site,
        [](const auto& a, const auto& b) {
          return a.site == b.site && a.kind == b.kind && a.space == b.space;
        },
        [](SiteRequests& a, const SiteRequests& b) { a += b; });
  for (const Race& race : one.races)
    put(
        all.races, race,
        [](const Race& a, const Race& b) {
          return std::minmax(a.first_site, a.second_site) == std::minmax(b.first_site, b.second_site);
        },
        [](Race& a, const Race& b) { a.count += b.count; });
  for (const ArrayTraffic& array : one.arrays)
    put(
        all.arrays, array, [](const auto& a, const auto& b) { return a.name == b.name; },
        [](ArrayTraffic& a, const ArrayTraffic& b) { a.read += b.read, a.written += b.written; });
  all.threads += one.threads, all.shuffles += one.shuffles;
  all.barriers += one.barriers, all.warp_barriers += one.warp_barriers;
}

}  // namespace

Requests& Requests::operator+=(const Requests& other) {
  requests += other.requests, bytes += other.bytes, moved += other.moved;
  transactions += other.transactions, ideal += other.ideal;
  return *this;
}

class CountLaunches::Watcher : public Observer {
 public:
  void begin_launch(const Launch& launch) override {
    finish_launch();
    current_.emplace().launch = launch;
    blocks_done_ = 0;
    blocks_ = static_cast<double>(launch.grid.x) * launch.grid.y * launch.grid.z;
    requests.begin_launch(), races_.begin_launch();
    distinct_.clear();
  }
  void begin_block(std::int64_t, int threads) override {
    current_->threads += static_cast<unsigned>(threads);
    requests.begin_block(threads), races_.begin_block();
  }
  void end_block() override {
    requests.end_block();
    if (after_block) after_block(++blocks_done_ / blocks_);
  }
  void access(const Access& access) override {
    requests.access(access), races_.access(access);
    if (access.space == Space::global && distinct_.add(access)) distinct_of_all_.add(access);
  }
  void block_barrier(int threads) override {
    current_->barriers += static_cast<unsigned>(threads);
    races_.block_barrier();
  }
  void warp_barrier(int warp, std::uint32_t lanes) override {
    current_->warp_barriers += static_cast<unsigned>(std::popcount(lanes));
    races_.warp_barrier(warp, lanes);
  }
  void shuffle(int, std::uint32_t lanes) override {
    current_->shuffles += static_cast<unsigned>(std::popcount(lanes));
  }

  const std::vector<LaunchCounters>& launches() {
    finish_launch();
    return finished_;
  }
  const DistinctBytes& distinct_of_all() const { return distinct_of_all_; }

  RequestCounter requests;
  std::function<void(double)> after_block;

 private:
  void finish_launch() {
    if (!current_) return;
    requests.result(*current_);
    total_up(*current_);
    current_->races = races_.result();
    current_->global_bytes_read = distinct_.read(), current_->global_bytes_written = distinct_.written();
    finished_.push_back(std::move(*current_));
    current_.reset();
  }

  double blocks_ = 0, blocks_done_ = 0;  // of the launch that runs
  RaceDetector races_;
  DistinctBytes distinct_, distinct_of_all_;
  std::optional<LaunchCounters> current_;  // between its beginning and whatever is asked or begun next
  std::vector<LaunchCounters> finished_;
};

CountLaunches::CountLaunches() : watcher_(std::make_unique<Watcher>()), before_(observer) {
  observer = watcher_.get();
}

CountLaunches::~CountLaunches() { observer = before_; }

void CountLaunches::name_array(const std::string& name, const void* begin, std::size_t bytes) {
  watcher_->requests.name_array(name, reinterpret_cast<std::uintptr_t>(begin), bytes);
}

void CountLaunches::after_block(std::function<void(double)> f) { watcher_->after_block = std::move(f); }

std::vector<LaunchCounters> CountLaunches::launches() const { return watcher_->launches(); }

Counters CountLaunches::result() const {
  Counters all;
  for (const LaunchCounters& launch : watcher_->launches()) merge(all, launch);
  total_up(all);
  all.global_bytes_read = watcher_->distinct_of_all().read();
  all.global_bytes_written = watcher_->distinct_of_all().written();
  return all;
}

CodePlace code_place(std::uintptr_t site) {
  Dl_info module{};
  const void* const address = reinterpret_cast<void*>(site);  // NOLINT(performance-no-int-to-ptr): it was one
  if (dladdr(address, &module) == 0) return {"", site};
  return {module.dli_fname, site - reinterpret_cast<std::uintptr_t>(module.dli_fbase)};
}

std::string report(const Counters& c) {
  std::string text =
      fmt::format("{:<32}{:>12}{:>14}{:>14}{:>14}\n", "", "requests", "bytes", "transactions", "ideal");
  text += row("global reads", c.global_reads) + row("global writes", c.global_writes);
  text +=
      row("shared reads", c.shared_reads) + row("shared writes", c.shared_writes) + row("atomics", c.atomics);
  text += fmt::format("distinct bytes of global memory: {} read, {} written\n", c.global_bytes_read,
                      c.global_bytes_written);
  for (const ArrayTraffic& a : c.arrays)
    text += fmt::format("{}: {} of {} bytes read, {} written\n", a.name, a.read, a.bytes, a.written);
  for (const SiteRequests& s : c.sites)
    text += row(fmt::format("{} {} {}", name(s.space), name(s.kind), place(s.site)), s);
  for (const Race& r : c.races)
    text += fmt::format("race in {} memory{}: a {} by thread {} at {}, a {} by thread {} at {} ({} pairs)\n",
                        name(r.space), r.between_blocks ? " between blocks" : "", name(r.first_kind),
                        r.first_thread, place(r.first_site), name(r.second_kind), r.second_thread,
                        place(r.second_site), r.count);
  return text;
}

}  // namespace norma::simt
