// --profile: the time of each operation and direction in a training step, beside the machine's ceilings.
//
//   step   │ load_images │ conv2d forward │ batch_norm forward, with relu │ … │ sgd step │
//          └── every operation of kernels/table.h reports its time; the rest of a step is "between them"
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "kernels/measure/ceilings.h"
#include "kernels/operation.h"

namespace norma {

class StepProfile {
 public:
  StepProfile();
  StepProfile(const StepProfile&) = delete;
  StepProfile& operator=(const StepProfile&) = delete;

  /// While one lives, operations are counted; its own life is one step.
  class Step {
   public:
    /// Does nothing if profile is nullptr.
    explicit Step(StepProfile* profile);
    ~Step();
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    StepProfile* profile_;
    Clock clock_;
  };

  /// One line per operation and what is fused with it, the slowest first. If there are several steps, the
  /// first one is not counted, because it fills caches and pools.
  std::string table(const Ceilings& ceilings) const;

 private:
  struct Call {
    Cost cost;
    double seconds;
  };

  OperationObserver observer_;
  std::map<std::pair<std::string, std::string>, std::vector<Call>> calls_;  // by operation and what is fused
  std::int64_t steps_ = 0, skipped_ = 0;
  double seconds_ = 0;
};

}  // namespace norma
