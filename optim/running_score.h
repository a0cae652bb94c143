// RunningScore: the losses and right answers of many steps, kept on the device until somebody looks. A step only
// adds two numbers to two lists there; nothing waits for it, and nothing crosses the bus.
//
//   device   loss[0] loss[1] loss[2] …  ┐
//            right[0] right[1] …        ├── look() ──▶  Score on the CPU: what came since the last look
//   CPU      images in each step        ┘
#pragma once

#include <string>
#include <vector>

#include "core/error.h"
#include "core/tensor.h"

namespace norma {

/// The loss is no number any more.
struct Diverged : Error {
  using Error::Error;
};

/// Mean loss and accuracy in percent over some images.
struct Score {
  double loss = 0, accuracy = 0;
};

class RunningScore {
 public:
  /// For at most `steps` steps on a device; `when` says in errors which they are: "training in epoch 3".
  RunningScore(std::int64_t steps, Device device, std::string when);

  /// One step's mean loss (float32) and count of right answers (int64), each one number on the device.
  void add(const Tensor& loss, const Tensor& right, std::int64_t images);
  /// The score over all steps so far. Throws Diverged, naming the step (from 1), where a loss was not finite.
  const Score& look();

 private:
  std::string when_;
  Tensor losses_, rights_;
  std::vector<std::int64_t> images_;  // of each step
  std::size_t seen_ = 0;              // steps that the sums below hold
  double loss_sum_ = 0, right_sum_ = 0, image_sum_ = 0;
  Score score_;
};

}  // namespace norma
