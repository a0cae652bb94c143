#include "kernels/measure/example_cases.h"

#include "kernels/augment/load_images.h"

namespace norma {
namespace {

void check_padded(std::int64_t kernel, std::int64_t dilation, std::int64_t h, std::int64_t w,
                  std::int64_t pad) {
  const std::int64_t window = (kernel - 1) * dilation + 1;
  if (h + 2 * pad < window || w + 2 * pad < window)
    fail_usage("--kernel {}{} does not fit into images of {}×{} with --padding {}", kernel,
               dilation > 1 ? fmt::format(" with --dilation {}, {} in all,", dilation, window) : "", h, w,
               pad);
}

/// Throws UsageError if an operation cannot run with the setting.
void check_setting(const std::string& operation, const ExampleSetting& s) {
  const std::int64_t channels = (*s.shape)[1];
  if (operation.starts_with("group_norm") && channels % s.groups != 0)
    fail_usage("{} channels cannot be divided into {} groups: choose other --groups", channels, s.groups);
  if (operation.starts_with("conv2d")) {
    const Conv2dShape c = conv_shape(s);
    check_padded(c.kernel_h, c.dilation_h, c.h, c.w, c.pad_h);
    if (s.precision != Precision::exact && s.dtype != DType::float32)
      fail_usage("--precision {} is for --dtype float32", name(s.precision));
  }
  if (operation.starts_with("max_pool2d") || operation.starts_with("avg_pool2d")) {
    const PoolShape p = pool_shape(s);
    if (2 * p.pad_h > p.kernel_h)
      fail_usage("--padding {} is more than half of --kernel {}", p.pad_h, p.kernel_h);
    check_padded(p.kernel_h, 1, p.h, p.w, p.pad_h);
  }
  if (operation == "load_images" && channels > max_image_channels)
    fail_usage("load_images takes up to {} channels, not {}", max_image_channels, channels);
}

ProfileCase case_of(const Example& e) {
  return {e.operation, e.shape, e.flags, [&e](ExampleArrays& arrays, const ExampleSetting& s) {
            check_setting(e.operation, s);
            return e.prepare(arrays, s);
          }};
}

/// Instance norm is group norm with one group per channel.
ProfileCase instance_norm(const Example& group_norm) {
  const std::string direction = group_norm.operation.substr(std::string("group_norm").size());
  return {"instance_norm" + direction,
          group_norm.shape,
          {},
          [&group_norm](ExampleArrays& arrays, ExampleSetting s) {
            s.groups = (*s.shape)[1];
            return group_norm.prepare(arrays, s);
          }};
}

std::vector<ProfileCase> every_case() {
  std::vector<ProfileCase> all;
  const std::vector<Example>& list = examples();
  for (auto e = list.begin(); e != list.end(); ++e) {
    if (!e->available(Device::simt)) continue;
    all.push_back(case_of(*e));
    if (e->operation == "group_norm_backward")
      all.push_back(instance_norm(e[-1])), all.push_back(instance_norm(*e));
  }
  return all;
}

}  // namespace

const std::vector<ProfileCase>& profile_cases() {
  static const std::vector<ProfileCase> all = every_case();
  return all;
}

}  // namespace norma
