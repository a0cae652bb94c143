// The score of a network on a data set.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/ranks.h"
#include "data/loader.h"
#include "layers/module.h"
#include "optim/running_score.h"

namespace norma {

/// The batch size without a backward pass: small on a CPU, so that values between layers stay in the cache.
inline std::int64_t evaluation_batch(Device device) { return device == Device::cpu ? 32 : 500; }

/// The numbers of tensors [N, …], in their order.
std::vector<float> rows_of(const std::vector<Tensor>& batches);

/// Scores a network on a data set, in evaluation mode, on the device of both. `when` describes the evaluation
/// in errors. `each_batch` is called with the network's output for every batch, in the order of the images.
/// Ranks take batches in turns; all of them get the score of all.
Score evaluate(Module& network, const Dataset& dataset, const Normalization& normalization,
               std::int64_t batch_size, const std::string& when = "testing",
               const std::function<void(const Tensor& scores)>& each_batch = {}, bool finite_only = true,
               Ranks* ranks = nullptr);

}  // namespace norma
