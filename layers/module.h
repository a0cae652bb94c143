// Module: a layer or a network, as PyTorch's torch.nn.Module: parameters, buffers and children by name, a
// training mode, and a call. Names are joined by dots ("C1.conv.weight"), so that PyTorch reads the
// checkpoints.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/tensor.h"
#include "layers/functional/size2.h"

namespace norma {

struct NamedTensor {
  std::string name;
  Tensor tensor;
};

/// The part of its input that one output pixel of a layer sees, for receptive fields.
struct Window {
  Size2 kernel = 1, stride = 1;
  bool global = false;  ///< all of the input
};

class Module {
 public:
  Module() = default;
  virtual ~Module();
  Module(const Module&) = delete;  // parameters are registered by address, and children know their parent's
  Module& operator=(const Module&) = delete;

  /// forward(x); puts this layer's name before any error, and tells the observer.
  Tensor operator()(const Tensor& x);

  /// "Conv2d"
  virtual std::string type() const = 0;
  /// Type and arguments, as PyTorch prints them: "Conv2d(3, 32, kernel_size=(3, 3), stride=(1, 1))".
  virtual std::string description() const { return type() + "()"; }
  /// The path of this module in the network: "C1.norm"; empty for the root. A module that was given to
  /// several parents belongs to the last of them. When that parent is destroyed, it is a root again.
  std::string path() const;

  /// Own parameters, then those of the children, in order of registration. A shared one appears once.
  std::vector<NamedTensor> named_parameters() const;
  std::vector<Tensor> parameters() const;
  /// What a forward pass may change, such as running statistics; in the same order.
  std::vector<NamedTensor> named_buffers() const;
  /// Parameters and buffers, in PyTorch's state_dict order.
  std::vector<NamedTensor> state_dict() const;
  /// Copies tensors by name into this network. If one is missing, unknown or of another shape, throws an
  /// error that names it.
  void load_state_dict(const std::vector<NamedTensor>& state);
  const std::vector<std::pair<std::string, std::shared_ptr<Module>>>& children() const { return children_; }
  /// This module's own parameters, without its children's.
  std::vector<NamedTensor> own_parameters() const;

  void train(bool on = true);
  void eval() { train(false); }
  bool is_training() const { return training_; }
  void zero_grad();
  /// Counts a training step that a graph has repeated (core/device_graph.h) in what the host counts: the
  /// numbers of batches of batch norms.
  void count_replay();
  /// Converts every parameter and buffer that is of another device or dtype. A converted parameter is a new
  /// tensor without a gradient: make optimizers afterwards.
  void to(Device device);
  void to(DType dtype);

  /// For summaries.
  virtual Window window() const { return {}; }
  /// Multiplications (each with its addition) that one call costs; convolution and linear layers count.
  virtual std::int64_t multiply_adds(const Shape& /*in*/, const Shape& /*out*/) const { return 0; }

 protected:
  virtual Tensor forward(const Tensor& x) = 0;
  /// For a layer that counts its calls: a graph has repeated one.
  virtual void replayed() {}
  /// f(), with this layer's name put before any error that does not name a layer yet.
  template <class F>
  auto named(F&& f) const {
    try {
      return f();
    } catch (const Error& e) {
      rethrow_named(e);
    }
  }

  /// `member` is the tensor itself, kept by address; an undefined one is not registered.
  void register_parameter(std::string name, Tensor& member);
  void register_buffer(std::string name, Tensor& member);
  template <class M>
  std::shared_ptr<M> register_module(const std::string& name, std::shared_ptr<M> child) {
    add_child(name, child);
    return child;
  }

 private:
  [[noreturn]] void rethrow_named(const Error& e) const;
  void add_child(std::string name, const std::shared_ptr<Module>& child);
  /// Calls visit(full name, tensor, is_parameter) for everything at and below this module.
  void visit(const std::string& prefix,
             const std::function<void(const std::string&, Tensor&, bool)>& visitor) const;

  void convert(const std::function<Tensor(const Tensor&)>& conversion);

  struct Slot {
    std::string name;
    Tensor* tensor;
    bool is_parameter;
  };
  std::vector<Slot> slots_;
  std::vector<std::pair<std::string, std::shared_ptr<Module>>> children_;
  const Module* parent_ = nullptr;  // cleared by the parent's destructor
  std::string name_;
  bool training_ = true;
};

/// While one lives on this thread, it is called after every call of a module.
class ModuleObserver {
 public:
  using Callback = std::function<void(const Module&, const Tensor& in, const Tensor& out)>;
  explicit ModuleObserver(Callback callback);
  ~ModuleObserver();
  /// Whether one lives on this thread.
  static bool watching();
  ModuleObserver(const ModuleObserver&) = delete;
  ModuleObserver& operator=(const ModuleObserver&) = delete;

 private:
  Callback callback_;
};

/// A parameter drawn from U(−bound, bound) of default_generator(): PyTorch's default for convolutions and
/// linear layers is Kaiming-uniform with a = √5, which is bound = 1/√fan_in.
Tensor uniform_parameter(const Shape& shape, double bound);
/// A parameter filled with one value.
Tensor constant_parameter(const Shape& shape, double value);

}  // namespace norma
