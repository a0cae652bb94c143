#include "optim/optimizer.h"

#include "tests/golden/golden.h"

using namespace norma;
using namespace norma::test;

namespace {

// Compares the parameter after each of 12 steps, with the gradients that all cases share.
template <class AnyOptimizer, class... Options>
void check(const std::string& name, const Options&... options) {
  INFO("case " << name);
  const Golden golden("optimizer");
  const Tensor gradients = golden["gradients"].to(DType::float64), want = golden[name];
  const std::int64_t steps = gradients.size(0), count = gradients.size(1);
  for (const Run& run : runs()) {
    Tensor p = run.prepare(golden["start"]).set_requires_grad();
    AnyOptimizer optimizer({p}, options...);
    std::vector<double> path;
    for (const double* g = gradients.data<double>(); g != gradients.data<double>() + steps * count;
         g += count) {
      p.set_grad(run.prepare(Tensor::from(std::vector(g, g + count), {count})));
      optimizer.step();
      const auto now = p.to_vector<double>();
      path.insert(path.end(), now.begin(), now.end());
    }
    compare(run, Tensor::from(path, want.shape()), want, "the path");
  }
}

}  // namespace

TEST_CASE("the steps of SGD agree with PyTorch's", "[golden][operation]") {
  check<SGD>("sgd", SgdOptions{.lr = 0.1});
  check<SGD>("sgd weight decay", SgdOptions{.lr = 0.1, .weight_decay = 0.05});
  check<SGD>("sgd momentum", SgdOptions{.lr = 0.1, .momentum = 0.9});
  check<SGD>("sgd dampening", SgdOptions{.lr = 0.1, .momentum = 0.9, .dampening = 0.3, .weight_decay = 0.01});
  check<SGD>("sgd nesterov", SgdOptions{.lr = 0.05, .momentum = 0.8, .weight_decay = 0.1, .nesterov = true});
}

TEST_CASE("the steps of Adam and AdamW agree with PyTorch's", "[golden][operation]") {
  check<Adam>("adam");
  check<Adam>("adam weight decay", AdamOptions{.lr = 0.02, .weight_decay = 0.1});
  check<Adam>("adam betas eps", AdamOptions{.lr = 0.1, .beta1 = 0.7, .beta2 = 0.95, .eps = 0.01});
  check<AdamW>("adamw");
  check<AdamW>("adamw weight decay",
               AdamOptions{.lr = 0.02, .beta1 = 0.8, .beta2 = 0.99, .weight_decay = 0.3});
}
