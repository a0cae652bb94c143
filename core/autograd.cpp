#include "core/autograd.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <utility>

#include "core/arithmetic.h"

namespace norma {
namespace {

thread_local bool recording = true;
std::atomic<std::uint64_t> next_number{0};

// Out of place, because a cotangent may be shared (an addition hands the same one to both of its inputs).
Tensor sum_of(const Tensor& a, const Tensor& b) {
  if (!a.defined()) return b;
  const Tensor sum = Tensor::empty_like(a);
  detail::add(a, b, sum);
  return sum;
}

}  // namespace

Node::~Node() {
  // Dropping the last handle of an input's node would run its destructor inside this one, and so on down the
  // chain. Instead, take over the inputs of every node that dies with this one.
  std::vector<std::shared_ptr<GradientState>> doomed = std::move(inputs);
  while (!doomed.empty()) {
    const std::shared_ptr<GradientState> state = std::move(doomed.back());
    doomed.pop_back();
    if (!state || state.use_count() > 1 || !state->producer || state->producer.use_count() > 1) continue;
    auto& below = state->producer->inputs;
    std::move(below.begin(), below.end(), std::back_inserter(doomed));
    below.clear();
  }
}

bool needs_gradient(const std::vector<Tensor>& inputs) {
  return recording &&
         std::any_of(inputs.begin(), inputs.end(), [](const Tensor& t) { return t.requires_grad(); });
}

Tensor record(const char* operation, const Tensor& y, const std::vector<Tensor>& inputs, Backward backward) {
  if (!needs_gradient(inputs)) return y;
  auto node = std::make_shared<Node>();
  node->operation = operation;
  node->number = next_number++;
  node->backward = std::move(backward);
  for (const Tensor& input : inputs)
    node->inputs.push_back(input.requires_grad() ? input.gradient_state() : nullptr);
  Tensor result = y.detach();
  result.set_gradient_state(std::make_shared<GradientState>(GradientState{true, {}, std::move(node)}));
  return result;
}

void backward(const Tensor& y, Tensor cotangent) {
  if (!y.requires_grad()) fail("backward() needs a tensor computed from one that requires a gradient");
  if (!cotangent.defined()) {
    if (y.numel() != 1) fail("backward() of shape {} needs a cotangent", y.shape().to_string());
    cotangent = Tensor::full(y.shape(), 1.0, y.dtype(), y.device());
  }
  if (cotangent.shape() != y.shape() || cotangent.dtype() != y.dtype() || cotangent.device() != y.device())
    fail("the cotangent is {} {} on {}, the tensor {} {} on {}", name(cotangent.dtype()),
         cotangent.shape().to_string(), name(cotangent.device()), name(y.dtype()), y.shape().to_string(),
         name(y.device()));

  std::map<std::uint64_t, std::pair<std::shared_ptr<Node>, Tensor>, std::greater<>> waiting;
  auto deliver = [&](const std::shared_ptr<GradientState>& state, const Tensor& dy) {
    if (state->producer) {
      auto& [node, sum] = waiting[state->producer->number];
      node = state->producer;
      sum = sum_of(sum, dy);
    } else {
      state->gradient = sum_of(state->gradient, dy);
    }
  };

  const NoGrad no_grad;
  deliver(y.gradient_state(), cotangent.detach());
  while (!waiting.empty()) {
    const auto [node, dy] = std::move(waiting.extract(waiting.begin()).mapped());
    if (!node->backward)
      fail("backward() ran a second time through {}: run forward again first", node->operation);
    const Gradients gradients = std::exchange(node->backward, nullptr)(dy);
    if (gradients.size() != node->inputs.size())
      fail("{} returned {} gradients for {} inputs", node->operation, gradients.size(), node->inputs.size());
    for (std::size_t i = 0; i < gradients.size(); ++i)
      if (node->inputs[i] && gradients[i].defined()) deliver(node->inputs[i], gradients[i]);
  }
}

NoGrad::NoGrad() : before_(std::exchange(recording, false)) {}
NoGrad::~NoGrad() { recording = before_; }

}  // namespace norma
