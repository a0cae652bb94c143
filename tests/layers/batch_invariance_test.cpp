// Norms whose sets lie within an image: what they compute for an image has the same bits in any batch.
#include "core/autograd.h"
#include "layers/batch_norm.h"
#include "layers/functional/conv2d.h"
#include "layers/network/norms.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;

namespace {

constexpr std::int64_t c = 6, h = 9, w = 7, image = c * h * w;
const NormPlace place{c, h, w, 3};

// Image k is the same in every batch that has it.
std::vector<float> numbers_of_image(std::int64_t k, int use) {
  std::vector<float> numbers;
  for (std::int64_t i = 0; i < image; ++i)
    numbers.push_back(static_cast<float>((i * 7919 + k * 104729 + use * 15485863) % 1009) / 97.0f - 5.0f);
  return numbers;
}

Tensor batch_of(const std::vector<std::int64_t>& images, int use, Device device) {
  std::vector<float> numbers;
  for (const std::int64_t k : images) {
    const auto of_image = numbers_of_image(k, use);
    numbers.insert(numbers.end(), of_image.begin(), of_image.end());
  }
  return Tensor::from(numbers, {static_cast<std::int64_t>(images.size()), c, h, w}).to(device);
}

struct Result {
  std::vector<float> y, dx;  // of one image
};

// The image at this place of the batch.
Result run(Module& layer, const std::vector<std::int64_t>& images, std::size_t at, Device device) {
  Tensor x = batch_of(images, 0, device);
  x.set_requires_grad();
  const Tensor y = layer(x);
  y.backward(batch_of(images, 1, device));
  const auto part = [&](const std::vector<float>& all) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(at) * image;
    return std::vector<float>(begin, begin + image);
  };
  return {part(y.to_vector<float>()), part(x.grad().to_vector<float>())};
}

// Whether image 5 has the same bits alone, and in batches of other sizes and at other places.
bool same_in_every_batch(Module& layer, Device device) {
  const Result alone = run(layer, {5, 5}, 0, device);
  for (const auto& [images, at] : std::vector<std::pair<std::vector<std::int64_t>, std::size_t>>{
           {{5, 1, 2}, 0}, {{3, 5}, 1}, {{9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 11, 12, 13}, 4}}) {
    const Result in_batch = run(layer, images, at, device);
    if (in_batch.y != alone.y || in_batch.dx != alone.dx) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("an image's output and gradient have the same bits in any batch, except with batch statistics",
          "[norm][invariance]") {
  for (const Device device : {Device::reference, Device::cpu, Device::simt})
    for (const NormRow& row : all_norms()) {
      if (row.make(place) == nullptr) continue;
      CAPTURE(row.name, name(device));
      const auto layer = row.make(place);
      layer->to(device);
      CHECK(same_in_every_batch(*layer, device) == (row.norm != Norm::bn && row.norm != Norm::brn));
    }
}

TEST_CASE("an evaluated batch norm treats each image by itself", "[norm][invariance]") {
  for (const Device device : {Device::reference, Device::cpu, Device::simt}) {
    CAPTURE(name(device));
    BatchNorm2d layer(c);
    layer.to(device);
    layer(batch_of({1, 2, 3}, 0, device));  // statistics that are not 0 and 1
    layer.eval();
    CHECK(same_in_every_batch(layer, device));
  }
}

TEST_CASE("a convolution with long sums gives an image the same bits in small and large batches",
          "[invariance]") {
  const auto random = [](const Shape& shape) { return test::random_tensor(shape, 1).to_vector<float>(); };
  const std::vector<float> numbers = random({60, 64, 33, 33});
  const Tensor weight = Tensor::from(random({4, 64, 3, 3}), {4, 64, 3, 3}),
               images = Tensor::from(numbers, {60, 64, 33, 33}),
               first = Tensor::from(std::vector(numbers.begin(), numbers.begin() + 64 * 33 * 33),
                                    {1, 64, 33, 33});
  for (const Device device : {Device::cpu, Device::simt}) {
    const auto y = [&](const Tensor& x) {
      return functional::conv2d(x.to(device), weight.to(device), {}, 2, 1).to_vector<float>();
    };
    const std::vector<float> alone = y(first), among_others = y(images);
    CHECK(std::equal(alone.begin(), alone.end(), among_others.begin()));
  }
}
