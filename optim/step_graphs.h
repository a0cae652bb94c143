// StepGraphs: training steps on a device as graphs (core/device_graph.h), one for each size of a batch. After
// the first steps a training launches nothing kernel by kernel, copies nothing and asks for no memory.
//
//   once per epoch   host ── order of the images, one row per step ──▶ device
//   each step        begin_step ─▶ load_images ─▶ forward ─▶ backward ─▶ optimizer ─▶ keep_score
//                    └───────────────────────────── one replay ──────────────────────────────┘
#pragma once

#include <map>
#include <set>
#include <vector>

#include "core/device_graph.h"
#include "core/step_state.h"
#include "core/tensor.h"

namespace norma {

class StepGraphs {
 public:
  /// For epochs of so many images and steps.
  StepGraphs(Device device, std::int64_t images, std::int64_t steps, std::int64_t batch_size);

  /// Does a step of n images that is not a graph's yet, and returns true; false from the third one on. The
  /// second is the rehearsal.
  bool do_alone(std::int64_t n, const std::function<void()>& step);
  /// Whether the device's table has this step of the training next.
  bool stands_at(std::uint32_t step) const { return next_ == step; }
  /// At the beginning of an epoch, for which the table is not.
  void forget_table() { next_ = no_step; }
  /// Copies the order of the images and a row per step of the epoch to the device, of which the first `done`
  /// are not used.
  void begin(const std::vector<std::int64_t>& order, const std::vector<StepState>& rows, std::int64_t done);

  /// The state on the device; its address does not change.
  const StepState* state() const { return state_; }
  /// Asks for begin_step, and returns the indices that it will write.
  Tensor begin_step(std::int64_t n);

  bool recorded(std::int64_t n) const { return recorded_.contains(n); }
  void record(std::int64_t n, const std::function<void()>& step);
  void replay(std::int64_t n);

 private:
  Device device_;
  std::int64_t batch_size_;
  Tensor order_, rows_;
  StepState* state_;
  static constexpr std::uint32_t no_step = ~std::uint32_t{0};
  std::uint32_t next_ = no_step;
  std::map<std::int64_t, int> alone_;  // steps that were done so
  std::set<std::int64_t> recorded_;
  std::map<std::int64_t, Tensor> indices_;
  std::map<std::int64_t, DeviceGraph> graphs_;
};

}  // namespace norma
