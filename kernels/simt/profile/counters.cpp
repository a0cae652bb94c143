#include "kernels/simt/counters.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "kernels/simt/profile/races.h"
#include "kernels/simt/profile/requests.h"

namespace norma::simt {
namespace {

const char* name(Access::Kind kind) {
  return kind == Access::Kind::read ? "read" : kind == Access::Kind::write ? "write" : "atomic";
}
const char* name(Space space) { return space == Space::shared ? "shared" : "global"; }

/// "program+0x1a2b", the offset that addr2line takes.
std::string place(std::uintptr_t site) {
  Dl_info module{};
  if (dladdr(reinterpret_cast<void*>(site), &module) == 0) return fmt::format("{:#x}", site);
  std::string file = module.dli_fname;
  return fmt::format("{}+{:#x}", file.substr(file.rfind('/') + 1),
                     site - reinterpret_cast<std::uintptr_t>(module.dli_fbase));
}

std::string row(const std::string& what, const Requests& r) {
  return fmt::format("{:<32}{:>12}{:>14}{:>14}{:>14}\n", what, r.requests, r.bytes, r.transactions, r.ideal);
}

}  // namespace

class CountLaunches::Watcher : public Observer {
 public:
  void begin_launch() override { races.begin_launch(); }
  void begin_block(std::int64_t number, int) override { requests.begin_block(), races.begin_block(number); }
  void end_block() override { requests.end_block(); }
  void access(const Access& access) override { requests.access(access), races.access(access); }
  void block_barrier() override { races.block_barrier(); }
  void warp_barrier(int warp, std::uint32_t lanes) override { races.warp_barrier(warp, lanes); }

  RequestCounter requests;
  RaceDetector races;
};

CountLaunches::CountLaunches() : watcher_(std::make_unique<Watcher>()), before_(observer) {
  observer = watcher_.get();
}

CountLaunches::~CountLaunches() { observer = before_; }

Counters CountLaunches::result() const {
  Counters result = watcher_->requests.result();
  result.races = watcher_->races.result();
  return result;
}

std::string report(const Counters& c) {
  std::string text =
      fmt::format("{:<32}{:>12}{:>14}{:>14}{:>14}\n", "", "requests", "bytes", "transactions", "ideal");
  text += row("global reads", c.global_reads) + row("global writes", c.global_writes);
  text +=
      row("shared reads", c.shared_reads) + row("shared writes", c.shared_writes) + row("atomics", c.atomics);
  text += fmt::format("distinct bytes of global memory: {} read, {} written\n", c.global_bytes_read,
                      c.global_bytes_written);
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
