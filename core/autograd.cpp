#include "core/autograd.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/arithmetic.h"
#include "core/ranks.h"

namespace norma {
namespace {

thread_local bool recording = true;
std::atomic<std::uint64_t> next_number{0};

// Out of place, because a cotangent may be shared (an addition hands the same one to both of its inputs).
Tensor sum_of(const Tensor& a, const Tensor& b) {
  if (!a.defined()) return b;
  const Tensor sum = Tensor::empty_like(a);
  detail::add(a, b, sum);
  return record(
      "add", sum, {a, b},
      [](const Tensor& dy) -> Gradients {
        return {dy, dy};
      },
      Order::twice);
}

Tensor checked_cotangent(const Tensor& y, const Tensor& cotangent) {
  if (!y.requires_grad()) fail("backward() needs a tensor computed from one that requires a gradient");
  if (!cotangent.defined()) {
    if (y.numel() != 1) fail("backward() of shape {} needs a cotangent", y.shape().to_string());
    return Tensor::full(y.shape(), 1.0, y.dtype(), y.device());
  }
  if (cotangent.shape() != y.shape() || cotangent.dtype() != y.dtype() || cotangent.device() != y.device())
    fail("the cotangent is {} {} on {}, the tensor {} {} on {}", name(cotangent.dtype()),
         cotangent.shape().to_string(), name(cotangent.device()), name(y.dtype()), y.shape().to_string(),
         name(y.device()));
  return cotangent;
}

// The cotangents of a node's inputs. Releases what the node saved, unless the graph is kept.
Gradients run(Node& node, const Tensor& dy, bool create_graph) {
  if (!node.backward)
    fail("backward() ran a second time through {}: run forward again first", node.operation);
  if (create_graph && node.order != Order::twice)
    fail(
        "the gradient of {} cannot be differentiated again (nor can a norm that is fused with ReLU: let a "
        "NoFusion live)",
        node.operation);
  const Gradients gradients = create_graph ? node.backward(dy) : std::exchange(node.backward, nullptr)(dy);
  if (gradients.size() != node.inputs.size())
    fail("{} returned {} gradients for {} inputs", node.operation, gradients.size(), node.inputs.size());
  return gradients;
}

// Walks back from y as far as the nodes with numbers above `after`. Calls visit(state, dy) for every
// cotangent that arrives at a tensor.
void walk(const Tensor& y, const Tensor& cotangent, bool create_graph, std::int64_t after,
          const std::function<void(const std::shared_ptr<GradientState>&, const Tensor& dy)>& visit) {
  std::map<std::uint64_t, std::pair<std::shared_ptr<Node>, Tensor>, std::greater<>> waiting;
  Ranks* const ranks = sharing_ranks();
  std::set<const GradientState*> arriving;  // leaves whose first cotangent is not complete yet
  // The sum of the ranks' parts. That of a leaf is completed while the walk goes on.
  const auto sum_of_ranks = [&](const GradientState& state, const Tensor& part) {
    const Tensor sum = Tensor::empty_like(part);
    ranks->begin_sum(part, sum);
    if (state.producer || state.gradient.defined())
      ranks->finish();
    else
      arriving.insert(&state);
    return sum;
  };
  const auto deliver = [&](const std::shared_ptr<GradientState>& state, const Tensor& arrived, bool is_part) {
    if (arriving.contains(state.get())) ranks->finish(), arriving.clear();
    const Tensor dy = is_part ? sum_of_ranks(*state, arrived) : arrived;
    visit(state, dy);
    if (!state->producer || static_cast<std::int64_t>(state->producer->number) <= after) return;
    auto& [node, sum] = waiting[state->producer->number];
    node = state->producer;
    sum = sum_of(sum, dy);
  };
  deliver(y.gradient_state(), cotangent, false);
  while (!waiting.empty()) {
    const auto [node, dy] = std::move(waiting.extract(waiting.begin()).mapped());
    const Gradients gradients = run(*node, dy, create_graph);
    for (std::size_t i = 0; i < gradients.size(); ++i)
      if (const auto& input = node->inputs[i]; input && gradients[i].defined())
        deliver(input, gradients[i], ranks && node->sharded && !input->sharded);
  }
  if (ranks) ranks->finish();
}

}  // namespace

Node::~Node() {
  // Dropping the last handle of an input's node would run its destructor inside this one, and so on down the
  // chain. Instead, take over the inputs of every node that dies with this one. Its backward may have handles
  // of the same inputs.
  backward = nullptr;
  std::vector<std::shared_ptr<GradientState>> doomed = std::move(inputs);
  while (!doomed.empty()) {
    const std::shared_ptr<GradientState> state = std::move(doomed.back());
    doomed.pop_back();
    if (!state || state.use_count() > 1 || !state->producer || state->producer.use_count() > 1) continue;
    state->producer->backward = nullptr;
    auto& below = state->producer->inputs;
    std::move(below.begin(), below.end(), std::back_inserter(doomed));
    below.clear();
  }
}

bool needs_gradient(const std::vector<Tensor>& inputs) {
  return recording &&
         std::any_of(inputs.begin(), inputs.end(), [](const Tensor& t) { return t.requires_grad(); });
}

Tensor record(const char* operation, const Tensor& y, const std::vector<Tensor>& inputs, Backward backward,
              Order order, Result kind) {
  Tensor result = y.detach();
  result.set_sharded(kind == Result::as_inputs &&
                     std::any_of(inputs.begin(), inputs.end(), [](const Tensor& t) { return t.sharded(); }));
  if (!needs_gradient(inputs)) return result;
  auto node = std::make_shared<Node>();
  node->operation = operation;
  node->number = next_number++;
  node->backward = std::move(backward);
  node->order = order;
  node->sharded = result.sharded();
  for (const Tensor& input : inputs)
    node->inputs.push_back(input.requires_grad() ? input.gradient_state() : nullptr);
  result.set_gradient_state(
      std::make_shared<GradientState>(GradientState{true, result.sharded(), {}, std::move(node)}));
  return result;
}

void backward(const Tensor& y, const Tensor& cotangent) {
  const NoGrad no_grad;
  walk(y, checked_cotangent(y, cotangent).detach(), false, -1, [](const auto& state, const Tensor& dy) {
    if (!state->producer) state->gradient = sum_of(state->gradient, dy);
  });
}

std::vector<Tensor> grad(const Tensor& y, const std::vector<Tensor>& inputs, const Tensor& cotangent,
                         bool create_graph) {
  std::optional<NoGrad> no_grad;
  if (!create_graph) no_grad.emplace();
  std::vector<Tensor> gradients(inputs.size());
  // What was made before all inputs cannot depend on them.
  std::int64_t oldest = std::numeric_limits<std::int64_t>::max();
  for (const Tensor& input : inputs) {
    if (!input.requires_grad()) fail("grad() by a tensor that requires no gradient");
    const Node* const node = input.gradient_state()->producer.get();
    oldest = std::min(oldest, node == nullptr ? -1 : static_cast<std::int64_t>(node->number));
  }
  walk(y, checked_cotangent(y, cotangent), create_graph, oldest, [&](const auto& state, const Tensor& dy) {
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (inputs[i].gradient_state() == state) gradients[i] = sum_of(gradients[i], dy);
  });
  return gradients;
}

Gradients recorded_gradients(const std::vector<Tensor>& inputs, const Tensor& dy,
                             const std::function<Tensor(const std::vector<Tensor>&)>& f) {
  const auto pass = [](const Tensor& d) -> Gradients { return {d}; };
  std::vector<Tensor> copies, wanted;  // copies begin a graph, at which the walk ends
  for (const Tensor& input : inputs) {
    copies.push_back(input.requires_grad() ? record("alias", input.detach(), {input}, pass, Order::twice)
                                           : input);
    if (input.requires_grad()) wanted.push_back(copies.back());
  }
  const std::vector<Tensor> found =
      wanted.empty() ? std::vector<Tensor>() : grad(f(copies), wanted, dy, true);
  Gradients gradients;
  std::size_t next = 0;
  for (const Tensor& input : inputs) gradients.push_back(input.requires_grad() ? found[next++] : Tensor());
  return gradients;
}

NoGrad::NoGrad() : before_(std::exchange(recording, false)) {}
NoGrad::~NoGrad() { recording = before_; }

}  // namespace norma
