// Autograd: a tape of the operations, walked backwards.
//
//   forward                                     backward(y, dy)
//   x ──▶ conv2d ──▶ relu ──▶ y                 the node made last goes first; every node maps
//    ╲    node 1      node 2                    its cotangent dy to one cotangent per input,
//     weight                                    and leaves collect theirs in grad().
//
// A node is made after the nodes of its inputs, so "largest number first" is a reverse topological order and
// the walk needs a queue, not recursion. A node's backward is a function of what the forward pass saved for
// it (the lambda's captures): kernels do not use the tape.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/tensor.h"

namespace norma {

/// One cotangent per input, in their order; an undefined Tensor where none is needed.
using Gradients = std::vector<Tensor>;
using Backward = std::function<Gradients(const Tensor& dy)>;

/// Whether an operation's backward is itself made of recorded operations: then it can be differentiated
/// again.
enum class Order { once, twice };

/// Of what an operation returns: sharded (Tensor::sharded) if one of its inputs is, or a sum over the
/// images of all ranks, which the operation has added.
enum class Result { as_inputs, sum_over_images };

struct Node {
  const char* operation;
  std::uint64_t number;                                // increases with every node made
  std::vector<std::shared_ptr<GradientState>> inputs;  // nullptr where an input requires no gradient
  Backward backward;                                   // released once it has run
  Order order;
  bool sharded = false;  // its result

  ~Node();  // iterative: a chain of a million nodes must not overflow the stack
};

/// The autograd state of a tensor.
struct GradientState {
  bool requires_grad = false;
  bool sharded = false;
  Tensor gradient;                 // leaves only
  std::shared_ptr<Node> producer;  // nullptr for a leaf
};

/// Enters an operation on the tape and returns y with its history; y itself where no input requires a
/// gradient or a NoGrad lives. `backward` must not capture y with its history, or the graph would own itself
/// and never be freed; with Order::twice it captures the inputs with theirs.
///
/// If processes share the batch (core/ranks.h), a sharded result gives each rank a part of the gradient of
/// an input that is not sharded: the walk adds the parts.
Tensor record(const char* operation, const Tensor& y, const std::vector<Tensor>& inputs, Backward backward,
              Order order = Order::once, Result result = Result::as_inputs);

/// True where an operation on these inputs would be recorded.
bool needs_gradient(const std::vector<Tensor>& inputs);

/// See Tensor::backward. What was saved is released on the way: a second call on the same graph throws.
void backward(const Tensor& y, const Tensor& cotangent);

/// As torch.autograd.grad: the gradients of y, times a cotangent (1 for a scalar), by `inputs`, which may
/// be in the middle of the graph; undefined where y does not depend on an input. grad() of the leaves stays
/// as it is. With create_graph the gradients have a history themselves, so that they can be differentiated
/// again, and the graph is kept; an operation whose gradient cannot be differentiated again is an error.
std::vector<Tensor> grad(const Tensor& y, const std::vector<Tensor>& inputs, const Tensor& cotangent = {},
                         bool create_graph = false);

/// For an operation of Order::twice whose kernels are not recorded: the gradients of f at `inputs`, times
/// dy, as recorded operations. f computes the same as the operation, out of operations that can be
/// differentiated twice.
Gradients recorded_gradients(const std::vector<Tensor>& inputs, const Tensor& dy,
                             const std::function<Tensor(const std::vector<Tensor>&)>& f);

/// While one lives on this thread, nothing is recorded.
class NoGrad {
 public:
  NoGrad();
  ~NoGrad();
  NoGrad(const NoGrad&) = delete;
  NoGrad& operator=(const NoGrad&) = delete;

 private:
  bool before_;
};

}  // namespace norma
