// The cases of bench/conformance, with which frameworks are compared, for Norma. Norma has neither half
// precision nor channels last in memory; all other cases must pass.
#include <nlohmann/json.hpp>

#include "layers/functional/arithmetic.h"
#include "layers/functional/batch_norm.h"
#include "layers/functional/group_norm.h"
#include "layers/functional/instance_norm.h"
#include "layers/functional/layer_norm.h"
#include "layers/functional/reshape.h"
#include "layers/functional/rms_norm.h"
#include "layers/safetensors.h"
#include "tests/data/temporary_folder.h"
#include "tests/golden/golden.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

namespace {

class ConformanceCase {
 public:
  ConformanceCase(nlohmann::json description, Device device)
      : json_(std::move(description)), device_(device) {}

  template <class T>
  T get(const char* key) const {
    return json_.at(key).get<T>();
  }
  bool has(const char* key) const { return !json_.at(key).is_null(); }
  /// Undefined if the case has none.
  Tensor in(const std::string& name) const { return find("in/" + name); }
  Tensor out(const std::string& name) const { return find("out/" + name); }

 private:
  Tensor find(const std::string& name) const {
    static const auto file = load_safetensors(source_folder() + "/bench/conformance/cases.safetensors");
    for (const NamedTensor& t : file)
      if (t.name == get<std::string>("name") + "/" + name)
        return t.tensor.to(DType::float32).to(device_).clone();
    return {};
  }

  nlohmann::json json_;
  Device device_;
};

struct Results {
  Tensor y, dx, dweight, dbias, running_mean, running_var;
};

Tensor apply(const ConformanceCase& c, const Tensor& x, const Tensor& weight, const Tensor& bias,
             const Results& r, int batch) {
  const auto norm = c.get<std::string>("norm");
  const auto eps = c.get<double>("eps");
  const Shape image{x.size(1), x.size(2), x.size(3)};
  if (norm == "batch_norm") {
    const double momentum = c.has("momentum") ? c.get<double>("momentum") : 1.0 / batch;
    return functional::batch_norm(x, r.running_mean, r.running_var, weight, bias, !c.get<bool>("evaluate"),
                                  momentum, eps);
  }
  if (norm == "layer_norm") return functional::layer_norm(x, image, weight, bias, eps);
  if (norm == "instance_norm") return functional::instance_norm(x, {}, {}, weight, bias, true, 0.1, eps);
  if (norm == "group_norm")
    return functional::group_norm(x, c.get<std::int64_t>("groups"), weight, bias, eps);
  const Tensor xhat = functional::rms_norm(x, {}, eps);  // with a weight per element, as PyTorch's
  return weight.defined() ? xhat * functional::reshape(weight, {1, image[0], image[1], image[2]}) : xhat;
}

Results run(const ConformanceCase& c) {
  Results r;
  r.running_mean = c.in("running_mean"), r.running_var = c.in("running_var");
  Tensor x = c.in("x"), weight = c.in("weight"), bias = c.in("bias");
  const int before = c.get<int>("batches_before");
  for (int i = 0; i < before; ++i) apply(c, c.in("before" + std::to_string(i)), weight, bias, r, i + 1);
  x.set_requires_grad();
  for (Tensor* parameter : {&weight, &bias})
    if (parameter->defined()) parameter->set_requires_grad();
  r.y = apply(c, x, weight, bias, r, before + 1);
  r.y.backward(c.in("dy"));
  r.dx = x.grad(), r.dweight = weight.grad(), r.dbias = bias.grad();
  return r;
}

void compare(const Tensor& got, const Tensor& want, double tolerance, const char* what) {
  CAPTURE(what);
  if (!want.defined()) return;
  REQUIRE(got.defined());
  const auto values = want.to_vector<double>();
  const double largest = std::abs(*std::max_element(
      values.begin(), values.end(), [](double a, double b) { return std::abs(a) < std::abs(b); }));
  if (largest > 1e-6) return require_close(got, want, tolerance, what);
  for (const double v : got.to_vector<double>()) CHECK(std::abs(v) <= tolerance);  // 0 but for rounding
}

}  // namespace

TEST_CASE("Norma passes the cases with which frameworks are compared", "[conformance][norm]") {
  const auto all = nlohmann::json::parse(read_file(source_folder() + "/bench/conformance/cases.json"));
  int passed = 0;
  for (const Device device : executors())
    for (const nlohmann::json& description : all) {
      const ConformanceCase c(description, device);
      if (c.get<std::string>("dtype") != "float32" || c.get<std::string>("layout") != "nchw") continue;
      CAPTURE(name(device), c.get<std::string>("name"));
      if (c.get<bool>("may_refuse")) {
        CHECK_THROWS_WITH(run(c), Catch::Contains("more than one value per channel"));
        continue;
      }
      const Results r = run(c);
      const auto forward = c.get<double>("forward"), backward = c.get<double>("backward");
      compare(r.y, c.out("y"), forward, "y");
      compare(r.running_mean, c.out("running_mean"), forward, "running_mean");
      compare(r.running_var, c.out("running_var"), forward, "running_var");
      compare(r.dx, c.out("dx"), backward, "dx");
      compare(r.dweight, c.out("dweight"), backward, "dweight");
      compare(r.dbias, c.out("dbias"), backward, "dbias");
      ++passed;
    }
  CHECK(passed >= 40);
}
