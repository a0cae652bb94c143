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
// Where the convolutions round, the two still differ in what else they round: autocast also keeps its results
// in bf16.
struct Check {
  DType dtype;
  int steps;
  double tolerance;
  Precision precision = Precision::exact;
};
constexpr Check checks[] = {{DType::float32, 3, 1e-4}, {DType::float64, 10, 1e-8}};
constexpr Check rounded_check(Precision precision) {
  return {DType::float32, 3, precision == Precision::bf16 ? 0.03 : 0.005, precision};
}

struct TimedBatch {
  Tensor x, target;
};

// Pixels in [-2, 2), as after normalization, and random labels.
TimedBatch random_batch(std::int64_t count, const KnownDataSet& set) {
  const TimedBatch batch{Tensor::empty({count, set.image[0], set.image[1], set.image[2]}),
                         Tensor::empty({count}, DType::int64)};
  const RandomSequence pixels{.seed = 1, .stream = 0}, labels{.seed = 1, .stream = 1};
  std::uint64_t i = 0, k = 0;
  for (float& value : batch.x.span<float>()) value = static_cast<float>(4 * pixels.uniform(i++) - 2);
  for (std::int64_t& label : batch.target.span<std::int64_t>()) label = labels.word(k++) % 10;
  return batch;
}

// A network in training. The same seed gives the same weights for every norm, with and without dropout.
class Training {
 public:
  Training(const Preset& preset, const NetworkChoice& choice, const TimedBatch& batch, Device device,
           DType dtype = DType::float32)
      : batch_{batch.x.to(dtype).to(device), batch.target.to(device)} {
    manual_seed(1);
    network_ = preset.network(choice);
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

// The largest relative difference of the losses, over steps and formats. A compiled network is the same one
// after a transformation, which takes half a minute per type: it is checked with the types that are timed.
double check_losses(const Preset& preset, Norm norm, const TimedBatch& batch, Peer& peer, const Check& check,
                    const BenchOptions& options) {
  std::vector<double> losses;
  Training training(preset, {.norm = norm, .dropout = 0, .precision = check.precision}, batch, options.device,
                    check.dtype);
  for (int i = 0; i < check.steps; ++i) losses.push_back(training.step());
  double largest = 0;
  for (const std::string& format : peer.formats()) {
    const bool timed = check.dtype == DType::float32 && check.precision == options.precision;
    if (!timed && format.starts_with("compiled-")) continue;
    const std::vector<double> theirs = peer.losses(format, check.dtype, check.precision, check.steps);
    for (int i = 0; i < check.steps; ++i) {
      const double difference = std::abs(losses[i] - theirs[i]) / std::abs(theirs[i]);
      if (!(difference <= check.tolerance))  // also if it is NaN
        fail(
            "{}, norm {}, step {} in {} ({}): Norma's loss is {:.10f} but PyTorch's ({}) is {:.10f}: they "
            "differ by more than {}, so the two do not train the same network and are not timed",
            preset.name, name(norm), i + 1, name(check.dtype), name(check.precision), losses[i], format,
            theirs[i], check.tolerance);
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
double time_peer(Peer& peer, const std::string& format, const BenchOptions& options, double& waiting) {
  const double before = processor_seconds();
  const double seconds = peer.seconds(format, options.precision, options.steps, options.inference);
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

Row contest(const std::string& preset_name, Norm norm, Peer* peer, const BenchOptions& options,
            const std::function<void(int)>& told) {
  told(0);
  const Preset& preset = find_preset(preset_name);
  const TimedBatch batch = random_batch(options.batch_size, *preset.data);
  Training training(preset, {.norm = norm, .precision = options.precision}, batch, options.device);
  Row row{.preset = preset_name, .norm = norm, .contestants = {{"norma"}}};
  if (peer != nullptr) {
    peer->load(preset_name, name(norm), options.device, training.network().state_dict(), batch.x,
               batch.target);
    for (const Check& check : checks)
      row.largest_difference = check_losses(preset, norm, batch, *peer, check, options);
    if (options.precision != Precision::exact)
      row.rounded_difference =
          check_losses(preset, norm, batch, *peer, rounded_check(options.precision), options);
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
      const double seconds = i == 0 ? time_norma(training, options.steps, options.inference)
                                    : time_peer(*peer, peer->formats()[i - 1], options, waiting);
      if (round > 0) row.contestants[i].images_per_second.push_back(images / seconds);  // 0 is the warm-up
    }
  }
  row.waiting_share = waiting / clock.seconds();
  row.peak_megabytes = peak_megabytes();
  if (peer != nullptr) row.peer_peak_megabytes = peer->peak_megabytes();
  return row;
}

}  // namespace norma
