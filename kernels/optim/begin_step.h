// The beginning and the end of a training step on a device that repeats its work (core/step_state.h).
//
//   begin_step    state = table[state.next], and indices = the batch's part of the order of images
//   keep_score    losses[slot] = loss, rights[slot] = right, where slot is state.slot, or a number; and, if
//                 there are any, scores of images to all_scores from slot · stride on
#pragma once

#include "core/step_state.h"
#include "kernels/cost.h"
#include "kernels/executors.h"

namespace norma {

template <class T>
struct BeginStep {
  StepState* state;
  const StepState* table;     ///< one row per step of the epoch
  const std::int64_t* order;  ///< the images of the epoch
  std::int64_t batch_size;    ///< the batch begins at order[batch · batch_size]
  std::int64_t n;             ///< and has so many images
  std::int64_t* indices;      ///< [n]

  Cost cost() const {
    return {2.0 * static_cast<double>(sizeof(StepState)) + 16.0 * static_cast<double>(n), 0};
  }
};

template <class T>
struct KeepScore {
  const T* loss;              ///< one number
  const std::int64_t* right;  ///< one number
  T* losses;
  std::int64_t* rights;
  std::int64_t slot;
  const StepState* state = nullptr;  ///< if there is one, its slot counts
  const T* scores = nullptr;         ///< [count]
  T* all_scores = nullptr;
  std::int64_t count = 0, stride = 0;

  Cost cost() const { return cost_of_numbers<T>(2 + 2 * count, 2); }
};

NORMA_DECLARE(begin_step, BeginStep)
NORMA_DECLARE(keep_score, KeepScore)

}  // namespace norma
