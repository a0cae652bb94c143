#include "optim/trainer.h"

#include <algorithm>
#include <numeric>

#include "core/autograd.h"
#include "core/error.h"
#include "core/random.h"
#include "layers/functional/add.h"
#include "layers/functional/loss.h"

namespace norma {

Trainer::Trainer(std::shared_ptr<Module> network, TrainingData data, Recipe recipe)
    : network_(std::move(network)), data_(std::move(data)), recipe_(std::move(recipe)) {
  if (recipe_.epochs < 1 || recipe_.batch_size < 1)
    fail("a recipe takes at least 1 epoch and batches of at least 1 image, not {} and {}", recipe_.epochs,
         recipe_.batch_size);
  if (data_.train.labels.numel() == 0 || data_.test.labels.numel() == 0)
    fail("training takes at least 1 image to train on and 1 to test on, not {} and {}",
         data_.train.labels.numel(), data_.test.labels.numel());
  network_->to(data_.train.images.device());
  parameters_ = network_->parameters();
  optimizer_ = make_optimizer(parameters_, recipe_);
  scheduler_ = make_scheduler(*optimizer_, recipe_, steps_per_epoch());
}

std::int64_t Trainer::steps_per_epoch() const {
  return (data_.train.labels.numel() + recipe_.batch_size - 1) / recipe_.batch_size;
}

void Trainer::step(const Batch& batch, RunningScore& running) {
  if (before_step_) before_step_(*network_, batch, global_step_);
  default_generator().begin_step(global_step_++);
  optimizer_->zero_grad();
  const Tensor scores = (*network_)(batch.x);
  const Tensor loss = functional::cross_entropy(scores, batch.target, recipe_.label_smoothing);
  const Tensor total = recipe_.l1 > 0 ? functional::add(loss, l1_penalty(parameters_, recipe_.l1)) : loss;
  total.backward();
  optimizer_->step();
  if (recipe_.scheduler.kind == "onecycle") scheduler_->step();
  running.add(loss, functional::correct_count(scores.detach(), batch.target), batch.target.numel());
}

EpochResult Trainer::run_epoch(const std::function<bool(const StepReport&)>& on_step) {
  EpochResult result{.epoch = ++epoch_, .lr = optimizer_->lr()};
  const std::int64_t count = data_.train.labels.numel(), steps = steps_per_epoch();
  const auto order = shuffled(count, recipe_.seed, static_cast<std::uint32_t>(epoch_));
  const Clock clock;
  network_->train();
  RunningScore running(steps, data_.train.images.device(), fmt::format("training in epoch {}", epoch_));
  std::int64_t end = 0;
  for (std::int64_t i = 0; i < steps && !stopped_; ++i) {
    end = std::min(count, (i + 1) * recipe_.batch_size);
    const StepProfile::Step counted(profile_);
    const std::vector<std::int64_t> indices(order.begin() + i * recipe_.batch_size, order.begin() + end);
    step(load_batch(data_.train, indices, data_.normalization, recipe_.augmentation, recipe_.seed,
                    static_cast<std::uint32_t>(epoch_)),
         running);
    stopped_ =
        on_step && !on_step({epoch_, i + 1, steps, static_cast<double>(end) / clock.seconds(), running});
  }
  result.train = running.look();
  result.seconds = clock.seconds();
  result.images_per_second = static_cast<double>(end) / result.seconds;
  if (stopped_) return result;

  test_scores_.clear();
  result.test = evaluate(data_.test, [&](const Tensor& scores) { test_scores_.push_back(scores); });
  if (data_.validation) result.validation = evaluate(*data_.validation);
  if (scheduler_ && recipe_.scheduler.kind != "onecycle")
    scheduler_->step(result.validation.value_or(result.test).loss);
  return result;
}

Score Trainer::evaluate(const Dataset& dataset, const std::function<void(const Tensor& scores)>& each_batch) {
  return norma::evaluate(*network_, dataset, data_.normalization,
                         evaluation_batch(data_.train.images.device()),
                         fmt::format("testing after epoch {}", epoch_), each_batch);
}

std::vector<float> Trainer::test_scores() const { return rows_of(test_scores_); }

const EpochResult& best_epoch(const std::vector<EpochResult>& epochs) {
  return *std::max_element(epochs.begin(), epochs.end(), [](const EpochResult& a, const EpochResult& b) {
    return a.test.accuracy < b.test.accuracy;
  });
}

double training_seconds(const std::vector<EpochResult>& epochs) {
  double seconds = 0;
  for (const EpochResult& epoch : epochs) seconds += epoch.seconds;
  return seconds;
}

std::vector<float> rows_of(const std::vector<Tensor>& batches) {
  std::vector<float> all;
  for (const Tensor& batch : batches) {
    const auto rows = batch.to_vector<float>();
    all.insert(all.end(), rows.begin(), rows.end());
  }
  return all;
}

Score evaluate(Module& network, const Dataset& dataset, const Normalization& normalization,
               std::int64_t batch_size, const std::string& when,
               const std::function<void(const Tensor& scores)>& each_batch) {
  const NoGrad no_grad;
  network.eval();
  const std::int64_t count = dataset.labels.numel();
  RunningScore running((count + batch_size - 1) / batch_size, dataset.labels.device(), when);
  for (std::int64_t begin = 0; begin < count; begin += batch_size) {
    std::vector<std::int64_t> indices(static_cast<std::size_t>(std::min(batch_size, count - begin)));
    std::iota(indices.begin(), indices.end(), begin);
    const Batch batch = load_batch(dataset, indices, normalization);
    const Tensor scores = network(batch.x);
    running.add(functional::cross_entropy(scores, batch.target),
                functional::correct_count(scores, batch.target), batch.target.numel());
    if (each_batch) each_batch(scores);
  }
  return running.look();
}

}  // namespace norma
