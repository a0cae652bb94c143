#include "optim/running_score.h"

#include <cmath>

#include "core/device_memory.h"

namespace norma {
namespace {

// Elements [begin, end) of a list on a device, on the CPU.
template <class T>
std::vector<T> part(const Tensor& list, std::size_t begin, std::size_t end) {
  std::vector<T> values(end - begin);
  copy_bytes(Device::cpu, values.data(), list.device(), list.data<T>() + begin, values.size() * sizeof(T));
  return values;
}

}  // namespace

RunningScore::RunningScore(std::int64_t steps, Device device, std::string when)
    : when_(std::move(when)),
      losses_(Tensor::empty({steps}, DType::float32, device)),
      rights_(Tensor::empty({steps}, DType::int64, device)) {}

void RunningScore::add(const Tensor& loss, const Tensor& right, std::int64_t images) {
  const std::size_t step = images_.size();
  const Device device = losses_.device();
  copy_bytes(device, losses_.data<float>() + step, device, loss.data<float>(), sizeof(float));
  copy_bytes(device, rights_.data<std::int64_t>() + step, device, right.data<std::int64_t>(),
             sizeof(std::int64_t));
  images_.push_back(images);
}

const Score& RunningScore::look() {
  const std::size_t first = seen_, end = images_.size();
  const std::vector<float> losses = part<float>(losses_, first, end);
  const std::vector<std::int64_t> rights = part<std::int64_t>(rights_, first, end);
  for (; seen_ < end; ++seen_) {
    const double loss = losses[seen_ - first], images = static_cast<double>(images_[seen_]);
    if (!std::isfinite(loss))
      throw Diverged(
          fmt::format("the loss became {} while {}, step {}: training diverged; try a smaller --lr (or "
                      "--weight-decay, --l1)",
                      loss, when_, seen_ + 1));
    loss_sum_ += loss * images;
    right_sum_ += static_cast<double>(rights[seen_ - first]);
    image_sum_ += images;
  }
  if (image_sum_ > 0) score_ = {loss_sum_ / image_sum_, 100 * right_sum_ / image_sum_};
  return score_;
}

}  // namespace norma
