// StepState: the numbers that change from one training step to the next, in the memory of the device.
//
// A graph (core/device_graph.h) repeats the same kernels with the same arguments. What changes is therefore
// not an argument: kernels get the address of a number here. begin_step (kernels/optim/begin_step.h) writes
// the numbers of the next step, from a table that was copied to the device at the beginning of the epoch.
#pragma once

#include <cstdint>

namespace norma {

struct StepState {
  std::uint32_t step = 0;   ///< of the training, from 0: for dropout and Adam
  std::uint32_t epoch = 0;  ///< from 1: for the augmentation
  std::int64_t batch = 0;   ///< of the epoch, from 0
  std::int64_t slot = 0;    ///< where its score is kept
  double lr = 0, momentum = 0;
  std::int64_t next = 0;  ///< row of the table for the next step
};

}  // namespace norma
