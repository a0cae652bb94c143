#include "optim/evaluate.h"

#include <algorithm>
#include <numeric>

#include "core/autograd.h"
#include "layers/functional/loss.h"

namespace norma {
namespace {

/// Fills in the scores of the batches that other ranks computed.
void sum_over(Ranks& ranks, std::vector<Tensor>& scores_of_batches, std::int64_t batch_size,
              std::int64_t count, Device device) {
  std::int64_t classes = 0;
  for (const Tensor& scores : scores_of_batches) classes = scores.defined() ? scores.size(1) : classes;
  const std::vector<std::int64_t> all = ranks.gather(std::span<const std::int64_t>(&classes, 1));
  classes = *std::max_element(all.begin(), all.end());
  for (std::size_t i = 0; i < scores_of_batches.size(); ++i) {
    const auto begin = static_cast<std::int64_t>(i) * batch_size;
    Tensor& scores = scores_of_batches[i];
    if (!scores.defined())
      scores = Tensor::zeros({std::min(batch_size, count - begin), classes}, DType::float32, device);
    const Tensor sum = Tensor::empty_like(scores);
    ranks.begin_sum(scores, sum);
    scores = sum;
  }
  ranks.finish();
}

}  // namespace

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
               const std::function<void(const Tensor& scores)>& each_batch, bool finite_only, Ranks* ranks) {
  const NoGrad no_grad;
  network.eval();
  const std::int64_t count = dataset.labels.numel();
  const Device device = dataset.labels.device();
  std::vector<Tensor> scores_of_batches;
  RunningScore running(ScoreLists((count + batch_size - 1) / batch_size, device), when, {}, finite_only);
  for (std::int64_t begin = 0; begin < count; begin += batch_size) {
    const std::int64_t n = std::min(batch_size, count - begin);
    if (ranks && begin / batch_size % ranks->size() != ranks->rank()) {
      running.add(Tensor::zeros({}, DType::float32, device), Tensor::zeros({}, DType::int64, device), n);
      scores_of_batches.emplace_back();
      continue;
    }
    std::vector<std::int64_t> indices(static_cast<std::size_t>(n));
    std::iota(indices.begin(), indices.end(), begin);
    const Batch batch = load_batch(dataset, indices, normalization);
    const Tensor scores = network(batch.x);
    running.add(functional::cross_entropy(scores, batch.target),
                functional::correct_count(scores, batch.target), batch.target.numel());
    if (ranks)
      scores_of_batches.push_back(scores);
    else if (each_batch)
      each_batch(scores);
  }
  if (ranks) {
    running.sum_over(*ranks);
    sum_over(*ranks, scores_of_batches, batch_size, count, device);
    if (each_batch) std::for_each(scores_of_batches.begin(), scores_of_batches.end(), each_batch);
  }
  return running.look();
}

}  // namespace norma
