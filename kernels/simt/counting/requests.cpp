#include "kernels/simt/counting/requests.h"

#include <algorithm>
#include <bit>

namespace norma::simt {
namespace {

constexpr std::uintptr_t sector_bytes = 32;  // the unit in which global memory is moved
constexpr std::uintptr_t word_bytes = 4;     // the unit of a bank of shared memory
constexpr std::uintptr_t banks = 32;

constexpr std::uint64_t divide_up(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

/// Bits [first, end) of 32.
constexpr std::uint32_t bits(std::uintptr_t first, std::uintptr_t end) {
  return (~std::uint32_t{0} << first) & (~std::uint32_t{0} >> (32 - end));
}

}  // namespace

// ── Bytes ──────────────────────────────────────────────────────────────────────────────────────────────────

bool DistinctBytes::add(const Access& access) {
  const std::uintptr_t end = access.address + access.bytes;
  bool is_new = false;
  const auto mark = [&](std::uint32_t& mask, std::uint32_t now, std::uint64_t& total) {
    const std::uint32_t fresh = now & ~mask;
    if (fresh == 0) return;
    mask |= fresh, is_new = true;
    total += static_cast<std::uint64_t>(std::popcount(fresh));
  };
  for (std::uintptr_t at = access.address; at < end;) {
    const std::uintptr_t number = at / sector_bytes, first = at % sector_bytes;
    const std::uintptr_t last = std::min(end - number * sector_bytes, sector_bytes);
    Sector& sector = sectors_[number];
    if (access.kind != Access::Kind::write) mark(sector.read, bits(first, last), read_);
    if (access.kind != Access::Kind::read) mark(sector.written, bits(first, last), written_);
    at = (number + 1) * sector_bytes;
  }
  return is_new;
}

void RequestCounter::name_array(const std::string& name, std::uintptr_t begin, std::size_t bytes) {
  arrays_.push_back({begin, begin + bytes, {name, bytes, 0, 0}});
}

void RequestCounter::add_to_array(std::uintptr_t address, std::uint64_t bytes, Access::Kind kind) {
  const auto holds = [&](const Array& a) { return a.begin <= address && address < a.end; };
  if (last_array_ >= arrays_.size() || !holds(arrays_[last_array_])) {
    const auto found = std::find_if(arrays_.begin(), arrays_.end(), holds);
    if (found == arrays_.end()) return;
    last_array_ = static_cast<std::size_t>(found - arrays_.begin());
  }
  ArrayTraffic& traffic = arrays_[last_array_].traffic;
  if (kind != Access::Kind::write) traffic.read += bytes;
  if (kind != Access::Kind::read) traffic.written += bytes;
}

// ── Requests ───────────────────────────────────────────────────────────────────────────────────────────────

void RequestCounter::begin_launch() {
  sites_.clear(), site_by_key_.clear(), of_block_.clear();
  recent_.fill(nullptr);
  for (Array& array : arrays_) array.traffic.read = array.traffic.written = 0;
}

void RequestCounter::begin_block(int threads) { threads_ = threads; }

RequestCounter::Site& RequestCounter::site_of(const Access& access) {
  // Addresses of code leave the upper bits free.
  const std::uint64_t key = std::uint64_t{access.site} << 4 | static_cast<std::uint64_t>(access.space) << 2 |
                            static_cast<std::uint64_t>(access.kind);
  Site*& recent = recent_[access.site % recent_.size()];
  if (recent != nullptr && recent->total.site == access.site && recent->total.space == access.space &&
      recent->total.kind == access.kind)
    return *recent;
  Site*& site = site_by_key_[key];
  if (site == nullptr) {
    site = sites_.emplace_back(std::make_unique<Site>()).get();
    site->total.site = access.site, site->total.kind = access.kind, site->total.space = access.space;
  }
  return *(recent = site);
}

void RequestCounter::access(const Access& access) {
  Site& site = site_of(access);
  if (!site.in_block) site.in_block = true, of_block_.push_back(&site);
  const int number = access.thread / 32, lane = access.thread % 32;
  Warp& warp = site.warps[static_cast<std::size_t>(number)];
  const std::uint32_t at = warp.executions[static_cast<std::size_t>(lane)]++ - warp.counted;
  if (at == warp.open.size()) warp.open.emplace_back(), ++warp.left;
  Request& request = warp.open[at];
  request.lanes |= 1u << lane;
  request.lane[static_cast<std::size_t>(lane)] = {access.address, access.address + access.bytes};
  if (request.lanes != bits(0, static_cast<std::uintptr_t>(std::min(threads_ - number * 32, 32)))) return;
  count(request, site);
  request.lanes = 0;
  if (--warp.left != 0) return;
  warp.counted += static_cast<std::uint32_t>(warp.open.size());
  warp.open.clear();
}

void RequestCounter::end_block() {
  for (Site* site : of_block_) {
    for (Warp& warp : site->warps) {
      for (Request& request : warp.open)
        if (request.lanes != 0) count(request, *site);
      warp.executions.fill(0);
      warp.counted = warp.left = 0;
      warp.open.clear();
    }
    site->in_block = false;
  }
  of_block_.clear();
}

void RequestCounter::count(Request& request, Site& site) {
  lanes_.clear();
  for (std::uint32_t rest = request.lanes; rest != 0; rest &= rest - 1)
    lanes_.push_back(request.lane[static_cast<std::size_t>(std::countr_zero(rest))]);
  ++site.total.requests;
  for (const Lane& lane : lanes_) site.total.bytes += lane.end - lane.begin;
  site.total.space == Space::global ? count_global(lanes_, site.total) : count_shared(lanes_, site.total);
}

/// Distinct sectors, against as many as the distinct bytes would fill.
void RequestCounter::count_global(std::vector<Lane>& lanes, SiteRequests& total) {
  const auto by_address = [](const Lane& a, const Lane& b) { return a.begin < b.begin; };
  if (!std::is_sorted(lanes.begin(), lanes.end(), by_address))
    std::sort(lanes.begin(), lanes.end(), by_address);
  std::uintptr_t next_byte = 0, next_sector = 0;  // the first not yet counted
  std::uint64_t bytes = 0;
  for (const Lane& lane : lanes) {
    if (lane.end > next_byte) {
      const std::uint64_t fresh = lane.end - std::max(lane.begin, next_byte);
      if (!arrays_.empty()) add_to_array(lane.begin, fresh, total.kind);
      bytes += fresh, next_byte = lane.end;
    }
    const std::uintptr_t first = std::max(lane.begin / sector_bytes, next_sector);
    const std::uintptr_t end = divide_up(lane.end, sector_bytes);
    if (end > first) total.transactions += end - first, next_sector = end;
  }
  total.moved += bytes;
  total.ideal += divide_up(bytes, sector_bytes);
}

/// A bank gives one word in a pass, to every lane that wants it. Lanes that ask for 8 or 16 bytes are served
/// by halves and quarters of a warp.
void RequestCounter::count_shared(const std::vector<Lane>& lanes, SiteRequests& total) {
  const std::size_t words_a_lane = divide_up(lanes.front().end - lanes.front().begin, word_bytes);
  const std::size_t lanes_a_part = std::max<std::size_t>(32 / words_a_lane, 1);
  for (std::size_t first = 0; first < lanes.size(); first += lanes_a_part) {
    words_.clear();
    for (std::size_t i = first; i < std::min(first + lanes_a_part, lanes.size()); ++i)
      for (std::uintptr_t word = lanes[i].begin / word_bytes; word * word_bytes < lanes[i].end; ++word)
        words_.push_back(word);
    if (!std::is_sorted(words_.begin(), words_.end())) std::sort(words_.begin(), words_.end());
    words_.erase(std::unique(words_.begin(), words_.end()), words_.end());
    std::array<std::uint64_t, banks> wanted{};
    for (const std::uintptr_t word : words_) ++wanted[word % banks];
    total.transactions += *std::max_element(wanted.begin(), wanted.end());
    total.ideal += divide_up(words_.size(), banks);
    total.moved += words_.size() * word_bytes;
  }
}

void RequestCounter::result(Counters& counters) const {
  for (const auto& site : sites_) counters.sites.push_back(site->total);
  for (const Array& array : arrays_) counters.arrays.push_back(array.traffic);
}

}  // namespace norma::simt
