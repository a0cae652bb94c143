// Sums over images are trees over halves of the batch (core/image_tree.h): the gradients of two halves,
// added, have the bits of the whole batch's. So processes that share a batch have the results of one.
#include <functional>

#include "core/autograd.h"
#include "core/image_tree.h"
#include "layers/functional/arithmetic.h"
#include "layers/functional/batch_norm.h"
#include "layers/functional/conv2d.h"
#include "layers/functional/group_norm.h"
#include "layers/functional/layer_norm.h"
#include "layers/functional/layer_norm_pixel.h"
#include "layers/functional/linear.h"
#include "layers/functional/reshape.h"
#include "layers/functional/rms_norm.h"
#include "tests/support/catch.h"
#include "tests/support/device.h"

using namespace norma;

namespace {

constexpr std::int64_t c = 6, h = 9, w = 10;

struct Parametrized {
  const char* name;
  Shape weight, bias;  // bias: of no elements if the function has none
  std::function<Tensor(const Tensor& x, const Tensor& weight, const Tensor& bias)> call;
};

Parametrized conv2d(const char* name, Shape weight, Size2 stride, Size2 padding, std::int64_t groups,
                    Precision precision = Precision::exact) {
  const Shape bias{weight[0]};
  return {name, weight, bias, [=](const Tensor& x, const Tensor& v, const Tensor& b) {
            return functional::conv2d(x, v, b, stride, padding, 1, groups, precision);
          }};
}

std::vector<Parametrized> functions(Device device) {
  const Tensor mean = Tensor::full({c}, 0.25, DType::float32, device),
               var = Tensor::full({c}, 2, DType::float32, device);
  std::vector<Parametrized> all = {
      conv2d("3×3", {17, c, 3, 3}, 1, 1, 1),
      conv2d("3×3, tf32", {17, c, 3, 3}, 1, 1, 1, Precision::tf32),
      conv2d("1×1", {9, c, 1, 1}, 1, 0, 1),
      conv2d("1×1, bf16", {9, c, 1, 1}, 1, 0, 1, Precision::bf16),
      conv2d("strided", {4, c, 3, 3}, 2, 1, 1),
      conv2d("in groups", {4, c / 2, 3, 3}, 1, 1, 2),
      conv2d("depthwise", {c, 1, 3, 3}, 1, 1, c),
      {"linear",
       {7, c * h * w},
       {7},
       [](const Tensor& x, const Tensor& v, const Tensor& b) {
         return functional::linear(functional::flatten(x), v, b);
       }},
      {"group_norm",
       {c},
       {c},
       [](const Tensor& x, const Tensor& v, const Tensor& b) { return functional::group_norm(x, 2, v, b); }},
      {"layer_norm",
       {c, h, w},
       {c, h, w},
       [](const Tensor& x, const Tensor& v, const Tensor& b) {
         return functional::layer_norm(x, {c, h, w}, v, b);
       }},
      {"layer_norm_pixel",
       {c},
       {c},
       [](const Tensor& x, const Tensor& v, const Tensor& b) {
         return functional::layer_norm_pixel(x, v, b);
       }},
      {"rms_norm",
       {c},
       {0},
       [](const Tensor& x, const Tensor& v, const Tensor&) { return functional::rms_norm(x, v); }},
      {"evaluated batch_norm",
       {c},
       {c},
       [=](const Tensor& x, const Tensor& v, const Tensor& b) {
         return functional::batch_norm(x, mean, var, v, b);
       }},
      {"times a number per channel",
       {1, c, 1, 1},
       {0},
       [](const Tensor& x, const Tensor& v, const Tensor&) { return x * v; }},
      {"times a number per element", {1, c, h, w}, {0}, [](const Tensor& x, const Tensor& v, const Tensor&) {
         return x * v;
       }}};
  return all;
}

// Numbers whose sums depend on the order of the additions; those of an image are the same in every batch.
Tensor numbers(const Shape& shape, std::int64_t first_image, std::int64_t use, Device device) {
  std::vector<float> all;
  const std::int64_t image = shape.numel() / shape[0];
  for (std::int64_t i = first_image * image; i < first_image * image + shape.numel(); ++i)
    all.push_back(static_cast<float>((i * 7919 + use * 104729) % 1009) / 97.0f - 5.0f);
  return Tensor::from(all, shape).to(device);
}

// The gradients of weight and bias over some images, by a tree of so many leaves.
std::vector<std::vector<float>> gradients(const Parametrized& f, std::int64_t first, std::int64_t images,
                                          int leaves, Device device) {
  const ImageLeaves tree(leaves);
  Tensor x = numbers({images, c, h, w}, first, 0, device);
  x.set_sharded(true);  // a batch of images, as a Trainer marks it
  Tensor weight = numbers(f.weight, 0, 1, device),
         bias = f.bias.numel() > 0 ? numbers(f.bias, 0, 2, device) : Tensor();
  weight.set_requires_grad();
  if (bias.defined()) bias.set_requires_grad();
  const Tensor y = f.call(x, weight, bias);
  y.backward(numbers(y.shape(), first, 3, device));
  std::vector<std::vector<float>> all = {weight.grad().to_vector<float>()};
  if (bias.defined()) all.push_back(bias.grad().to_vector<float>());
  return all;
}

}  // namespace

TEST_CASE("two halves of a batch have the gradients of the whole", "[ranks][halves]") {
  for (const Device device : {Device::cpu, Device::simt})
    for (const Parametrized& f : functions(device))
      for (const std::int64_t images : {2, 5, 40}) {
        CAPTURE(name(device), f.name, images);
        const std::int64_t half = ImageTree::first_half(images);
        const auto whole = gradients(f, 0, images, 16, device), lower = gradients(f, 0, half, 8, device),
                   upper = gradients(f, half, images - half, 8, device);
        for (std::size_t p = 0; p < whole.size(); ++p) {
          auto sum = lower[p];
          for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += upper[p][i];
          CHECK(sum == whole[p]);
        }
      }
}
