#include "bench/contest.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "apps/cli/progress.h"
#include "bench/machine.h"
#include "core/autograd.h"
#include "core/device_memory.h"
#include "core/random.h"
#include "kernels/measure/stopwatch.h"
#include "layers/functional/loss.h"
#include "optim/optimizer.h"
#include "optim/presets.h"

namespace norma {
namespace {

// The losses of the first steps must agree to this tolerance. Double precision is a strict test. Single
// precision is the timed one. In a network with batch norm, its rounding errors grow with every step, because
// they change branches of ReLU and pooling: within ten steps, PyTorch differs from its own losses in double
// precision by 1e-4 (3e-4 with 32 images). Three steps are enough to include forward, backward and momentum.
struct Check {
  DType dtype;
  int steps;
  double tolerance;
};
constexpr Check checks[] = {{DType::float32, 3, 1e-4}, {DType::float64, 10, 1e-8}};

struct TimedBatch {
  Tensor x, target;
};

// Pixels in [-2, 2), as after normalization, and random labels.
TimedBatch random_batch(std::int64_t count) {
  const TimedBatch batch{Tensor::empty({count, 3, 32, 32}), Tensor::empty({count}, DType::int64)};
  const RandomSequence pixels{.seed = 1, .stream = 0}, labels{.seed = 1, .stream = 1};
  std::uint64_t i = 0, k = 0;
  for (float& value : batch.x.span<float>()) value = static_cast<float>(4 * pixels.uniform(i++) - 2);
  for (std::int64_t& label : batch.target.span<std::int64_t>()) label = labels.word(k++) % 10;
  return batch;
}

// A network in training. The same seed gives the same weights for every norm, with and without dropout.
class Training {
 public:
  Training(Norm norm, const TimedBatch& batch, Device device, std::optional<double> dropout = {},
           DType dtype = DType::float32)
      : batch_{batch.x.to(dtype).to(device), batch.target.to(device)} {
    manual_seed(1);
    network_ = find_preset("c11-48096").network({.norm = norm, .dropout = dropout});
    network_->to(dtype), network_->to(device);
    optimizer_ = std::make_unique<SGD>(network_->parameters(), SgdOptions{.lr = 0.01, .momentum = 0.9});
  }

  // One step, as in optim/trainer.cpp; returns the loss before it.
  double step() {
    default_generator().begin_step(step_++);
    optimizer_->zero_grad();
    const Tensor loss = functional::cross_entropy((*network_)(batch_.x), batch_.target);
    loss.backward();
    optimizer_->step();
    return loss.item();
  }

  // The scores of the batch, in evaluation mode.
  void infer() {
    const NoGrad no_grad;
    network_->eval();
    (*network_)(batch_.x);
    synchronize(batch_.x.device());
  }

  const Module& network() const { return *network_; }

 private:
  TimedBatch batch_;
  std::shared_ptr<Module> network_;
  std::unique_ptr<SGD> optimizer_;
  std::uint32_t step_ = 0;
};

// The largest relative difference of the losses, over steps and formats.
double check_losses(Norm norm, const TimedBatch& batch, Device device, Peer& peer, const Check& check) {
  std::vector<double> losses;
  Training training(norm, batch, device, 0.0, check.dtype);
  for (int i = 0; i < check.steps; ++i) losses.push_back(training.step());
  double largest = 0;
  for (const std::string& format : peer.formats()) {
    // A compiled network is the same one after a transformation, which takes half a minute per type.
    if (check.dtype == DType::float64 && format.starts_with("compiled-")) continue;
    const std::vector<double> theirs = peer.losses(format, check.dtype, check.steps);
    for (int i = 0; i < check.steps; ++i) {
      const double difference = std::abs(losses[i] - theirs[i]) / std::abs(theirs[i]);
      if (!(difference <= check.tolerance))  // also if it is NaN
        fail(
            "norm {}, step {} in {}: Norma's loss is {:.10f} but PyTorch's ({}) is {:.10f}: they differ by "
            "more than {}, so the two do not train the same network and are not timed",
            name(norm), i + 1, name(check.dtype), losses[i], format, theirs[i], check.tolerance);
      largest = std::max(largest, difference);
    }
  }
  return largest;
}

// Threads without work spin for some time before they sleep, up to 200 ms in common OpenMP libraries. A turn
// begins when the threads of the last turn sleep.
void let_threads_sleep() { std::this_thread::sleep_for(std::chrono::milliseconds(250)); }

double time_norma(Training& training, int steps, bool inference) {
  const auto run = [&](int count) {
    for (int i = 0; i < count; ++i)
      if (inference)
        training.infer();
      else
        training.step();
  };
  run(2);  // not timed, as in the peer
  const Clock clock;
  run(steps);
  return clock.seconds();
}

// Adds to `waiting` the processor seconds that both sides used while they waited.
double time_peer(Peer& peer, const std::string& format, int steps, bool inference, double& waiting) {
  const double before = processor_seconds();
  const double seconds = peer.seconds(format, steps, inference);
  waiting += processor_seconds() - before + peer.idle_cpu_seconds();
  return seconds;
}

// "1.13" of "1.13.0a0"
std::string short_version(const std::string& version) {
  return version.substr(0, version.find('.', version.find('.') + 1));
}

}  // namespace

double Rates::median() const {
  std::vector<double> sorted = images_per_second;
  std::sort(sorted.begin(), sorted.end());
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

double Rates::min() const { return *std::min_element(images_per_second.begin(), images_per_second.end()); }
double Rates::max() const { return *std::max_element(images_per_second.begin(), images_per_second.end()); }

const Rates* Row::fastest_peer() const {
  if (contestants.size() == 1) return nullptr;
  return &*std::max_element(contestants.begin() + 1, contestants.end(),
                            [](const Rates& a, const Rates& b) { return a.median() < b.median(); });
}

double Row::ratio_to(const Rates& theirs) const {
  Rates ratios{"ratio", norma().images_per_second};
  for (std::size_t i = 0; i < theirs.images_per_second.size(); ++i)
    ratios.images_per_second[i] /= theirs.images_per_second[i];
  return ratios.median();
}

Row contest(Norm norm, Peer* peer, const BenchOptions& options, const std::function<void(int)>& told) {
  told(0);
  const TimedBatch batch = random_batch(options.batch_size);
  Training training(norm, batch, options.device);
  Row row{.norm = norm, .contestants = {{"norma"}}};
  if (peer != nullptr) {
    peer->load(name(norm), options.device, training.network().state_dict(), batch.x, batch.target);
    for (const Check& check : checks)
      row.largest_difference = check_losses(norm, batch, options.device, *peer, check);
    for (const std::string& format : peer->formats())
      row.contestants.push_back({"pytorch " + short_version(peer->version()) + " " + format});
  }
  const double images = static_cast<double>(options.batch_size) * options.steps;
  const Clock clock;
  double waiting = 0;
  for (int round = 0; round <= options.rounds; ++round) {
    told(round);
    for (std::size_t i = 0; i < row.contestants.size(); ++i) {
      let_threads_sleep();
      const double seconds =
          i == 0 ? time_norma(training, options.steps, options.inference)
                 : time_peer(*peer, peer->formats()[i - 1], options.steps, options.inference, waiting);
      if (round > 0) row.contestants[i].images_per_second.push_back(images / seconds);  // 0 is the warm-up
    }
  }
  row.waiting_share = waiting / clock.seconds();
  row.peak_megabytes = peak_megabytes();
  if (peer != nullptr) row.peer_peak_megabytes = peer->peak_megabytes();
  return row;
}

}  // namespace norma
