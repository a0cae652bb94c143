#include "data/loader.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/random.h"
#include "kernels/table.h"

namespace norma {
namespace {

Dataset pick(const Dataset& dataset, const std::vector<std::int64_t>& indices) {
  const Shape& all = dataset.images.shape();
  const auto count = static_cast<std::int64_t>(indices.size()), bytes = dataset.images.numel() / all[0];
  Dataset picked{Tensor::empty({count, all[1], all[2], all[3]}, DType::uint8),
                 Tensor::empty({count}, DType::int64)};
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t from = indices[static_cast<std::size_t>(i)];
    std::copy_n(dataset.images.data<std::uint8_t>() + from * bytes, bytes,
                picked.images.data<std::uint8_t>() + i * bytes);
    picked.labels.data<std::int64_t>()[i] = dataset.labels.data<std::int64_t>()[from];
  }
  return picked;
}

std::vector<std::int64_t> shuffled_by(std::int64_t count, const RandomSequence& random) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  // Fisher and Yates. The bias of 64 bits modulo i is too small to matter.
  for (std::size_t i = order.size(); i > 1; --i) {
    const auto word = random.block(i);
    const std::uint64_t bits = std::uint64_t{word[0]} << 32 | word[1];
    std::swap(order[i - 1], order[bits % i]);
  }
  return order;
}

std::string count(std::size_t n, std::string_view noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

}  // namespace

void check_normalization(const Normalization& normalization, std::int64_t channels, std::string_view whose) {
  const auto expected = static_cast<std::size_t>(channels);
  const std::vector<double>&mean = normalization.mean, &std = normalization.std;
  if (mean.size() != expected || std.size() != expected)
    fail("{} has {} and {}, but the images have {}: expected one of each per channel", whose,
         count(mean.size(), "mean"), count(std.size(), "standard deviation"), count(expected, "channel"));
  for (std::size_t c = 0; c < expected; ++c) {
    if (!std::isfinite(mean[c]))
      fail("{} has the mean {} for channel {}: expected a finite number", whose, mean[c], c);
    if (!(std::isfinite(std[c]) && std[c] > 0))
      fail("{} has the standard deviation {} for channel {}: expected a finite number above 0", whose, std[c],
           c);
  }
}

Normalization measure_normalization(const Dataset& dataset) {
  const std::int64_t n = dataset.images.size(0), c = dataset.images.size(1);
  const std::int64_t hw = dataset.images.size(2) * dataset.images.size(3);
  Normalization result;
  for (std::int64_t channel = 0; channel < c; ++channel) {
    std::uint64_t sum = 0, squares = 0;  // exact: pixels are whole numbers
    for (std::int64_t i = 0; i < n; ++i) {
      const std::uint8_t* pixels = dataset.images.data<std::uint8_t>() + (i * c + channel) * hw;
      for (std::int64_t p = 0; p < hw; ++p) sum += pixels[p], squares += std::uint64_t{pixels[p]} * pixels[p];
    }
    const double count = static_cast<double>(n * hw), mean = static_cast<double>(sum) / count;
    result.mean.push_back(mean / 255);
    result.std.push_back(std::sqrt(static_cast<double>(squares) / count - mean * mean) / 255);
  }
  return result;
}

std::vector<std::int64_t> shuffled(std::int64_t count, std::uint64_t seed, std::uint32_t epoch) {
  return shuffled_by(count, {seed, epoch, stream::shuffle});
}

Batch load_batch(const Dataset& dataset, const Tensor& index, const Normalization& normalization,
                 const Augmentation& augmentation, const RandomSequence& random) {
  if (!(augmentation.rotate >= 0 && augmentation.rotate <= 180))
    fail("images can be rotated by 0 to 180 degrees either way, not by {}", augmentation.rotate);
  const Shape& all = dataset.images.shape();
  if (all[1] > max_image_channels)
    fail("images can have 1 to {} channels, not {}", max_image_channels, all[1]);
  check_normalization(normalization, all[1]);
  const Device device = dataset.images.device();
  const std::int64_t n = index.numel();
  Batch batch{Tensor::empty({n, all[1], all[2], all[3]}, DType::float32, device),
              Tensor::empty({n}, DType::int64, device)};
  LoadImages<float> load{n,
                         all[1],
                         all[2],
                         all[3],
                         dataset.images.data<std::uint8_t>(),
                         index.data<std::int64_t>(),
                         {},
                         {},
                         augmentation.flip,
                         augmentation.crop,
                         random,
                         batch.x.data<float>(),
                         dataset.labels.data<std::int64_t>(),
                         batch.target.data<std::int64_t>(),
                         turns_from_degrees(augmentation.rotate)};
  std::copy(normalization.mean.begin(), normalization.mean.end(), load.mean.begin());
  std::copy(normalization.std.begin(), normalization.std.end(), load.std.begin());
  kernels<float>.load_images(device, load);
  return batch;
}

Batch load_batch(const Dataset& dataset, const std::vector<std::int64_t>& indices,
                 const Normalization& normalization, const Augmentation& augmentation, std::uint64_t seed,
                 std::uint32_t epoch) {
  const auto n = static_cast<std::int64_t>(indices.size());
  return load_batch(dataset, Tensor::from(indices, {n}, dataset.images.device()), normalization, augmentation,
                    {seed, epoch, stream::augmentation});
}

std::pair<Dataset, Dataset> split(const Dataset& dataset, double share, std::uint64_t seed) {
  const std::int64_t count = dataset.labels.numel();
  const auto held_out = static_cast<std::ptrdiff_t>(std::llround(static_cast<double>(count) * share));
  std::vector<std::int64_t> order = shuffled_by(count, {seed, 0, stream::split});
  std::sort(order.begin(), order.begin() + held_out);
  std::sort(order.begin() + held_out, order.end());
  return {pick(dataset, {order.begin() + held_out, order.end()}),
          pick(dataset, {order.begin(), order.begin() + held_out})};
}

Dataset first_images(const Dataset& dataset, std::int64_t count) {
  std::vector<std::int64_t> indices(static_cast<std::size_t>(std::min(count, dataset.labels.numel())));
  std::iota(indices.begin(), indices.end(), 0);
  return pick(dataset, indices);
}

}  // namespace norma
