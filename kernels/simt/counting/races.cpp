#include "kernels/simt/counting/races.h"

#include <algorithm>
#include <bit>

#include "core/error.h"

namespace norma::simt {
namespace {

using Kind = Access::Kind;
constexpr std::uintptr_t word_bytes = 4;

bool conflict(Kind a, Kind b) {
  if (a == Kind::atomic && b == Kind::atomic) return false;
  return a != Kind::read || b != Kind::read;
}

/// Whatever will race with `then` will race with the later `now` as well, or has happened after both.
bool covers(Kind now, Kind then) { return now == Kind::write || now == then; }

template <class F>
void each_lane(std::uint32_t lanes, F f) {
  for (; lanes != 0; lanes &= lanes - 1) f(static_cast<std::size_t>(std::countr_zero(lanes)));
}

}  // namespace

// ── Histories ──────────────────────────────────────────────────────────────────────────────────────────────

void RaceDetector::Histories::push(std::uint32_t& list, const Event& event) {
  std::uint32_t number = free_;
  if (number != 0)
    free_ = node(number).next;
  else if (number = used_++; number / chunk >= chunks_.size())
    chunks_.push_back(std::make_unique<Node[]>(chunk));
  node(number) = {event, list};
  list = number;
}

void RaceDetector::Histories::pop(std::uint32_t& list) {
  const std::uint32_t number = list;
  list = node(number).next;
  node(number).next = free_;
  free_ = number;
}

// ── Order ──────────────────────────────────────────────────────────────────────────────────────────────────

void RaceDetector::begin_launch() {
  global_.clear();
  races_.clear();
  block_ = 0;
}

void RaceDetector::begin_block() {
  ++block_;
  epoch_ = 0;
  if (warp_barriers_ || block_ == 1) {
    clock_.fill(1);
    for (auto& lanes : known_) lanes.fill(0);
    warp_barriers_ = false;
  }
  shared_.clear();
}

void RaceDetector::warp_barrier(int warp, std::uint32_t lanes) {
  warp_barriers_ = true;
  const std::size_t first = static_cast<std::size_t>(warp) * 32;
  std::array<Clock, 32> joint{};
  each_lane(lanes, [&](std::size_t lane) {
    for (std::size_t other = 0; other < 32; ++other)
      joint[other] = std::max(joint[other], known_[first + lane][other]);
    joint[lane] = std::max(joint[lane], clock_[first + lane]);
  });
  each_lane(lanes, [&](std::size_t lane) { known_[first + lane] = joint, ++clock_[first + lane]; });
}

/// The lanes of `then` whose access has not happened before `now`, which is by a single lane.
std::uint32_t RaceDetector::unordered(const Event& then, const Event& now) const {
  if (then.block != now.block) return then.lanes;
  if (then.epoch != now.epoch) return 0;
  if (then.warp != now.warp) return then.lanes;
  const std::uint32_t others = then.lanes & ~now.lanes;
  if (!warp_barriers_) return others;
  const auto& known = known_[now.warp * 32u + static_cast<unsigned>(std::countr_zero(now.lanes))];
  std::uint32_t result = 0;
  each_lane(others, [&](std::size_t lane) {
    if (known[lane] < then.clock) result |= 1u << lane;
  });
  return result;
}

// ── Accesses ───────────────────────────────────────────────────────────────────────────────────────────────

std::uint32_t RaceDetector::number_of(std::uintptr_t site) {
  std::uint32_t& recent = recent_sites_[site % recent_sites_.size()];
  if (recent < sites_.size() && sites_[recent] == site) return recent;
  const auto [found, is_new] = site_numbers_.try_emplace(site, static_cast<std::uint32_t>(sites_.size()));
  if (is_new) sites_.push_back(site);
  if (sites_.size() > 1u << 21) fail("the race detector tells 2097152 instructions apart, no more");
  return recent = found->second;
}

void RaceDetector::access(const Access& access) {
  auto& histories = access.space == Space::shared ? shared_ : global_;
  const std::uintptr_t end = access.address + access.bytes;
  const auto thread = static_cast<unsigned>(access.thread);
  Event event{block_,
              epoch_,
              clock_[thread],
              1u << thread % 32,
              (thread / 32) & 31u,
              static_cast<unsigned>(access.kind) & 3u,
              0,
              number_of(access.site) & 0x1fffffu};
  for (std::uintptr_t word = access.address / word_bytes; word * word_bytes < end; ++word) {
    const std::uintptr_t begin = word * word_bytes;
    unsigned bytes = 0xf;
    if (access.address > begin) bytes &= 0xfu << (access.address - begin);
    if (end < begin + word_bytes) bytes &= 0xfu >> (begin + word_bytes - end);
    event.bytes = bytes & 0xfu;
    access_word(histories, histories.first(word), event, access.space);
  }
}

/// Reports the races of `now`, removes events that it makes superfluous, and adds it unless it is superfluous
/// itself. It is so if two accesses of the same kind from different blocks are known: they race with any
/// later write. Or if two from different warps of this block are known: they race with any write of this
/// block before its next barrier.
void RaceDetector::access_word(Histories& histories, std::uint32_t& history, const Event& now, Space space) {
  bool needed = true;
  const Event *of_block = nullptr, *of_warp = nullptr;  // met: of any block, and of this one and its epoch
  for (std::uint32_t* link = &history; *link != 0;) {
    Node& node = histories.node(*link);
    Event& then = node.event;
    const bool forgettable = covers(now.access(), then.access()) && (then.bytes & ~now.bytes) == 0;
    const bool matters = (then.bytes & now.bytes) != 0 && conflict(then.access(), now.access());
    if (forgettable || matters) {
      const std::uint32_t lanes = unordered(then, now);
      if (matters && lanes != 0) report(then, lanes, now, space);
      if (forgettable && lanes == 0) {
        histories.pop(*link);
        continue;
      }
      if (forgettable) then.lanes = lanes;
    }
    link = &node.next;
    if (!needed || then.kind != now.kind || (now.bytes & ~then.bytes) != 0) continue;
    const bool here = then.block == now.block && then.epoch == now.epoch;
    if (here && then.warp == now.warp && then.clock == now.clock && then.site == now.site &&
        then.bytes == now.bytes) {
      then.lanes |= now.lanes;
      needed = false;
    }
    if ((of_block != nullptr && of_block->block != then.block) ||
        (here && of_warp != nullptr && of_warp->warp != then.warp))
      needed = false;
    of_block = &then;
    if (here) of_warp = &then;
  }
  if (needed) histories.push(history, now);
}

void RaceDetector::report(const Event& first, std::uint32_t lanes, const Event& second, Space space) {
  const auto thread = [](const Event& event, std::uint32_t of) {
    return static_cast<int>(event.warp) * 32 + std::countr_zero(of);
  };
  const Race race{space,
                  first.access(),
                  second.access(),
                  sites_[first.site],
                  sites_[second.site],
                  thread(first, lanes),
                  thread(second, second.lanes),
                  first.block != second.block,
                  0};
  const auto sites = std::minmax({race.first_site, race.second_site});
  races_.try_emplace({sites.first, sites.second}, race).first->second.count +=
      static_cast<std::uint64_t>(std::popcount(lanes));
}

std::vector<Race> RaceDetector::result() const {
  std::vector<Race> result;
  for (const auto& [sites, race] : races_) result.push_back(race);
  return result;
}

}  // namespace norma::simt
