#include "optim/recalibrate.h"

#include <algorithm>
#include <numeric>

#include "core/autograd.h"
#include "core/error.h"
#include "layers/batch_norm.h"

namespace norma {
namespace {

void find_batch_norms(Module& module, std::vector<BatchNorm2d*>& found) {
  if (auto* const norm = dynamic_cast<BatchNorm2d*>(&module); norm != nullptr && norm->running_mean.defined())
    found.push_back(norm);
  for (const auto& [name, child] : module.children()) find_batch_norms(*child, found);
}

}  // namespace

int recalibrate(Module& network, const Dataset& images, const Normalization& normalization,
                std::int64_t batch_size) {
  const std::int64_t count = images.labels.numel(), batch = std::min(batch_size, count);
  if (batch < 1)
    fail("recalibrating needs at least 1 image and batches of at least 1, not {} and {}", count, batch_size);
  std::vector<BatchNorm2d*> norms;
  find_batch_norms(network, norms);
  if (norms.empty()) return 0;
  const NoGrad no_grad;
  network.eval();
  struct Settings {
    BatchNorm2d::Statistics statistics;
    BatchNorm2d::Updates updates;
    std::optional<double> momentum;
  };
  std::vector<Settings> before;
  for (BatchNorm2d* norm : norms) {
    before.push_back({norm->statistics(), norm->updates(), norm->momentum()});
    norm->reset_running_stats();
    norm->set_statistics(BatchNorm2d::Statistics::batch, BatchNorm2d::Updates::always);
  }
  std::vector<std::int64_t> indices(static_cast<std::size_t>(batch));
  for (std::int64_t begin = 0; begin + batch <= count; begin += batch) {
    std::iota(indices.begin(), indices.end(), begin);
    const double weight = 1 / static_cast<double>(begin / batch + 1);  // of this batch in the plain average
    for (BatchNorm2d* norm : norms) norm->set_momentum(weight);
    network(load_batch(images, indices, normalization).x);
  }
  for (std::size_t i = 0; i < norms.size(); ++i) {
    norms[i]->set_statistics(before[i].statistics, before[i].updates);
    norms[i]->set_momentum(before[i].momentum);
  }
  return static_cast<int>(norms.size());
}

}  // namespace norma
