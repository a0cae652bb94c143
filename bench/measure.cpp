#include "bench/measure.h"

#include <algorithm>
#include <cmath>

namespace norma {
namespace {

// Warms up caches, memory pools and clock rates. Returns the time of a call: the shorter of two.
template <class F>
double warm_up(F&& sample) {
  sample(1);
  return std::min(sample(1), sample(1));
}

}  // namespace

double KernelRow::share(const Ceilings& ceilings) const {
  return ceilings.seconds(static_cast<double>(bytes), of.flops) / norma.median();
}

KernelRow measure(const Case& c, Device device, DType dtype, const Patience& patience, double rotate,
                  Peer* peer) {
  KernelRow row{.of = c, .check = check_case(c, device, dtype)};
  std::vector<Work> works;
  works.push_back(c.make(device, dtype, c.batch));
  row.bytes = works[0].bytes();
  const int turns = std::clamp(static_cast<int>(std::ceil(rotate / static_cast<double>(row.bytes))), 1, 256);
  while (works.size() < static_cast<std::size_t>(turns)) works.push_back(c.make(device, dtype, c.batch));
  std::size_t turn = 0;
  const auto next = [&] { works[turn++ % works.size()].run(); };
  const auto norma = [&](int calls) {
    next();  // the first call after a pause is not timed
    return time_calls(device, calls, next);
  };
  const auto other = [&](int calls) {
    const double before = processor_seconds(), seconds = peer->operation_seconds(calls);
    row.waiting_cpu_seconds += processor_seconds() - before + peer->idle_cpu_seconds();
    return seconds;
  };

  const int calls = patience.calls(warm_up(norma));
  int peer_calls = 0;
  if (peer != nullptr && !c.peer.empty()) {
    peer->prepare_operation(c.peer, device, dtype, works[0].outputs().front().numel(), turns);
    peer_calls = patience.calls(warm_up(other));
    row.peer.emplace();
  }
  for (int i = 0; i < patience.samples; ++i) {
    if (row.peer) peer->rest();
    row.norma.seconds.push_back(norma(calls));
    if (!row.peer) continue;
    peer->rest();
    row.peer->seconds.push_back(other(peer_calls));
  }
  if (row.peer) peer->forget_operation();
  return row;
}

}  // namespace norma
