// RunningScore: the losses and right answers of many steps. They stay on the device until look() is called. A
// step only adds two numbers to two lists there: the CPU does not wait, and no number is copied to it.
//
//   device   loss[0] loss[1] loss[2] …  ┐
//            right[0] right[1] …        ├── look() ──▶  Score on the CPU; copies only the steps since the
//   CPU      images in each step        ┘               last look()
#pragma once

#include <string>
#include <vector>

#include "core/error.h"
#include "core/ranks.h"
#include "core/step_state.h"
#include "core/tensor.h"

namespace norma {

/// The loss is NaN or infinite.
struct Diverged : Error {
  using Error::Error;
};

/// Mean loss and accuracy in percent over some images.
struct Score {
  double loss = 0, accuracy = 0;
};

/// The sums of a running score.
struct ScoreSums {
  double loss = 0, right = 0, images = 0;
  std::int64_t steps = 0;
};

/// The two lists, for so many steps.
struct ScoreLists {
  Tensor losses, rights;
  ScoreLists(std::int64_t steps, Device device);
};

class RunningScore {
 public:
  /// For at most as many steps as the lists have places, after those of `so_far`. `when` describes the
  /// steps in errors: "training in epoch 3". Without `finite_only` a loss may be NaN or infinite, and so
  /// is the score then.
  RunningScore(const ScoreLists& lists, std::string when, const ScoreSums& so_far = {},
               bool finite_only = true);

  /// Adds a step: its mean loss (float32) and count of right answers (int64), each a number on the
  /// device. With a state, the device takes its slot.
  void add(const Tensor& loss, const Tensor& right, std::int64_t images, const StepState* state = nullptr) {
    add(loss, right, images, state, {}, {}, 0);
  }
  /// The same, and copies the scores of its images [N, classes] to `all_scores` [images of all steps,
  /// classes]; each step but the last has `batch` images.
  void add(const Tensor& loss, const Tensor& right, std::int64_t images, const StepState* state,
           const Tensor& scores, const Tensor& all_scores, std::int64_t batch);
  /// Adds the numbers of all ranks, step by step, where each rank has zeros for the steps of the others.
  /// After the last step, and before any look().
  void sum_over(Ranks& ranks);
  /// Counts a step whose numbers a graph has put into the lists.
  void count_replay(std::int64_t images) { images_.push_back(images); }
  /// Steps that were added.
  std::int64_t added() const { return static_cast<std::int64_t>(images_.size()); }
  /// The score over all steps so far. If a loss is not finite, throws Diverged, which names the step, from 1.
  const Score& look();
  /// The sums of all steps so far; looks first.
  const ScoreSums& sums();

 private:
  std::string when_;
  ScoreLists lists_;
  std::vector<std::int64_t> images_;  // of each step
  std::size_t seen_ = 0;              // the sums contain this many of these steps
  ScoreSums sums_;
  bool finite_only_;
  Score score_;
};

}  // namespace norma
