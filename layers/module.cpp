#include "layers/module.h"

#include <algorithm>
#include <set>

#include "core/random.h"

namespace norma {
namespace {

thread_local const ModuleObserver::Callback* observer = nullptr;

// An error that already says which layer it comes from.
struct NamesLayer {
  virtual ~NamesLayer() = default;
};
template <class E>
class LayerError : public E, public NamesLayer {
 public:
  using E::E;
};

std::string join(const std::string& prefix, const std::string& name) {
  return prefix.empty() ? name : prefix + "." + name;
}

}  // namespace

Module::~Module() {
  for (const auto& [name, child] : children_)
    if (child->parent_ == this) child->parent_ = nullptr, child->name_.clear();
}

Tensor Module::operator()(const Tensor& x) {
  return named([&] {
    Tensor y = forward(x);
    if (observer != nullptr) (*observer)(*this, x, y);
    return y;
  });
}

void Module::rethrow_named(const Error& e) const {
  if (dynamic_cast<const NamesLayer*>(&e) != nullptr) throw;
  const std::string where = path();
  const std::string text =
      fmt::format("layer {}: {}", where.empty() ? type() : where + " (" + type() + ")", e.what());
  if (dynamic_cast<const OutOfMemory*>(&e) != nullptr) throw LayerError<OutOfMemory>(text);
  throw LayerError<Error>(text);
}

std::string Module::path() const { return parent_ == nullptr ? name_ : join(parent_->path(), name_); }

void Module::visit(const std::string& prefix,
                   const std::function<void(const std::string&, Tensor&, bool)>& visitor) const {
  for (const bool parameters : {true, false})  // PyTorch's order, for any order of registration
    for (const Slot& slot : slots_)
      if (slot.is_parameter == parameters) visitor(join(prefix, slot.name), *slot.tensor, parameters);
  for (const auto& [name, child] : children_) child->visit(join(prefix, name), visitor);
}

std::vector<NamedTensor> Module::named_parameters() const {
  std::vector<NamedTensor> all;
  std::set<const void*> seen;
  visit("", [&](const std::string& name, Tensor& t, bool is_parameter) {
    if (is_parameter && seen.insert(t.raw()).second) all.push_back({name, t});
  });
  return all;
}

std::vector<NamedTensor> Module::named_buffers() const {
  std::vector<NamedTensor> all;
  visit("", [&](const std::string& name, Tensor& t, bool is_parameter) {
    if (!is_parameter) all.push_back({name, t});
  });
  return all;
}

std::vector<Tensor> Module::parameters() const {
  std::vector<Tensor> all;
  for (NamedTensor& p : named_parameters()) all.push_back(std::move(p.tensor));
  return all;
}

std::vector<NamedTensor> Module::own_parameters() const {
  std::vector<NamedTensor> own;
  for (const Slot& slot : slots_)
    if (slot.is_parameter) own.push_back({slot.name, *slot.tensor});
  return own;
}

std::vector<NamedTensor> Module::state_dict() const {
  std::vector<NamedTensor> all;
  visit("", [&](const std::string& name, Tensor& t, bool) { all.push_back({name, t.detach()}); });
  return all;
}

void Module::load_state_dict(const std::vector<NamedTensor>& state) {
  std::vector<NamedTensor> own = state_dict();
  for (const NamedTensor& given : state)
    if (std::none_of(own.begin(), own.end(), [&](const NamedTensor& t) { return t.name == given.name; }))
      fail("the state has a tensor {}, which this network does not have", given.name);
  for (NamedTensor& mine : own) {
    const auto given =
        std::find_if(state.begin(), state.end(), [&](const NamedTensor& t) { return t.name == mine.name; });
    if (given == state.end()) fail("the state has no {} {}", mine.name, mine.tensor.shape().to_string());
    if (given->tensor.shape() != mine.tensor.shape())
      fail("{} has shape {} in the state and {} in this network", mine.name,
           given->tensor.shape().to_string(), mine.tensor.shape().to_string());
    if (is_floating(given->tensor.dtype()) != is_floating(mine.tensor.dtype()))
      fail("{} is of {} in the state and of {} in this network", mine.name, name(given->tensor.dtype()),
           name(mine.tensor.dtype()));
  }
  // After all checks, so that a state that does not fit changes nothing.
  for (NamedTensor& mine : own)
    for (const NamedTensor& given : state)
      if (given.name == mine.name) mine.tensor.copy_from(given.tensor);
}

void Module::train(bool on) {
  training_ = on;
  for (const auto& [name, child] : children_) child->train(on);
}

void Module::zero_grad() {
  for (Tensor& p : parameters()) p.zero_grad();
}

void Module::count_replay() {
  replayed();
  for (const auto& [name, child] : children_) child->count_replay();
}

void Module::convert(const std::function<Tensor(const Tensor&)>& conversion) {
  std::vector<std::pair<Tensor, Tensor>> done;  // from, to: a shared tensor stays shared
  visit("", [&](const std::string&, Tensor& t, bool) {
    for (const auto& [from, to] : done)
      if (from.raw() == t.raw()) return void(t = to);
    Tensor converted = conversion(t.detach());
    if (converted.raw() == t.raw()) return;
    if (t.requires_grad()) converted.set_requires_grad();
    done.emplace_back(t, converted);
    t = converted;
  });
}

// Whole numbers count batches, which the CPU does for a layer on any device.
void Module::to(Device device) {
  convert([&](const Tensor& t) { return t.dtype() == DType::int64 ? t : t.to(device); });
}

void Module::to(DType dtype) {
  convert([&](const Tensor& t) { return t.dtype() == DType::int64 ? t : t.to(dtype); });
}

void Module::register_parameter(std::string name, Tensor& member) {
  if (member.defined()) slots_.push_back({std::move(name), &member, true});
}

void Module::register_buffer(std::string name, Tensor& member) {
  if (member.defined()) slots_.push_back({std::move(name), &member, false});
}

void Module::add_child(std::string name, const std::shared_ptr<Module>& child) {
  child->parent_ = this;
  child->name_ = name;
  children_.emplace_back(std::move(name), child);
}

ModuleObserver::ModuleObserver(Callback callback) : callback_(std::move(callback)) {
  if (observer != nullptr) fail("only one ModuleObserver can live at a time");
  observer = &callback_;
}

ModuleObserver::~ModuleObserver() { observer = nullptr; }

bool ModuleObserver::watching() { return observer != nullptr; }

Tensor uniform_parameter(const Shape& shape, double bound) {
  Tensor t = Tensor::empty(shape);
  const RandomSequence random = default_generator().next_parameter();
  float* values = t.data<float>();
  for (std::int64_t i = 0; i < t.numel(); ++i)
    values[i] = static_cast<float>((2 * random.uniform(static_cast<std::uint64_t>(i)) - 1) * bound);
  return t.set_requires_grad();
}

Tensor constant_parameter(const Shape& shape, double value) {
  return Tensor::full(shape, value).set_requires_grad();
}

}  // namespace norma
