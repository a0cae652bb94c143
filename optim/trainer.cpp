#include "optim/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "core/autograd.h"
#include "core/clock.h"
#include "core/cuda_runtime.h"
#include "core/error.h"
#include "core/random.h"
#include "layers/functional/add.h"
#include "layers/functional/loss.h"
#include "optim/finite.h"
#include "optim/recalibrate.h"

namespace norma {

namespace {

State copies(const State& state) {
  State copied;
  for (const auto& [name, tensor] : state) copied.push_back({name, tensor.clone()});
  return copied;
}

}  // namespace

Trainer::Trainer(std::shared_ptr<Module> network, TrainingData data, Recipe recipe)
    : network_(std::move(network)), data_(std::move(data)), recipe_(std::move(recipe)) {
  if (recipe_.epochs < 1 || recipe_.batch_size < 1)
    fail("a recipe needs at least 1 epoch and batches of at least 1 image, not {} and {}", recipe_.epochs,
         recipe_.batch_size);
  if (data_.train.labels.numel() == 0 || data_.test.labels.numel() == 0)
    fail("training needs at least 1 image to train on and 1 to test on, not {} and {}",
         data_.train.labels.numel(), data_.test.labels.numel());
  if (std::find(on_nan_kinds().begin(), on_nan_kinds().end(), recipe_.on_nan) == on_nan_kinds().end())
    fail("on_nan is one of {}, not '{}'", fmt::join(on_nan_kinds(), ", "), recipe_.on_nan);
  network_->to(data_.train.images.device());
  parameters_ = network_->parameters();
  optimizer_ = make_optimizer(parameters_, recipe_);
  scheduler_ = make_scheduler(*optimizer_, recipe_, steps_per_epoch());
  if (recipe_.ema > 0) {
    constexpr std::int64_t most_images = 10'000;
    average_.emplace(parameters_, recipe_.ema);
    const Device device = data_.train.images.device();
    const Dataset few =
        first_images({data_.train.images.to(Device::cpu), data_.train.labels.to(Device::cpu)}, most_images);
    images_for_averages_ = {few.images.to(device), few.labels.to(device)};
  }
  if (recipe_.batch_size == 1 || data_.train.labels.numel() % recipe_.batch_size == 1)
    try_a_step_of_one_image();
}

void Trainer::try_a_step_of_one_image() {
  const State before = copies(network_->state_dict());  // with the running statistics
  const NoGrad no_grad;
  network_->train();
  try {
    (*network_)(load_batch(data_.train, std::vector<std::int64_t>{0}, data_.normalization).x);
  } catch (const Error& e) {
    throw Untrainable(
        fmt::format("the last step of an epoch would have one of {} images, with batches of {}: {}",
                    data_.train.labels.numel(), recipe_.batch_size, e.what()));
  }
  network_->load_state_dict(before);
}

std::int64_t Trainer::steps_per_epoch() const {
  return (data_.train.labels.numel() + recipe_.batch_size - 1) / recipe_.batch_size;
}

void Trainer::share(std::shared_ptr<Ranks> ranks, bool local_statistics) {
  if (data_.train.images.device() == Device::reference)
    fail("several processes train one network on cpu, cuda or simt, not on reference");
  const std::int64_t count = data_.train.labels.numel(), rest = count % recipe_.batch_size,
                     smallest = rest > 0 ? rest : recipe_.batch_size;
  if (smallest < ranks->size())
    fail("{} processes cannot share a step of {} images: use fewer processes, or another batch size",
         ranks->size(), smallest);
  ranks_ = std::move(ranks);
  local_statistics_ = local_statistics;
}

Shard Trainer::shard_of_step(std::int64_t n) const {
  Shard shard = ranks_ ? shard_of_batch(*ranks_, n) : Shard{nullptr, 0, n, n};
  shard.local_statistics = local_statistics_;
  return shard;
}

void Trainer::step(Batch batch, const StepState* state) {
  batch.x.set_sharded(true);
  if (before_step_) before_step_(*network_, batch, global_step_);
  default_generator().begin_step(global_step_++, state == nullptr ? nullptr : &state->step);
  optimizer_->zero_grad();
  const bool skips = recipe_.on_nan == "skip";
  const State buffers = skips ? network_->named_buffers() : State(), before = copies(buffers);
  const Tensor scores = (*network_)(batch.x);
  const Tensor loss = functional::cross_entropy(scores, batch.target, recipe_.label_smoothing);
  const Tensor total = recipe_.l1 > 0 ? functional::add(loss, l1_penalty(parameters_, recipe_.l1)) : loss;
  total.backward();
  // On a GPU it would cost a wait per step: there the running score finds it, and names the step.
  const bool looks = skips || (recipe_.on_nan == "stop" && on_host(batch.x.device()));
  const std::string found = looks ? not_finite(batch, loss) : "";
  if (!found.empty() && !skips)
    throw Diverged(fmt::format("{} is not finite while training in epoch {}, step {}", found,
                               finished_epochs_ + 1, finished_steps_ + 1));
  if (found.empty()) {
    optimizer_->step();
    if (average_) average_->update();
    const Tensor right = functional::correct_count(scores.detach(), batch.target);
    if (ranks_) ranks_->sum(right);
    running_->add(loss, right, shard_of(batch.x).all(batch.target.numel()), state);
  } else {
    for (std::size_t i = 0; i < buffers.size(); ++i) {  // the running statistics of batch norm
      Tensor buffer = buffers[i].tensor;
      buffer.copy_from(before[i].tensor);
    }
    ++skipped_steps_;
  }
  after_step();
}

bool Trainer::has_memory_for(std::int64_t n) {
  const State before = copies(network_->state_dict());
  try {
    optimizer_->zero_grad();
    std::vector<std::int64_t> images(static_cast<std::size_t>(n));
    std::iota(images.begin(), images.end(), 0);
    const Batch batch = load_batch(data_.train, images, data_.normalization);
    functional::cross_entropy((*network_)(batch.x), batch.target).backward();
  } catch (const std::exception&) {  // no memory, or too few images for the norm
    return false;
  }
  network_->load_state_dict(before);
  return true;
}

std::int64_t Trainer::batch_that_fits() {
  graphs_.reset();  // and the memory that they keep
  test_graphs_.reset();
  validation_graphs_.reset();
  std::int64_t n = std::min(recipe_.batch_size, data_.train.labels.numel()) / 2;
  while (n > 0 && !has_memory_for(n)) n /= 2;
  return n;
}

void Trainer::after_step() {
  if (recipe_.scheduler.kind == "onecycle") scheduler_->step();
}

bool Trainer::takes_graphs() const {
  return use_graphs_ && !ranks_ && !on_host(data_.train.images.device()) && !before_step_ &&
         profile_ == nullptr && recipe_.on_nan != "skip" && !ModuleObserver::watching() &&
         !cuda_runtime::launch_blocking();
}

std::vector<StepState> Trainer::rows_of_epoch() {
  std::vector<StepState> rows;
  const double lr = optimizer_->lr(), momentum = optimizer_->momentum();
  const std::vector<double> before = scheduler_ ? scheduler_->state() : std::vector<double>();
  for (std::int64_t step = 0; step < steps_per_epoch(); ++step) {
    const std::int64_t later = step - finished_steps_;
    rows.push_back({.step = static_cast<std::uint32_t>(global_step_ + later),
                    .epoch = static_cast<std::uint32_t>(finished_epochs_ + 1),
                    .batch = step,
                    .slot = running_->added() + later,
                    .lr = optimizer_->lr(),
                    .momentum = optimizer_->momentum(),
                    .next = step + 1});
    if (later >= 0) after_step();  // moves rate and momentum, if they change within an epoch
  }
  if (scheduler_) scheduler_->load_state(before);
  optimizer_->set_lr(lr);
  optimizer_->set_momentum(momentum);
  return rows;
}

void Trainer::step_by_graph(const std::vector<std::int64_t>& order, std::int64_t n,
                            const std::function<void()>& alone) {
  const Device device = data_.train.images.device();
  if (!graphs_) graphs_.emplace(device, data_.train.labels.numel(), steps_per_epoch(), recipe_.batch_size);
  if (graphs_->do_alone(n, alone)) return;
  if (!graphs_->stands_at(global_step_)) graphs_->begin(order, rows_of_epoch(), finished_steps_);
  const StepState* const state = graphs_->state();
  if (graphs_->recorded(n)) {
    default_generator().begin_step(global_step_++);
    optimizer_->count_replay();
    network_->count_replay();
    if (average_) average_->count_replay();
    running_->count_replay(n);
    after_step();
  } else {
    optimizer_->use_state(state, global_step_);
    graphs_->record(n, [&] {
      const RandomSequence augmentation{recipe_.seed, 0, stream::augmentation, &state->epoch};
      step(load_batch(data_.train, graphs_->begin_step(n), data_.normalization, recipe_.augmentation,
                      augmentation),
           state);
    });
    optimizer_->use_state(nullptr, 0);
    default_generator().begin_step(global_step_ - 1);  // without the address of the state
  }
  graphs_->replay(n);
}

bool Trainer::all_go_on(const std::function<bool()>& goes_on) {
  std::array<std::int64_t, 2> stops_and_diverged = {};
  std::exception_ptr diverged;
  try {
    stops_and_diverged[0] = goes_on() ? 0 : 1;
  } catch (const Diverged&) {
    diverged = std::current_exception();
    stops_and_diverged[1] = 1;
  }
  ranks_->sum(std::span<std::int64_t>(stops_and_diverged));
  if (diverged) std::rethrow_exception(diverged);
  if (stops_and_diverged[1] > 0) running_->look();  // throws the same: all ranks have the same losses
  return stops_and_diverged[0] == 0;
}

std::string Trainer::not_finite(const Batch& batch, const Tensor& loss) const {
  const bool loss_is_finite = is_finite(loss);
  const std::string gradient = gradient_not_finite(*network_), state = first_not_finite(*network_);
  if (loss_is_finite && gradient.empty() && state.empty()) return "";
  if (state.starts_with("the parameter")) return state;  // an earlier update made it so
  const NoGrad no_grad;
  default_generator().begin_step(global_step_ - 1);  // the same masks of dropout
  const std::string output = output_not_finite([&] { (*network_)(batch.x); });
  for (const std::string& where : {output, state})
    if (!where.empty()) return where;
  return loss_is_finite ? gradient : fmt::format("the loss, {},", loss.item());
}

void Trainer::begin_epoch(const ScoreSums& so_far) {
  if (so_far.steps == 0) first_lr_ = optimizer_->lr(), seconds_ = 0;
  finished_steps_ = so_far.steps;
  if (graphs_) graphs_->forget_table();
  if (!lists_) lists_.emplace(steps_per_epoch(), data_.train.images.device());
  running_.emplace(*lists_, fmt::format("training in epoch {}", finished_epochs_ + 1), so_far,
                   recipe_.on_nan != "continue");
}

EpochResult Trainer::run_epoch(const std::function<bool(const StepReport&)>& on_step) {
  if (!running_) begin_epoch({});
  const int epoch = finished_epochs_ + 1;
  EpochResult result{.epoch = epoch, .lr = first_lr_};
  const std::int64_t count = data_.train.labels.numel(), steps = steps_per_epoch(),
                     batch = recipe_.batch_size;
  const auto order = shuffled(count, recipe_.seed, static_cast<std::uint32_t>(epoch));
  const double seconds_before = seconds_;
  const Clock clock;
  network_->train();
  const auto images = [&] { return static_cast<double>(std::min(count, finished_steps_ * batch)); };
  stopped_ = false;
  while (finished_steps_ < steps && !stopped_) {
    const StepProfile::Step counted(profile_);
    const auto begin = order.begin() + finished_steps_ * batch,
               end = order.begin() + std::min(count, (finished_steps_ + 1) * batch);
    const auto alone = [&] {
      const Shard shard = shard_of_step(end - begin);
      const SharedBatch sharing(shard);
      step(load_batch(data_.train, {begin + shard.first, begin + shard.first + shard.images},
                      data_.normalization, recipe_.augmentation, recipe_.seed,
                      static_cast<std::uint32_t>(epoch)));
    };
    try {
      if (takes_graphs())
        step_by_graph(order, end - begin, alone);
      else
        alone();
    } catch (const OutOfMemory& e) {
      const std::int64_t fits = batch_that_fits();
      throw OutOfMemory(fmt::format(
          "{}; {}", e.what(),
          fits > 0 ? fmt::format("batches of {} images fit", fits) : "not even batches of one image fit"));
    }
    ++finished_steps_;
    seconds_ = seconds_before + clock.seconds();
    const auto reported = [&] {
      return !on_step || on_step({epoch, finished_steps_, steps, rate(images(), seconds_), *running_});
    };
    stopped_ = ranks_ ? !all_go_on(reported) : !reported();
  }
  result.train = running_->look();
  result.seconds = seconds_ = seconds_before + clock.seconds();
  result.images_per_second = rate(images(), seconds_);
  if (stopped_) return result;

  test_scores_.clear();
  if (average_) with_averages([&] { result.averaged = evaluate(data_.test, test_graphs_); });
  result.test = test();
  if (data_.validation) result.validation = evaluate(*data_.validation, validation_graphs_);
  if (scheduler_ && recipe_.scheduler.kind != "onecycle")
    scheduler_->step(result.validation.value_or(result.test).loss);
  finished_epochs_ = epoch;
  finished_steps_ = 0;
  running_.reset();
  return result;
}

std::int64_t Trainer::steps_done() const { return finished_epochs_ * steps_per_epoch() + finished_steps_; }

double Trainer::share_done() const {
  return (finished_epochs_ + static_cast<double>(finished_steps_) / static_cast<double>(steps_per_epoch())) /
         recipe_.epochs;
}

State Trainer::state_dict() {
  State state;
  append(state, "network", network_->state_dict());
  append(state, "optimizer", optimizer_->state_dict());
  if (scheduler_) state.push_back(numbers("scheduler", scheduler_->state()));
  if (average_) append(state, "average", average_->state_dict());
  const ScoreSums sums = running_ ? running_->sums() : ScoreSums{};
  state.push_back(numbers(
      "progress",
      {static_cast<double>(finished_epochs_), static_cast<double>(global_step_),
       static_cast<double>(finished_steps_), sums.loss, sums.right, sums.images, first_lr_, seconds_}));
  return state;
}

void Trainer::load_state_dict(const State& state) {
  const std::vector<double> progress = numbers_of(state, "progress", 8);
  const std::int64_t finished = count_of("the number of finished epochs", progress[0]),
                     steps_done = count_of("the number of steps in the epoch", progress[2]),
                     steps = steps_per_epoch(), all_steps = finished * steps + steps_done;
  if (steps_done > steps || all_steps > recipe_.epochs * steps ||
      progress[1] != static_cast<double>(all_steps))
    fail("the state stands at step {} of epoch {}, and this training has {} epochs of {} steps", steps_done,
         finished + 1, recipe_.epochs, steps);
  if (!(progress[7] >= 0 && progress[7] < 1e9))
    fail("the state says that its epoch took {} seconds: expected a number from 0 to 1e9", progress[7]);
  optimizer_->load_state_dict(part_of(state, "optimizer"));
  if (scheduler_) scheduler_->load_state(numbers_of(state, "scheduler", scheduler_->state().size()));
  if (average_) average_->load_state_dict(part_of(state, "average"));
  network_->load_state_dict(part_of(state, "network"));
  finished_epochs_ = static_cast<int>(finished);
  global_step_ = static_cast<std::uint32_t>(all_steps);
  first_lr_ = progress[6], seconds_ = progress[7];
  graphs_.reset();  // they use the optimizer's old tensors
  test_scores_.clear();
  running_.reset();
  finished_steps_ = 0;
  if (steps_done > 0) begin_epoch({progress[3], progress[4], progress[5], steps_done});
}

void Trainer::with_averages(const std::function<void()>& f) {
  const State before = copies(network_->state_dict());
  average_->put();
  recalibrate(*network_, images_for_averages_, data_.normalization,
              std::min(recipe_.batch_size, images_for_averages_.labels.numel()));
  f();
  network_->load_state_dict(before);
}

State Trainer::averaged_state_dict() {
  if (!average_) fail("the recipe has no average of the weights: set its ema");
  State state;
  with_averages([&] { state = copies(network_->state_dict()); });
  return state;
}

Score Trainer::test() {
  const Score score =
      evaluate(data_.test, test_graphs_, [&](const Tensor& scores) { test_scores_.push_back(scores); });
  if (test_graphs_) test_scores_ = {test_graphs_->scores};
  return score;
}

Score Trainer::evaluate(const Dataset& dataset, std::optional<EvaluationGraphs>& graphs,
                        const std::function<void(const Tensor& scores)>& each_batch) {
  const std::string when = fmt::format("testing after epoch {}", finished_epochs_ + (running_ ? 1 : 0));
  if (takes_graphs()) return evaluate_by_graphs(dataset, graphs, when);
  graphs.reset();
  return norma::evaluate(*network_, dataset, data_.normalization,
                         evaluation_batch(data_.train.images.device()), when, each_batch,
                         recipe_.on_nan != "continue", ranks_.get());
}

Trainer::EvaluationGraphs::EvaluationGraphs(Device device, std::int64_t images, std::int64_t steps)
    : graphs(device, images, steps, evaluation_batch(device)), lists(steps, device) {}

Score Trainer::evaluate_by_graphs(const Dataset& dataset, std::optional<EvaluationGraphs>& of,
                                  const std::string& when) {
  const NoGrad no_grad;
  network_->eval();
  const Device device = dataset.labels.device();
  const std::int64_t count = dataset.labels.numel(), batch = evaluation_batch(device),
                     steps = (count + batch - 1) / batch;
  if (!of) of.emplace(device, count, steps);
  RunningScore running(of->lists, when, {}, recipe_.on_nan != "continue");
  const auto work = [&](const Batch& b, const StepState* state) {
    const Tensor scores = (*network_)(b.x);
    if (!of->scores.defined()) of->scores = Tensor::empty({count, scores.size(1)}, scores.dtype(), device);
    running.add(functional::cross_entropy(scores, b.target), functional::correct_count(scores, b.target),
                b.target.numel(), state, scores, of->scores, batch);
  };
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  of->graphs.forget_table();
  for (std::int64_t step = 0; step < steps; ++step) {
    const auto begin = order.begin() + step * batch,
               end = order.begin() + std::min(count, (step + 1) * batch);
    const std::int64_t n = end - begin;
    if (of->graphs.do_alone(n, [&] {
          work(load_batch(dataset, std::vector<std::int64_t>(begin, end), data_.normalization), nullptr);
        }))
      continue;
    if (!of->graphs.stands_at(static_cast<std::uint32_t>(step))) {
      std::vector<StepState> rows;
      for (std::int64_t i = 0; i < steps; ++i)
        rows.push_back({.step = static_cast<std::uint32_t>(i), .batch = i, .slot = i, .next = i + 1});
      of->graphs.begin(order, rows, step);
    }
    if (of->graphs.recorded(n))
      running.count_replay(n);
    else
      of->graphs.record(n, [&] {
        work(load_batch(dataset, of->graphs.begin_step(n), data_.normalization, {}, {}), of->graphs.state());
      });
    of->graphs.replay(n);
  }
  return running.look();
}

std::vector<float> Trainer::test_scores() {
  if (test_scores_.empty() && finished_epochs_ > 0 && !running_) test();  // it went on from a state
  return rows_of(test_scores_);
}

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

}  // namespace norma
