// The losses as CUDA sources on simt.
#include "layers/functional/loss.h"
#include "tests/support/on_simt.h"

using namespace norma;
using namespace norma::test;

namespace {

Tensor labels(std::int64_t rows, std::int64_t classes) {
  std::vector<std::int64_t> values;
  for (std::int64_t i = 0; i < rows; ++i) values.push_back(i * 7 % classes);
  return Tensor::from(values, {rows});
}

const std::vector<Shape> shapes = {{1, 2}, {3, 10}, {31, 7}, {5, 33}, {300, 10}};

}  // namespace

TEST_CASE("losses on simt agree with their references under all schedules", "[log_softmax][nll_loss][simt]") {
  for (const Shape& shape : shapes) {
    CAPTURE(shape.to_string());
    const Inputs inputs = {random_tensor(shape, 1, -3, 3), labels(shape[0], shape[1])};
    check_on_simt({inputs[0]}, [](const Inputs& t) { return functional::log_softmax(t[0]); });
    for (const double smoothing : {0.0, 0.1, 1.0})
      check_on_simt(inputs,
                    [=](const Inputs& t) { return functional::cross_entropy(t[0], t[1], smoothing); });
  }
  const Tensor y = functional::log_softmax(Tensor::from<float>({1000, 0, -1000}, {1, 3}, Device::simt));
  CHECK(y.to_vector<float>() == std::vector<float>{0, -1000, -2000});
}

TEST_CASE("correct_count on simt counts as the reference does", "[correct_count][simt]") {
  const Tensor ties = Tensor::from<float>({1, 2, 0, 5, 5, 1, 0, 0, 0}, {3, 3}, Device::simt);
  CHECK(functional::correct_count(ties, Tensor::from<std::int64_t>({1, 0, 0}, {3}, Device::simt)).item() ==
        3);
  CHECK(functional::correct_count(ties, Tensor::from<std::int64_t>({2, 1, 2}, {3}, Device::simt)).item() ==
        0);
  const Tensor x = random_tensor({5000, 3}, 1), target = labels(5000, 3);
  const double want = functional::correct_count(x.to(Device::reference), target.to(Device::reference)).item();
  CHECK(want > 1000);
  const Tensor got = same_under_all_schedules(
      [&] { return std::vector{functional::correct_count(x.to(Device::simt), target.to(Device::simt))}; })[0];
  CHECK(got.item() == want);
}

TEST_CASE("sums over an array are the same bits under all schedules, in one launch or two",
          "[abs_sum][simt]") {
  for (const std::int64_t count : {1, 31, 108, 2048, 2049, 10007})
    check_on_simt({spread_tensor({count}, 1)},
                  [](const Inputs& t) { return functional::abs_sum(t[0], 0.01); });
}
