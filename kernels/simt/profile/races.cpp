#include "kernels/simt/profile/races.h"

#include <algorithm>
#include <bit>

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

}  // namespace

void RaceDetector::begin_block(std::int64_t number) {
  block_ = number;
  epoch_ = 0;
  clock_.fill(1);
  for (auto& lanes : known_) lanes.fill(0);
  shared_.clear();
}

void RaceDetector::warp_barrier(int warp, std::uint32_t lanes) {
  const auto each = [&](auto f) {
    for (std::uint32_t rest = lanes; rest != 0; rest &= rest - 1)
      f(static_cast<std::size_t>(std::countr_zero(rest)),
        static_cast<std::size_t>(warp * 32 + std::countr_zero(rest)));
  };
  std::array<Clock, 32> joint{};
  each([&](std::size_t lane, std::size_t thread) {
    for (std::size_t other = 0; other < 32; ++other)
      joint[other] = std::max(joint[other], known_[thread][other]);
    joint[lane] = std::max(joint[lane], clock_[thread]);
  });
  each([&](std::size_t, std::size_t thread) { known_[thread] = joint, ++clock_[thread]; });
}

void RaceDetector::access(const Access& access) {
  auto& words = access.space == Space::shared ? shared_ : global_;
  const std::uintptr_t end = access.address + access.bytes;
  Event event{block_, epoch_,     clock_[static_cast<std::size_t>(access.thread)], access.thread, access.kind,
              0,      access.site};
  for (std::uintptr_t word = access.address / word_bytes; word * word_bytes < end; ++word) {
    event.bytes = 0;
    for (unsigned i = 0; i < word_bytes; ++i)
      if (word * word_bytes + i >= access.address && word * word_bytes + i < end) event.bytes |= 1u << i;
    access_word(words[word], event, access.space);
  }
}

void RaceDetector::access_word(History& history, const Event& now, Space space) {
  const auto forget = [&](const Event& then) {
    const bool before = happened_before_now(then, now);
    if ((then.bytes & now.bytes) != 0 && !before && conflict(then.kind, now.kind)) report(then, now, space);
    return before && (then.bytes & ~now.bytes) == 0 && covers(now.kind, then.kind);
  };
  history.erase(std::remove_if(history.begin(), history.end(), forget), history.end());
  if (!adds_nothing(history, now)) history.push_back(now);
}

bool RaceDetector::happened_before_now(const Event& then, const Event& now) const {
  if (then.block != now.block) return false;
  if (then.epoch != now.epoch || then.thread == now.thread) return true;
  if (then.thread / 32 != now.thread / 32) return false;
  return known_[static_cast<std::size_t>(now.thread)][static_cast<std::size_t>(then.thread % 32)] >=
         then.clock;
}

/// Keeps histories short where many threads read, or add to, the same word. Two accesses of different blocks
/// race with any write to come; two of different warps of a block with any that this block makes before its
/// next barrier. A third of the same kind adds nothing to either.
bool RaceDetector::adds_nothing(const History& history, const Event& now) {
  const Event* warp = nullptr;   // an access of this block and epoch
  const Event* block = nullptr;  // any access
  for (const Event& then : history) {
    if (then.kind != now.kind || (now.bytes & ~then.bytes) != 0) continue;
    if (block != nullptr && block->block != then.block) return true;
    block = &then;
    if (then.block != now.block || then.epoch != now.epoch) continue;
    if (warp != nullptr && warp->thread / 32 != then.thread / 32) return true;
    warp = &then;
  }
  return false;
}

void RaceDetector::report(const Event& first, const Event& second, Space space) {
  const Race race{space,
                  first.kind,
                  second.kind,
                  first.site,
                  second.site,
                  first.thread,
                  second.thread,
                  first.block != second.block,
                  0};
  const auto sites = std::minmax({first.site, second.site});
  ++races_.try_emplace({sites.first, sites.second}, race).first->second.count;
}

std::vector<Race> RaceDetector::result() const {
  std::vector<Race> result;
  for (const auto& [sites, race] : races_) result.push_back(race);
  return result;
}

}  // namespace norma::simt
