// An exponential moving average of a network's weights, which is often better than the last weights
// themselves (Polyak and Juditsky 1992; with a decay: Tarvainen and Valpola 2017, arXiv:1703.01780):
//
//   after every step:  average = decay·average + (1 − decay)·weight, from 0
//   values:            average / (1 − decay^steps), so that the weights of all steps add up to 1
#pragma once

#include <cstdint>
#include <vector>

#include "optim/state.h"

namespace norma {

class WeightAverage {
 public:
  /// Of these parameters, on their devices. The decay is in (0, 1).
  WeightAverage(std::vector<Tensor> parameters, double decay);

  /// After a step of the optimizer.
  void update();
  /// A graph (core/device_graph.h) has repeated update().
  void count_replay() { ++steps_; }
  std::int64_t steps() const { return steps_; }

  /// Overwrites the parameters with their averages; there must have been a step.
  void put() const;

  State state_dict() const;
  /// Throws, and names it, if a part is missing or does not fit.
  void load_state_dict(const State& state);

 private:
  std::vector<Tensor> parameters_, averages_;
  double decay_;
  std::int64_t steps_ = 0;
};

}  // namespace norma
