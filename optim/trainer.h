// Trainer: the training loop. One epoch is forward → loss → backward → step for shuffled batches, then an
// evaluation on the test images.
//
//   Trainer trainer(network, {split.train, split.test, {}, cifar10_normalization}, {.epochs = 3});
//   for (int epoch = 0; epoch < 3; ++epoch) fmt::print("{}\n", trainer.run_epoch().test.accuracy);
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/ranks.h"
#include "kernels/measure/step_profile.h"
#include "layers/module.h"
#include "optim/evaluate.h"
#include "optim/recipe.h"
#include "optim/running_score.h"
#include "optim/state.h"
#include "optim/step_graphs.h"
#include "optim/weight_average.h"

namespace norma {

struct EpochResult {
  int epoch = 0;     ///< from 1
  double lr = 0;     ///< at the epoch's first step
  Score train = {};  ///< mean over the training steps, so with dropout and changing weights
  Score test = {};
  std::optional<Score> validation = {};
  std::optional<Score> averaged = {};  ///< of the averaged weights on the test images, if the recipe has them
  double seconds = 0;                  ///< of the training part
  double images_per_second = 0;        ///< of the training part
};

/// The epoch with the best test accuracy, or the first of them if they are several; `epochs` is not empty.
const EpochResult& best_epoch(const std::vector<EpochResult>& epochs);

/// The time of training, without the evaluations.
double training_seconds(const std::vector<EpochResult>& epochs);

/// The progress of training, for the display.
struct StepReport {
  int epoch;
  std::int64_t step, steps;  ///< within the epoch, from 1
  double images_per_second;
  RunningScore& running;  ///< of the epoch so far; its look() waits for the device
};

/// All on one device; the normalization has one mean and one standard deviation per channel.
struct TrainingData {
  Dataset train, test;
  std::optional<Dataset> validation;
  Normalization normalization;
};

/// A network cannot be trained with these batches: batch norm needs more than one value per channel.
struct Untrainable : Error {
  using Error::Error;
};

class Trainer {
 public:
  /// Moves the network to the device of the data and makes the recipe's optimizer and scheduler. Random
  /// numbers of dropout come from default_generator(): call manual_seed() before making the network.
  Trainer(std::shared_ptr<Module> network, TrainingData data, Recipe recipe);

  /// Trains one epoch and evaluates. `on_step`, if any, is called after every step. It returns false to stop:
  /// then the result has no test score and stopped() is true.
  EpochResult run_epoch(const std::function<bool(const StepReport&)>& on_step = {});
  /// From now on, training steps are counted in `profile`, which must live as long as the trainer.
  void set_profile(StepProfile* profile) { profile_ = profile; }
  /// From the next step on, each batch is shared with the other ranks (core/ranks.h), which train the same
  /// network on the same data with the same recipe, with the bits of one process that trains alone. With
  /// local statistics, batch norm takes those of each rank's images. All ranks must call run_epoch() and
  /// test_scores() as often. Throws if the data are on `reference`, or a step has fewer images than there
  /// are ranks.
  void share(std::shared_ptr<Ranks> ranks, bool local_statistics = false);
  /// Called before every training step, with its batch and its number, from 0.
  using BatchHook = std::function<void(const Module&, const Batch&, std::uint32_t step)>;
  void before_each_step(BatchHook hook) { before_step_ = std::move(hook); }
  /// On simt and cuda, from the third step on, a step is recorded once as a graph and then repeated
  /// (optim/step_graphs.h), with the same bits. Not if there is a profile or a hook, or with on_nan "skip".
  /// false: each step asks for its kernels one by one.
  void use_graphs(bool on) { use_graphs_ = on; }

  bool stopped() const { return stopped_; }
  /// Steps that Recipe::on_nan "skip" left out, since this trainer was made.
  std::int64_t skipped_steps() const { return skipped_steps_; }

  /// Everything that the training needs to continue from here with the same bits: network, optimizer,
  /// scheduler, and the position in the epoch. Between epochs or in `on_step`. Waits for the device.
  State state_dict();
  /// Continues from a state of state_dict(): run_epoch() then trains the rest of the epoch in progress.
  /// Throws, and names it, if a part is missing or does not fit this network and this recipe.
  void load_state_dict(const State& state);
  /// The finished share of all epochs of the recipe, in [0, 1].
  double share_done() const;
  /// Finished steps of all epochs.
  std::int64_t steps_done() const;
  int finished_epochs() const { return finished_epochs_; }
  /// Of the epoch in progress.
  std::int64_t finished_steps() const { return finished_steps_; }
  /// The network with the averaged weights (Recipe::ema), and with the statistics of batch norms that
  /// belong to them, computed anew from at most 10,000 training images. The network itself stays as it is.
  State averaged_state_dict();
  /// The network's output for every test image after the last finished epoch, row by row; empty before that.
  std::vector<float> test_scores();

  std::int64_t steps_per_epoch() const;

 private:
  /// Throws Untrainable if the last step of an epoch has one image and the network does not take it.
  void try_a_step_of_one_image();
  /// What the evaluation on a data set by graphs needs; its scores are those of all images, [N, classes].
  struct EvaluationGraphs {
    StepGraphs graphs;
    ScoreLists lists;
    Tensor scores = {};
    EvaluationGraphs(Device device, std::int64_t images, std::int64_t steps);
  };
  /// After a step that found no memory: half of the images per batch, a quarter, … whichever is the first
  /// that fits; 0 if not even one image does.
  std::int64_t batch_that_fits();
  /// Whether a forward and backward pass of n images finds the memory that it needs.
  bool has_memory_for(std::int64_t n);
  /// Scores the network on a data set in evaluation mode. `each_batch` is called without graphs only.
  Score evaluate(const Dataset& dataset, std::optional<EvaluationGraphs>& graphs,
                 const std::function<void(const Tensor& scores)>& each_batch = {});
  Score evaluate_by_graphs(const Dataset& dataset, std::optional<EvaluationGraphs>& graphs,
                           const std::string& when);
  Score test();
  /// Calls f while the network has the averaged weights.
  void with_averages(const std::function<void()>& f);
  /// Of the next epoch, of which `so_far` is done.
  void begin_epoch(const ScoreSums& so_far);
  /// The images of a step of n that this process has.
  Shard shard_of_step(std::int64_t n) const;
  /// Whether goes_on() is true in all ranks; if it throws Diverged in one, all throw it.
  bool all_go_on(const std::function<bool()>& goes_on);
  /// One forward, backward and update; in a graph, with the state of the step on the device.
  void step(Batch batch, const StepState* state = nullptr);
  void after_step();
  bool takes_graphs() const;
  /// Does the step of the next n images of the order: by a graph, or the first ones by alone().
  void step_by_graph(const std::vector<std::int64_t>& order, std::int64_t n,
                     const std::function<void()>& alone);
  /// What changes from step to step, of all steps of the epoch in progress.
  std::vector<StepState> rows_of_epoch();
  /// Where the present step, after its backward pass, has a number that is not finite; empty if nowhere.
  std::string not_finite(const Batch& batch, const Tensor& loss) const;

  std::shared_ptr<Module> network_;
  TrainingData data_;
  Recipe recipe_;
  std::vector<Tensor> parameters_;
  std::unique_ptr<Optimizer> optimizer_;
  std::unique_ptr<Scheduler> scheduler_;
  std::optional<WeightAverage> average_;
  Dataset images_for_averages_;  // for the statistics of batch norms that belong to them
  BatchHook before_step_;
  StepProfile* profile_ = nullptr;
  bool use_graphs_ = true;
  std::shared_ptr<Ranks> ranks_;
  bool local_statistics_ = false;
  std::optional<StepGraphs> graphs_;
  std::optional<EvaluationGraphs> test_graphs_, validation_graphs_;
  std::vector<Tensor> test_scores_;  // one per batch, on the device
  int finished_epochs_ = 0;
  std::uint32_t global_step_ = 0;
  // Of the epoch in progress.
  std::int64_t finished_steps_ = 0;
  double first_lr_ = 0, seconds_ = 0;
  std::optional<ScoreLists> lists_;
  std::optional<RunningScore> running_;
  std::int64_t skipped_steps_ = 0;
  bool stopped_ = false;
};

}  // namespace norma
