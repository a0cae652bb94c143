// Proxy normalization (Labatie, Masters, Eaton-Rosen and Luschi 2021, arXiv:2106.03743) of group norm; with
// one group, of layer norm:
//
//   x̂: group norm of x        φ: ReLU        z = φ(x̂·weight[c] + bias[c])
//   Y ~ N(proxy_bias[c], (1 + proxy_weight[c])²): the proxy, a guess at how x̂ is distributed in channel c
//   y = (z − mean of φ(Y·weight[c] + bias[c])) / √(variance of the same + ε)
//
// Norms of single images leave every channel a mean and a deviation of its own after the activation, which
// batch norm would not. The proxy removes what its distribution predicts of them, from the parameters alone:
// an image's result still depends on that image only. ReLU is inside: none follows.
#pragma once

#include "layers/zoo/composed_norm.h"

namespace norma {

/// Parameters: weight [C] = 1, bias [C] = 0, proxy_weight [C] = 0, proxy_bias [C] = 0. Buffer:
/// quantiles [256] of the standard normal distribution, with which the proxy is sampled.
class ProxyGroupNorm : public ComposedNorm {
 public:
  /// `num_groups` divides the channels. eps is that of group norm, proxy_eps the paper's, which keeps
  /// channels that are nearly always 0 small.
  ProxyGroupNorm(std::int64_t num_groups, std::int64_t num_channels, double eps = 1e-5,
                 double proxy_eps = 0.03);

  std::string type() const override { return "ProxyGroupNorm"; }
  std::string description() const override;
  std::int64_t num_groups() const { return num_groups_; }
  double eps() const { return eps_; }

  /// What the proxy predicts, [1, C, 1, 1] each.
  struct Prediction {
    Tensor mean, rstd;
  };
  Prediction prediction() const;

  Tensor weight, bias, proxy_weight, proxy_bias, quantiles;

 protected:
  Tensor compute(const Tensor& x) override;

 private:
  std::int64_t num_groups_;
  double eps_, proxy_eps_;
};

}  // namespace norma
