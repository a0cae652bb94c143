#include "optim/running_score.h"

#include <cmath>

#include "core/device_memory.h"
#include "kernels/table.h"

namespace norma {
namespace {

// Copies the elements [begin, end) of a list on a device to the CPU.
template <class T>
std::vector<T> part(const Tensor& list, std::size_t begin, std::size_t end) {
  std::vector<T> values(end - begin);
  copy_bytes(Device::cpu, values.data(), list.device(), list.data<T>() + begin, values.size() * sizeof(T));
  return values;
}

}  // namespace

ScoreLists::ScoreLists(std::int64_t steps, Device device)
    : losses(Tensor::empty({steps}, DType::float32, device)),
      rights(Tensor::empty({steps}, DType::int64, device)) {}

RunningScore::RunningScore(const ScoreLists& lists, std::string when, const ScoreSums& so_far,
                           bool finite_only)
    : when_(std::move(when)), lists_(lists), sums_(so_far), finite_only_(finite_only) {}

void RunningScore::add(const Tensor& loss, const Tensor& right, std::int64_t images, const StepState* state,
                       const Tensor& scores, const Tensor& all_scores, std::int64_t batch) {
  const bool keeps = scores.defined();
  kernels<float>.keep_score(loss.device(), {loss.data<float>(), right.data<std::int64_t>(),
                                            lists_.losses.data<float>(), lists_.rights.data<std::int64_t>(),
                                            added(), state, scores.data<float>(), all_scores.data<float>(),
                                            keeps ? scores.numel() : 0, keeps ? batch * scores.size(1) : 0});
  images_.push_back(images);
}

void RunningScore::sum_over(Ranks& ranks) {
  ranks.sum(lists_.losses);
  ranks.sum(lists_.rights);
}

const Score& RunningScore::look() {
  const std::size_t first = seen_, end = images_.size();
  const std::vector<float> losses = part<float>(lists_.losses, first, end);
  const std::vector<std::int64_t> rights = part<std::int64_t>(lists_.rights, first, end);
  for (; seen_ < end; ++seen_, ++sums_.steps) {
    const double loss = losses[seen_ - first], images = static_cast<double>(images_[seen_]);
    if (finite_only_ && !std::isfinite(loss))
      throw Diverged(fmt::format("the loss became {} while {}, step {}", loss, when_, sums_.steps + 1));
    sums_.loss += loss * images;
    sums_.right += static_cast<double>(rights[seen_ - first]);
    sums_.images += images;
  }
  if (sums_.images > 0) score_ = {sums_.loss / sums_.images, 100 * sums_.right / sums_.images};
  return score_;
}

const ScoreSums& RunningScore::sums() {
  look();
  return sums_;
}

}  // namespace norma
