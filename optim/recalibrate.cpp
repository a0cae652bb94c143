#include "optim/recalibrate.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "core/autograd.h"
#include "core/error.h"
#include "layers/batch_norm.h"

namespace norma {
namespace {

// A batch norm, its settings before, and sums over batches, one number per channel.
struct Recalibrated {
  BatchNorm2d::Statistics statistics;
  BatchNorm2d::Updates updates;
  std::optional<double> momentum;
  std::vector<double> mean = {}, square = {};  // of x
  double batches = 0;

  void add(const BatchNorm2d& norm, const Tensor& x) {
    // Momentum is 1: the running statistics are those of this batch. Its variance is divided by M − 1.
    const double m = static_cast<double>(x.numel() / x.size(1)), biased = (m - 1) / m;
    const auto means = norm.running_mean.to(DType::float64).to_vector<double>();
    const auto variances = norm.running_var.to(DType::float64).to_vector<double>();
    mean.resize(means.size()), square.resize(means.size());
    for (std::size_t c = 0; c < means.size(); ++c) {
      mean[c] += means[c];
      square[c] += means[c] * means[c] + variances[c] * biased;
    }
    ++batches;
  }

  void finish(BatchNorm2d& norm) const {
    std::vector<double> means, variances;
    for (std::size_t c = 0; c < mean.size(); ++c) {
      means.push_back(mean[c] / batches);
      variances.push_back(std::max(square[c] / batches - means[c] * means[c], 0.0));
    }
    const auto put = [&](Tensor& running, const std::vector<double>& numbers) {
      running.copy_from(Tensor::from(numbers, running.shape()).to(running.dtype()).to(running.device()));
    };
    put(norm.running_mean, means);
    put(norm.running_var, variances);
    norm.set_statistics(statistics, updates);
    norm.set_momentum(momentum);
  }
};

using Norms = std::map<BatchNorm2d*, Recalibrated>;

void find_batch_norms(Module& module, Norms& found) {
  if (auto* const norm = dynamic_cast<BatchNorm2d*>(&module); norm != nullptr && norm->running_mean.defined())
    found.insert({norm, {norm->statistics(), norm->updates(), norm->momentum()}});
  for (const auto& [name, child] : module.children()) find_batch_norms(*child, found);
}

}  // namespace

int recalibrate(Module& network, const Dataset& images, const Normalization& normalization,
                std::int64_t batch_size) {
  const std::int64_t count = images.labels.numel(), batch = std::min(batch_size, count);
  if (batch < 1)
    fail("recalibrating needs at least 1 image and batches of at least 1, not {} and {}", count, batch_size);
  Norms norms;
  find_batch_norms(network, norms);
  if (norms.empty()) return 0;
  const NoGrad no_grad;
  network.eval();
  for (auto& [norm, of] : norms) {
    norm->reset_running_stats();
    norm->set_statistics(BatchNorm2d::Statistics::batch, BatchNorm2d::Updates::always);
    norm->set_momentum(1);
  }
  {
    const ModuleObserver observer([&](const Module& layer, const Tensor& x, const Tensor&) {
      const auto* const norm = dynamic_cast<const BatchNorm2d*>(&layer);
      const auto found =
          std::find_if(norms.begin(), norms.end(), [&](const auto& n) { return n.first == norm; });
      if (norm != nullptr && found != norms.end()) found->second.add(*norm, x);
    });
    std::vector<std::int64_t> indices(static_cast<std::size_t>(batch));
    for (std::int64_t begin = 0; begin + batch <= count; begin += batch) {
      std::iota(indices.begin(), indices.end(), begin);
      network(load_batch(images, indices, normalization).x);
    }
  }
  for (auto& [norm, of] : norms) of.finish(*norm);
  return static_cast<int>(norms.size());
}

}  // namespace norma
