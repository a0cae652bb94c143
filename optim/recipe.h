// Recipe: how a network is trained. It does not depend on the network or the images. The defaults are common
// to the published systems.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/loader.h"
#include "optim/optimizer.h"
#include "optim/scheduler.h"

namespace norma {

/// The most epochs of a training.
inline constexpr int most_epochs = 100'000;

struct SchedulerChoice {
  std::string kind = "none";  ///< one of scheduler_kinds()
  int step_size = 6;          ///< step: epochs
  double gamma = 0.1;         ///< step and plateau: factor
  int patience = 2;           ///< plateau: epochs
};

struct Recipe {
  int epochs = 20;
  std::int64_t batch_size = 128;
  std::string optimizer = "sgd";  ///< one of optimizer_kinds()
  double lr = 0.01;               ///< the peak with onecycle
  double momentum = 0.9;          ///< of sgd
  bool nesterov = false;
  double weight_decay = 0;  ///< L2 penalty; decoupled with adamw
  double l1 = 0;            ///< adds l1·Σ|p| over all parameters to the loss
  SchedulerChoice scheduler = {};
  double label_smoothing = 0;  ///< in [0, 1]
  double ema = 0;              ///< decay of the average of the weights (optim/weight_average.h); 0: none
  Augmentation augmentation = {};
  /// What to do with a step whose loss, gradients or statistics are NaN or infinite; one of on_nan_kinds().
  std::string on_nan = "stop";
  std::uint64_t seed = 1;  ///< of the order of the images and of the augmentation
};

/// sgd, adam, adamw
const std::vector<std::string>& optimizer_kinds();
/// none, step, cosine, onecycle, plateau
const std::vector<std::string>& scheduler_kinds();

/// stop: throw Diverged. skip: leave the step out: no update, nothing in the score. continue: update all
/// the same.
const std::vector<std::string>& on_nan_kinds();

/// Throws an error that names the recipe's optimizer if it is not one of optimizer_kinds().
std::unique_ptr<Optimizer> make_optimizer(const std::vector<Tensor>& parameters, const Recipe& recipe);
/// The same for the scheduler and scheduler_kinds(). Returns nullptr for "none".
std::unique_ptr<Scheduler> make_scheduler(Optimizer& optimizer, const Recipe& recipe,
                                          std::int64_t steps_per_epoch);

/// "step:6:0.1", as the command line takes it.
std::string to_string(const SchedulerChoice& choice);
/// "flip+crop"
std::string to_string(const Augmentation& augmentation);
/// "batches of 64, sgd lr 0.1 nesterov, scheduler onecycle, augment flip+crop:2, …"
std::string to_string(const Recipe& recipe);

}  // namespace norma
