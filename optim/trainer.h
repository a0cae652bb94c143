// Trainer: the training loop. One epoch is shuffled batches → forward → loss → backward → step, then an evaluation on the
// test images.
//
//   Trainer trainer(network, {split.train, split.test, {}, cifar10_normalization}, {.epochs = 3});
//   for (int epoch = 0; epoch < 3; ++epoch) fmt::print("{}\n", trainer.run_epoch().test.accuracy);
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernels/measure/step_profile.h"
#include "layers/module.h"
#include "optim/recipe.h"
#include "optim/running_score.h"

namespace norma {

struct EpochResult {
  int epoch = 0;     ///< from 1
  double lr = 0;     ///< at the epoch's first step
  Score train = {};  ///< running mean while training, dropout and all
  Score test = {};
  std::optional<Score> validation = {};
  double seconds = 0;            ///< of the training part
  double images_per_second = 0;  ///< of the training part
};

/// The epoch with the best test accuracy, the first of several; `epochs` is not empty.
const EpochResult& best_epoch(const std::vector<EpochResult>& epochs);

/// Of training, without the tests after it.
double training_seconds(const std::vector<EpochResult>& epochs);

/// Where training stands, for the display.
struct StepReport {
  int epoch;
  std::int64_t step, steps;  ///< within the epoch, from 1
  double images_per_second;
  RunningScore& running;  ///< of the epoch so far; to look at it waits for the device
};

/// All on one device; the normalization has a mean and a deviation per channel.
struct TrainingData {
  Dataset train, test;
  std::optional<Dataset> validation;
  Normalization normalization;
};

/// Images at a time where nothing has to be kept for a backward pass: on a CPU few, so that what lies between the
/// layers stays in the cache.
inline std::int64_t evaluation_batch(Device device) { return device == Device::cpu ? 32 : 500; }

/// The numbers of tensors [N, …], those of the first batch first.
std::vector<float> rows_of(const std::vector<Tensor>& batches);

/// Scores a network on a data set, in evaluation mode, on the device that both are on. `when` says in errors what
/// this was part of. `each_batch` is shown the network's output, in the order of the images.
Score evaluate(Module& network, const Dataset& dataset, const Normalization& normalization,
               std::int64_t batch_size, const std::string& when = "testing",
               const std::function<void(const Tensor& scores)>& each_batch = {});

class Trainer {
 public:
  /// Moves the network to the device that the data is on and makes optimizer and scheduler as the recipe says. Random
  /// numbers of dropout come from default_generator(): call manual_seed() before the network is made.
  Trainer(std::shared_ptr<Module> network, TrainingData data, Recipe recipe);

  /// Trains one epoch and evaluates. `on_step`, if any, is called after every step and returns false to stop there;
  /// what was reached then has no test score and stopped() is true.
  EpochResult run_epoch(const std::function<bool(const StepReport&)>& on_step = {});
  /// From now on, training steps are counted in `profile`, which must live as long.
  void set_profile(StepProfile* profile) { profile_ = profile; }
  /// Is called with every training batch before the step that uses it, and the step's number, from 0.
  using BatchHook = std::function<void(const Module&, const Batch&, std::uint32_t step)>;
  void before_each_step(BatchHook hook) { before_step_ = std::move(hook); }
  bool stopped() const { return stopped_; }
  /// The network's output for every test image, row by row, after the last finished epoch; empty before.
  std::vector<float> test_scores() const;

  std::int64_t steps_per_epoch() const;

 private:
  /// Scores the network on a data set in evaluation mode.
  Score evaluate(const Dataset& dataset, const std::function<void(const Tensor& scores)>& each_batch = {});
  /// One forward, backward and update.
  void step(const Batch& batch, RunningScore& running);

  std::shared_ptr<Module> network_;
  TrainingData data_;
  Recipe recipe_;
  std::vector<Tensor> parameters_;
  std::unique_ptr<Optimizer> optimizer_;
  std::unique_ptr<Scheduler> scheduler_;
  BatchHook before_step_;
  StepProfile* profile_ = nullptr;
  std::vector<Tensor> test_scores_;  // a batch each, on the device
  int epoch_ = 0;
  std::uint32_t global_step_ = 0;
  bool stopped_ = false;
};

}  // namespace norma
