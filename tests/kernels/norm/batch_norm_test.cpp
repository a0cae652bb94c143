#include "layers/batch_norm.h"

#include <limits>

#include "core/autograd.h"
#include "layers/functional/batch_norm.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

namespace {

const std::vector<Shape> shapes = {{2, 1, 1, 1},  {3, 2, 1, 1},  {2, 3, 5, 7},
                                   {1, 4, 1, 31}, {7, 5, 3, 11}, {2, 33, 4, 4}};

// New running statistics, so that every call starts from the same values.
std::pair<Tensor, Tensor> running(const Tensor& x) {
  return {random_tensor({x.size(1)}, 8).to(x.dtype()).to(x.device()),
          random_tensor({x.size(1)}, 9, 0.5, 2).to(x.dtype()).to(x.device())};
}

}  // namespace

TEST_CASE("batch_norm agrees with its reference and with central differences", "[batch_norm][operation]") {
  for (const Shape& shape : shapes) {
    CAPTURE(shape.to_string());
    const std::int64_t c = shape[1];
    const Inputs all = {random_tensor(shape, 1, -2, 3), random_tensor({c}, 2, 0.5, 1.5),
                        random_tensor({c}, 3)};
    if (shape.numel() / c > 2)  // with two values the gradient by x is nearly zero
      check_operation(all, [](const Inputs& t) {
        const auto [mean, var] = running(t[0]);
        return functional::batch_norm(t[0], mean, var, t[1], t[2], true);
      });
    check_operation(all, [](const Inputs& t) {
      const auto [mean, var] = running(t[0]);
      return functional::batch_norm(t[0], mean, var, t[1], t[2], false);
    });
    check_operation({all[0]}, [](const Inputs& t) {
      const auto [mean, var] = running(t[0]);
      return functional::batch_norm(t[0], mean, var);
    });
  }
}

TEST_CASE("batch_norm is correct if a plane has several pieces", "[batch_norm][operation]") {
  const Inputs all = {random_tensor({2, 3, 50, 61}, 1, -2, 3), random_tensor({3}, 2, 0.5, 1.5),
                      random_tensor({3}, 3)};
  CHECK(compare_executors(all, [](const Inputs& t) {
          return functional::batch_norm(t[0], {}, {}, t[1], t[2], true);
        }) == "");
}

TEST_CASE("batch_norm stores the unbiased variance and normalises with the biased one",
          "[batch_norm][operation]") {
  // One channel with the values 1, 2, 3, 6: mean 3, squares 4 + 1 + 0 + 9 = 14.
  const Tensor x = Tensor::from<double>({1, 2, 3, 6}, {2, 1, 1, 2});
  for (const Device device : executors()) {
    const Tensor mean = Tensor::zeros({1}, DType::float64, device),
                 var = Tensor::full({1}, 1, DType::float64, device);
    const Tensor y = functional::batch_norm(x.to(device), mean, var, {}, {}, true, 0.1, 0.0);
    CHECK(mean.item() == Approx(0.3));
    CHECK(var.item() == Approx(0.9 + 0.1 * 14.0 / 3));
    CHECK(y.to_vector<double>()[3] == Approx(3 / std::sqrt(14.0 / 4)));
  }
}

TEST_CASE("BatchNorm2d has cumulative, frozen and untracked statistics", "[batch_norm]") {
  const Tensor a = random_tensor({4, 3, 2, 2}, 5).to(DType::float32),
               b = random_tensor({4, 3, 2, 2}, 6, 1, 4).to(DType::float32);

  SECTION("momentum none averages all batches alike") {
    BatchNorm2d cumulative(3, {.momentum = std::nullopt});
    cumulative(a), cumulative(b);
    BatchNorm2d first(3, {.momentum = 1.0}), second(3, {.momentum = 1.0});
    first(a), second(b);
    for (std::int64_t c = 0; c < 3; ++c) {
      const auto mean_of = [&](const Tensor& one, const Tensor& two) {
        return (one.data<float>()[c] + two.data<float>()[c]) / 2;
      };
      CHECK(cumulative.running_mean.data<float>()[c] ==
            Approx(mean_of(first.running_mean, second.running_mean)));
      CHECK(cumulative.running_var.data<float>()[c] ==
            Approx(mean_of(first.running_var, second.running_var)));
    }
    CHECK(cumulative.num_batches_tracked.item() == 2);
  }
  SECTION("the count of batches stays within the numbers that a double counts") {
    BatchNorm2d norm(3);
    norm.num_batches_tracked.data<std::int64_t>()[0] = std::numeric_limits<std::int64_t>::max();
    norm(a);
    CHECK(norm.num_batches_tracked.data<std::int64_t>()[0] == std::int64_t{1} << 53);
  }
  SECTION("eval freezes them") {
    BatchNorm2d norm(3);
    norm(a);
    const auto before = norm.running_mean.to_vector<float>();
    norm.eval();
    const Tensor y = norm(b);
    CHECK(norm.running_mean.to_vector<float>() == before);
    CHECK(norm.num_batches_tracked.item() == 1);
    require_close(y, functional::batch_norm(b, norm.running_mean, norm.running_var, norm.weight, norm.bias),
                  1e-6, "y");
  }
  SECTION("untracked, it uses the batch's in evaluation too") {
    BatchNorm2d norm(3, {.track_running_stats = false});
    const Tensor training = norm(b);
    norm.eval();
    CHECK(norm(b).to_vector<float>() == training.to_vector<float>());
    CHECK(norm.state_dict().size() == 2);
  }
}

TEST_CASE("BatchNorm2d refuses one value per channel in training and names the layer", "[batch_norm]") {
  BatchNorm2d norm(4);
  const Tensor one = Tensor::full({1, 4, 1, 1}, 2);
  CHECK_THROWS_WITH(norm(one),
                    Catch::Contains("more than one value per channel") && Catch::Contains("BatchNorm2d"));
  norm.eval();
  CHECK_NOTHROW(norm(one));
}
