#include "layers/explain/explanation.h"

#include <algorithm>
#include <cmath>

#include "core/autograd.h"
#include "core/error.h"
#include "kernels/norm/set_ref.h"

namespace norma {
namespace {

Tensor on_reference(const Tensor& t) { return t.to(Device::reference).to(DType::float64); }

// Of images [C, H, W] or channels [C]: the parameter of each element of x.
std::vector<double> of_each_element(const Tensor& parameter, const Shape& x) {
  const std::int64_t hw = x[2] * x[3], chw = x[1] * hw;
  const bool per_channel = parameter.numel() == x[1];
  std::vector<double> all;
  for (std::int64_t i = 0; i < x.numel(); ++i)
    all.push_back(parameter.data<double>()[per_channel ? i / hw % x[1] : i % chw]);
  return all;
}

void find_sets(const NormRow& row, const NormPlace& place, Explanation& e) {
  const std::int64_t hw = place.height * place.width;
  std::vector<std::vector<std::int64_t>> members;
  for (std::int64_t i = 0; i < e.shape.numel(); ++i) {
    const auto set =
        static_cast<std::size_t>(row.set(place, i / (place.channels * hw), i / hw % place.channels, i % hw));
    if (set >= members.size()) members.resize(set + 1);
    members[set].push_back(i);
    e.set_of.push_back(set);
  }
  for (const auto& of : members) {
    const auto m = static_cast<std::int64_t>(of.size());
    const auto at = [&](std::int64_t i) { return of[static_cast<std::size_t>(i)]; };
    const reference::Moments moments = reference::moments(m, e.x.data(), at);
    ExplainedSet set{m, row.traits.centred ? moments.mean : 0, moments.var};
    if (!row.traits.centred) set.variance += moments.mean * moments.mean;  // about 0
    set.rstd = 1 / std::sqrt(set.variance + e.eps);
    e.sets.push_back(set);
  }
}

void explain_backward(const NormRow& row, Explanation& e) {
  const auto set = [&](std::size_t i) -> ExplainedSet& { return e.sets[e.set_of[i]]; };
  for (std::size_t i = 0; i < e.x.size(); ++i) {
    e.g.push_back(e.dy[i] * e.weight[i]);
    set(i).sum_g += e.g[i];
    set(i).sum_gx += e.g[i] * e.xhat[i];
  }
  for (std::size_t i = 0; i < e.x.size(); ++i) {
    const double m = static_cast<double>(set(i).elements), rstd = set(i).rstd;
    e.own_part.push_back(rstd * e.g[i]);
    e.mean_part.push_back(row.traits.centred ? -rstd * set(i).sum_g / m : 0);
    e.xhat_part.push_back(-rstd * e.xhat[i] * set(i).sum_gx / m);
  }
}

// The formulas of the page and the executor must say the same.
void check_same(const char* what, const std::vector<double>& executor, const std::vector<double>& formula) {
  double largest = 1;
  for (const double v : executor) largest = std::max(largest, std::abs(v));
  for (std::size_t i = 0; i < executor.size(); ++i)
    if (!(std::abs(executor[i] - formula[i]) <= 1e-9 * largest) && std::isfinite(executor[i]))
      fail("{} of element {} is {} by the executor and {} by the formula", what, i, executor[i], formula[i]);
}

}  // namespace

Explanation explain(Norm norm, const Tensor& input, std::int64_t groups, const std::optional<Tensor>& dy) {
  const NormRow& row = row_of(norm);
  const Shape shape = input.shape();
  if (row.set == nullptr) fail_usage("{} has no sets to explain", row.name);
  if (shape.rank() != 4 || shape.numel() == 0)
    fail_usage("explain takes images [N, C, H, W], not {}", shape.to_string());
  if (groups < 1 || shape[1] % groups != 0)
    fail_usage("{} channels cannot be divided into {} groups", shape[1], groups);
  const NormPlace place{shape[1], shape[2], shape[3], groups};
  const auto layer = row.make(place);
  layer->to(Device::reference);
  layer->to(DType::float64);
  Explanation e;
  e.norm = norm, e.shape = shape, e.groups = row.traits.grouped ? groups : 1;

  Tensor x = on_reference(input).clone();
  e.x = x.to_vector<double>();
  e.xhat = (*layer)(x).to_vector<double>();  // new layers have weight 1 and bias 0
  find_sets(row, place, e);
  e.weight.assign(e.x.size(), 1);
  for (auto& [name, parameter] : layer->named_parameters()) {
    const bool is_weight = name == "weight";
    for (std::int64_t i = 0; i < parameter.numel(); ++i)
      parameter.data<double>()[i] = 0.5 * static_cast<double>(is_weight ? 2 + i % 3 : i % 2);
    (is_weight ? e.weight : e.bias) = of_each_element(parameter, shape);
  }
  x.set_requires_grad(dy.has_value());
  const Tensor y = (*layer)(x);
  e.y = y.to_vector<double>();
  std::vector<double> formula;
  for (std::size_t i = 0; i < e.x.size(); ++i)
    formula.push_back((e.x[i] - e.sets[e.set_of[i]].mean) * e.sets[e.set_of[i]].rstd);
  check_same("x̂", e.xhat, formula);
  if (!dy) return e;

  if (dy->shape() != shape) fail_usage("dy is {}, and x {}", dy->shape().to_string(), shape.to_string());
  const Tensor cotangent = on_reference(*dy);
  e.dy = cotangent.to_vector<double>();
  y.backward(cotangent);
  e.dx = x.grad().to_vector<double>();
  explain_backward(row, e);
  for (std::size_t i = 0; i < e.dx.size(); ++i) formula[i] = e.own_part[i] + e.mean_part[i] + e.xhat_part[i];
  check_same("dx", e.dx, formula);
  return e;
}

}  // namespace norma
