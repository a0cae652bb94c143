#include "optim/step_graphs.h"

#include "core/device_memory.h"
#include "kernels/table.h"

namespace norma {

StepGraphs::StepGraphs(Device device, std::int64_t images, std::int64_t steps, std::int64_t batch_size)
    : device_(device),
      batch_size_(batch_size),
      order_(Tensor::empty({images}, DType::int64, device)),
      rows_(
          Tensor::empty({(steps + 1) * static_cast<std::int64_t>(sizeof(StepState))}, DType::uint8, device)),
      state_(reinterpret_cast<StepState*>(rows_.data<std::uint8_t>())) {}

bool StepGraphs::do_alone(std::int64_t n, const std::function<void()>& step) {
  if (alone_[n] == 2) return false;
  if (alone_[n]++ == 0)
    step();
  else
    graphs_.try_emplace(n, device_).first->second.rehearse(step);
  return true;
}

void StepGraphs::begin(const std::vector<std::int64_t>& order, const std::vector<StepState>& rows,
                       std::int64_t done) {
  std::vector<StepState> all = {StepState{.next = done}};
  all.insert(all.end(), rows.begin(), rows.end());
  copy_bytes(device_, order_.data<std::int64_t>(), Device::cpu, order.data(), order.size() * sizeof order[0]);
  copy_bytes(device_, rows_.data<std::uint8_t>(), Device::cpu, all.data(), all.size() * sizeof all[0]);
  next_ = rows[static_cast<std::size_t>(done)].step;
}

Tensor StepGraphs::begin_step(std::int64_t n) {
  const Tensor& indices = indices_.at(n);
  kernels<float>.begin_step(device_, {state_, state_ + 1, order_.data<std::int64_t>(), batch_size_, n,
                                      indices.data<std::int64_t>()});
  return indices;
}

void StepGraphs::record(std::int64_t n, const std::function<void()>& step) {
  if (!indices_.contains(n)) indices_[n] = Tensor::empty({n}, DType::int64, device_);
  graphs_.at(n).record(step);
  recorded_.insert(n);
}

void StepGraphs::replay(std::int64_t n) {
  graphs_.at(n).replay();
  ++next_;
}

}  // namespace norma
