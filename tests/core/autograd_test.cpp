#include "core/autograd.h"

#include "layers/functional/add.h"
#include "layers/functional/loss.h"
#include "layers/functional/relu.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;

TEST_CASE("gradients accumulate over paths and over calls until they are cleared", "[autograd]") {
  Tensor x = Tensor::full({3}, 2).set_requires_grad();
  const auto run = [&] {
    const Tensor twice = functional::add(x, x);
    functional::abs_sum(functional::add(twice, x)).backward();  // Σ 3x
  };
  run();
  CHECK(x.grad().to_vector<float>() == std::vector<float>{3, 3, 3});
  run();
  CHECK(x.grad().to_vector<float>() == std::vector<float>{6, 6, 6});
  x.zero_grad();
  CHECK(!x.grad().defined());
}

TEST_CASE("an operation is recorded only if an input needs a gradient", "[autograd]") {
  Tensor x = Tensor::full({3}, 2).set_requires_grad();
  {
    const NoGrad no_grad;
    CHECK(!functional::relu(x).requires_grad());
  }
  CHECK(functional::relu(x).requires_grad());
  CHECK(!functional::relu(x.detach()).requires_grad());
}

TEST_CASE("errors of backward are sentences", "[autograd]") {
  Tensor x = Tensor::full({3}, 2).set_requires_grad();
  CHECK_THROWS_WITH(functional::relu(x).backward(), Catch::Contains("needs a cotangent"));
  CHECK_THROWS_WITH(x.detach().backward(), Catch::Contains("requires a gradient"));
  CHECK_THROWS_AS(functional::relu(x).backward(Tensor::zeros({2})), Error);
  const Tensor y = functional::abs_sum(x);
  y.backward();
  CHECK_THROWS_WITH(y.backward(), Catch::Contains("second time"));
  CHECK_THROWS_AS(functional::relu(x).set_requires_grad(), Error);
}

TEST_CASE("a very long chain of operations does not recurse forward, backward or when it is destroyed",
          "[autograd]") {
  Tensor x = Tensor::full({1}, 1).set_requires_grad();
  const auto chain = [&] {
    Tensor y = x;
    for (int i = 0; i < (test::sanitized ? 50'000 : 200'000); ++i) y = functional::relu(y);
    return y;
  };
  chain();  // dropped without a backward
  chain().backward();
  CHECK(x.grad().item() == 1);
}
