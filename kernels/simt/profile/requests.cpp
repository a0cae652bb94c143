#include "kernels/simt/profile/requests.h"

#include <algorithm>
#include <bit>
#include <set>

namespace norma::simt {
namespace {

constexpr std::uintptr_t sector_bytes = 32;  // the unit in which global memory is moved
constexpr std::uintptr_t word_bytes = 4;     // the unit of a bank of shared memory
constexpr std::uintptr_t banks = 32;

constexpr std::uint64_t divide_up(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

void add(Requests& total, const Requests& part) {
  total.requests += part.requests;
  total.bytes += part.bytes;
  total.transactions += part.transactions;
  total.ideal += part.ideal;
}

std::uint64_t waste(const Requests& r) { return r.transactions - r.ideal; }

}  // namespace

void RequestCounter::begin_block() {
  for (auto& [key, site] : sites_) {
    site.executions.fill(0);
    for (auto& of_warp : site.requests) of_warp.clear();
  }
}

void RequestCounter::access(const Access& access) {
  if (access.space == Space::global) touch(access);
  Site& site = sites_[{access.site, access.space, access.kind}];
  const auto thread = static_cast<std::size_t>(access.thread);
  const std::size_t execution = site.executions[thread]++;
  auto& of_warp = site.requests[thread / 32];
  if (execution >= of_warp.size()) of_warp.resize(execution + 1);
  of_warp[execution].push_back({access.thread, access.address, access.address + access.bytes});
}

void RequestCounter::end_block() {
  for (auto& [key, site] : sites_)
    for (auto& of_warp : site.requests)
      for (Request& request : of_warp) {
        ++site.total.requests;
        for (const Lane& lane : request) site.total.bytes += lane.end - lane.begin;
        if (std::get<Space>(key) == Space::global)
          count_global(request, site.total);
        else
          count_shared(request, site.total);
      }
}

/// Distinct sectors, against as many as the distinct bytes would fill.
void RequestCounter::count_global(Request& request, Requests& total) {
  std::sort(request.begin(), request.end(), [](const Lane& a, const Lane& b) { return a.begin < b.begin; });
  std::uintptr_t next_byte = 0, next_sector = 0;  // the first not yet counted
  std::uint64_t bytes = 0;
  for (const Lane& lane : request) {
    if (lane.end > next_byte) bytes += lane.end - std::max(lane.begin, next_byte), next_byte = lane.end;
    const std::uintptr_t first = std::max(lane.begin / sector_bytes, next_sector);
    const std::uintptr_t end = divide_up(lane.end, sector_bytes);
    if (end > first) total.transactions += end - first, next_sector = end;
  }
  total.ideal += divide_up(bytes, sector_bytes);
}

/// A bank gives one word in a pass, to whoever wants it. Lanes that ask for 8 or 16 bytes are served by
/// halves and quarters of a warp.
void RequestCounter::count_shared(Request& request, Requests& total) {
  std::sort(request.begin(), request.end(), [](const Lane& a, const Lane& b) { return a.thread < b.thread; });
  const std::size_t words_a_lane = divide_up(request.front().end - request.front().begin, word_bytes);
  const std::size_t lanes_a_part = std::max<std::size_t>(32 / words_a_lane, 1);
  std::set<std::uintptr_t> distinct;
  for (std::size_t first = 0; first < request.size(); first += lanes_a_part) {
    std::set<std::uintptr_t> words;
    for (std::size_t i = first; i < std::min(first + lanes_a_part, request.size()); ++i)
      for (std::uintptr_t word = request[i].begin / word_bytes; word * word_bytes < request[i].end; ++word)
        words.insert(word);
    std::array<std::uint64_t, banks> wanted{};
    for (const std::uintptr_t word : words) ++wanted[word % banks];
    total.transactions += *std::max_element(wanted.begin(), wanted.end());
    distinct.merge(words);
  }
  total.ideal += divide_up(distinct.size(), banks);
}

void RequestCounter::touch(const Access& access) {
  for (std::uintptr_t byte = access.address; byte < access.address + access.bytes; ++byte) {
    Touched& sector = sectors_[byte / sector_bytes];
    const std::uint32_t bit = 1u << byte % sector_bytes;
    if (access.kind != Access::Kind::write) sector.read |= bit;
    if (access.kind != Access::Kind::read) sector.written |= bit;
  }
}

Counters RequestCounter::result() const {
  Counters result;
  for (const auto& [key, site] : sites_) {
    const auto& [place, space, kind] = key;
    const bool global = space == Space::global;
    Requests* total = &result.atomics;
    if (kind == Access::Kind::read) total = global ? &result.global_reads : &result.shared_reads;
    if (kind == Access::Kind::write) total = global ? &result.global_writes : &result.shared_writes;
    add(*total, site.total);
    result.sites.push_back({site.total, place, kind, space});
  }
  std::stable_sort(result.sites.begin(), result.sites.end(),
                   [](const auto& a, const auto& b) { return waste(a) > waste(b); });
  for (const auto& [address, sector] : sectors_) {
    result.global_bytes_read += static_cast<std::uint64_t>(std::popcount(sector.read));
    result.global_bytes_written += static_cast<std::uint64_t>(std::popcount(sector.written));
  }
  return result;
}

}  // namespace norma::simt
