#include "layers/export/fold.h"

#include <cmath>

#include "core/autograd.h"
#include "layers/batch_norm.h"
#include "layers/conv2d.h"
#include "layers/residual.h"
#include "layers/zoo/batch_renorm.h"

namespace norma {
namespace {

struct PerChannel {
  std::vector<double> factor, shift;
};

std::vector<double> numbers_or(const Tensor& t, std::size_t count, double value) {
  return t.defined() ? t.to_vector<double>() : std::vector<double>(count, value);
}

template <class Norm>
PerChannel of_norm(const Norm& norm) {
  const auto mean = norm.running_mean.template to_vector<double>(),
             var = norm.running_var.template to_vector<double>();
  const auto weight = numbers_or(norm.weight, mean.size(), 1), bias = numbers_or(norm.bias, mean.size(), 0);
  PerChannel all;
  for (std::size_t c = 0; c < mean.size(); ++c) {
    all.factor.push_back(weight[c] / std::sqrt(var[c] + norm.eps()));
    all.shift.push_back(bias[c] - mean[c] * all.factor[c]);
  }
  return all;
}

bool is_batch_norm(const Module& layer) {
  return dynamic_cast<const BatchNorm2d*>(&layer) != nullptr ||
         dynamic_cast<const BatchRenorm2d*>(&layer) != nullptr;
}

PerChannel per_channel(const Module& layer) {
  if (const auto* norm = dynamic_cast<const BatchRenorm2d*>(&layer)) return of_norm(*norm);
  const auto& norm = dynamic_cast<const BatchNorm2d&>(layer);
  if (!norm.running_mean.defined() || norm.statistics() == BatchNorm2d::Statistics::batch)
    fail("layer {} cannot be folded: it uses the statistics of each batch, which are not constants",
         layer.path());
  return of_norm(norm);
}

std::shared_ptr<Conv2d> folded(const Conv2d& conv, const PerChannel& norm) {
  const NoGrad no_grad;
  if (conv.options().precision != Precision::exact)
    fail(
        "layer {} cannot be folded: it rounds its factors to {}, which filters times a factor change; load "
        "the network with the precision exact",
        conv.path(), name(conv.options().precision));
  const Tensor filters = conv.filters();
  const std::int64_t k = filters.size(0), m = filters.numel() / k;
  Conv2dOptions options = conv.options();
  options.bias = true, options.standardize = false;
  const auto result = std::make_shared<Conv2d>(filters.size(1) * options.groups, k,
                                               Size2(filters.size(2), filters.size(3)), options);
  std::vector<double> weight = filters.to_vector<double>(),
                      bias = numbers_or(conv.bias, static_cast<std::size_t>(k), 0);
  for (std::size_t i = 0; i < weight.size(); ++i) weight[i] *= norm.factor[i / static_cast<std::size_t>(m)];
  for (std::size_t i = 0; i < bias.size(); ++i) bias[i] = bias[i] * norm.factor[i] + norm.shift[i];
  result->to(filters.dtype()), result->to(filters.device());
  result->weight.copy_from(Tensor::from(weight, filters.shape()).to(filters.dtype()));
  result->bias.copy_from(Tensor::from(bias, {k}).to(filters.dtype()));
  return result;
}

class Folder {
 public:
  std::shared_ptr<Sequential> sequential(const Sequential& network) {
    const auto result = std::make_shared<Sequential>();
    const auto& layers = network.children();
    for (std::size_t i = 0; i < layers.size(); ++i) {
      const auto& [name, layer] = layers[i];
      const auto* const conv = dynamic_cast<const Conv2d*>(layer.get());
      if (conv != nullptr && i + 1 < layers.size() && is_batch_norm(*layers[i + 1].second)) {
        result->add(name, folded(*conv, per_channel(*layers[++i].second)));
        ++count_;
      } else {
        result->add(name, other(layer));
      }
    }
    return result;
  }
  int count() const { return count_; }

 private:
  std::shared_ptr<Module> other(const std::shared_ptr<Module>& layer) {
    if (is_batch_norm(*layer))
      fail(
          "layer {} ({}) cannot be folded: it does not follow a convolution, so that the result would not be "
          "exact",
          layer->path(), layer->type());
    if (const auto* inner = dynamic_cast<const Sequential*>(layer.get())) return sequential(*inner);
    if (dynamic_cast<const Residual*>(layer.get()) == nullptr) return layer;
    const auto& body = layer->children().front().second;
    return std::make_shared<Residual>(other(body));
  }

  int count_ = 0;
};

}  // namespace

std::shared_ptr<Sequential> fold_batch_norms(const Sequential& network) {
  Folder folder;
  const auto result = folder.sequential(network);
  if (folder.count() == 0) fail("the network has no batch norms to fold");
  result->eval();
  return result;
}

}  // namespace norma
