#include "kernels/measure/examples.h"

#include "kernels/measure/example_arguments.h"

namespace norma {
namespace {

using Shape4 = std::array<std::int64_t, 4>;

constexpr Shape4 images{4, 16, 16, 16}, rows{128, 10, 1, 1}, flat{16384, 1, 1, 1};

struct Defaults {
  const char* operation;  // without its direction
  Shape4 shape;
  std::vector<std::string> flags;
};

/// What differs from a batch of images without flags.
const std::vector<Defaults>& defaults() {
  static const std::vector<Defaults> all = {
      {"conv2d",
       images,
       {"kernel", "stride", "padding", "out-channels", "dilation", "conv-groups", "precision"}},
      {"conv2d_norm",
       images,
       {"kernel", "stride", "padding", "out-channels", "dilation", "conv-groups", "precision", "groups"}},
      {"max_pool2d", images, {"kernel", "stride", "padding"}},
      {"avg_pool2d", images, {"kernel", "stride", "padding"}},
      {"batch_norm", images, {"eval"}},
      {"group_norm", images, {"groups"}},
      {"dropout", images, {"p", "channels"}},
      {"linear", {128, 64, 1, 1}, {"out-channels"}},
      {"log_softmax", rows, {}},
      {"nll_loss", rows, {}},
      {"correct_count", rows, {}},
      {"abs_sum", flat, {}},
      {"sgd_step", flat, {}},
      {"adam_step", flat, {}},
      {"load_images", {32, 3, 32, 32}, {"padding"}}};
  return all;
}

template <class Args>
Args arguments(const Operation<Args>&, ExampleArrays& a, const ExampleSetting& s) {
  return example_arguments::example(example_arguments::Of<Args>{}, a, s);
}

// `pick` takes the operation from kernels<float> or kernels<double>.
template <class Pick>
Example example_of(const std::string& operation, Pick pick) {
  Example e{.operation = operation, .shape = images, .flags = {}, .prepare = {}, .available = {}, .cost = {}};
  for (const Defaults& d : defaults())
    if (operation == d.operation || operation.starts_with(d.operation + std::string("_forward")) ||
        operation.starts_with(d.operation + std::string("_backward")) ||
        operation.starts_with(d.operation + std::string("_gather")))
      e.shape = d.shape, e.flags = d.flags;
  const auto in_dtype = [](const ExampleSetting& s, auto f) {
    return dispatch_float("an example", s.dtype, f);
  };
  e.prepare = [=](ExampleArrays& a, const ExampleSetting& s) {
    return in_dtype(s, [&]<class T>() -> std::function<void()> {
      const auto* line = &pick(kernels<T>);
      return [line, args = arguments(*line, a, s), device = a.device().value()] { (*line)(device, args); };
    });
  };
  e.available = [=](Device device) { return pick(kernels<float>).available(device); };
  e.cost = [=](const ExampleSetting& s) {
    ExampleArrays none(std::nullopt);
    return in_dtype(s, [&]<class T>() { return arguments(pick(kernels<T>), none, s).cost(); });
  };
  return e;
}

}  // namespace

Conv2dShape conv_shape(const ExampleSetting& s) {
  const auto& [n, c, h, w] = *s.shape;
  const std::int64_t kernel = s.kernel.value_or(3), stride = s.stride.value_or(1),
                     pad = s.padding.value_or(1);
  const std::int64_t k = s.out_channels.value_or(c), groups = s.conv_groups;
  if (c % groups != 0 || k % groups != 0)
    fail_usage("--conv-groups {} does not divide the {} and {} channels of the convolution", groups, c, k);
  return {n, c, h, w, k, kernel, kernel, stride, stride, pad, pad, s.dilation, s.dilation, groups};
}

PoolShape pool_shape(const ExampleSetting& s) {
  const auto& [n, c, h, w] = *s.shape;
  const std::int64_t kernel = s.kernel.value_or(2), stride = s.stride.value_or(kernel),
                     pad = s.padding.value_or(0);
  return {n * c, h, w, kernel, kernel, stride, stride, pad, pad, false};
}

const std::vector<Example>& examples() {
  static const std::vector<Example> all = {
#define NORMA_EXAMPLE(name, Args, reference_, cpu_, simt_, cuda_) \
  example_of(                                                     \
      #name, [](const auto& table) -> const auto& { return table.name; }),
      NORMA_OPERATIONS(NORMA_EXAMPLE)
#undef NORMA_EXAMPLE
  };
  return all;
}

}  // namespace norma
