#include "apps/simt_profile/profile_cases.h"

#include "core/random.h"
#include "kernels/table.h"

namespace norma {
namespace {

using A = ProfileArrays&;
using S = const ProfileSetting&;
using Call = std::function<void()>;
using Flags = std::vector<std::string>;
using Shape4 = std::array<std::int64_t, 4>;

constexpr double eps = 1e-5;

template <class Args>
Call call(const Operation<Args>& operation, const Args& args) {
  return [&operation, args] { operation(Device::simt, args); };
}

/// N, C, H, W of the setting, and products of them.
struct Sizes {
  std::int64_t n, c, h, w, hw, chw, all;
  explicit Sizes(S s)
      : n((*s.shape)[0]),
        c((*s.shape)[1]),
        h((*s.shape)[2]),
        w((*s.shape)[3]),
        hw(h * w),
        chw(c * hw),
        all(n * chw) {}
};

std::int64_t groups_of(S s, bool instance) {
  const std::int64_t c = (*s.shape)[1], groups = instance ? c : s.groups;
  if (c % groups != 0)
    fail_usage("{} channels do not fall into {} groups: choose --groups that divide", c, groups);
  return groups;
}

Conv2dShape conv_shape(S s) {
  const Sizes z(s);
  const std::int64_t kernel = s.kernel.value_or(3), stride = s.stride.value_or(1),
                     pad = s.padding.value_or(1);
  if (z.h + 2 * pad < kernel || z.w + 2 * pad < kernel)
    fail_usage("a kernel of {} does not fit into images of {}×{} with padding {}", kernel, z.h, z.w, pad);
  return {z.n, z.c, z.h, z.w, s.out_channels.value_or(z.c), kernel, kernel, stride, stride, pad, pad};
}

PoolShape pool_shape(S s) {
  const Sizes z(s);
  const std::int64_t kernel = s.kernel.value_or(2), stride = s.stride.value_or(kernel),
                     pad = s.padding.value_or(0);
  if (2 * pad > kernel) fail_usage("--padding {} is more than half of --kernel {}", pad, kernel);
  if (z.h + 2 * pad < kernel || z.w + 2 * pad < kernel)
    fail_usage("a window of {} does not fit into images of {}×{} with padding {}", kernel, z.h, z.w, pad);
  return {z.n * z.c, z.h, z.w, kernel, kernel, stride, stride, pad, pad, false};
}

std::int64_t outputs(const PoolShape& s) { return s.planes * s.out_h() * s.out_w(); }
std::int64_t outputs(const Conv2dShape& s) { return s.n * s.k * s.out_h() * s.out_w(); }
std::int64_t inputs(const PoolShape& s) { return s.planes * s.h * s.w; }
std::int64_t inputs(const Conv2dShape& s) { return s.n * s.c * s.h * s.w; }
std::int64_t weights(const Conv2dShape& s) { return s.k * s.c * s.kernel_h * s.kernel_w; }

/// A class for every row.
const std::int64_t* targets(A a, const Sizes& z) {
  std::int64_t* const target = a.in<std::int64_t>("target", z.n);
  for (std::int64_t i = 0; i < z.n; ++i) target[i] = i % z.chw;
  return target;
}

constexpr Shape4 images{4, 16, 16, 16}, rows{128, 10, 1, 1}, flat{16384, 1, 1, 1}, photos{32, 3, 32, 32};
const Flags grouped{"groups"}, windowed{"kernel", "stride", "padding"},
    convolved{"kernel", "stride", "padding", "out-channels"};

// ── One function a family. Arrays are named in the order of the argument struct ────────────────────────────

template <class T>
std::vector<ProfileCase> convolutions() {
  const auto& k = kernels<T>;
  return {
      {"conv2d_forward", images, convolved,
       [&](A a, S s) {
         const Conv2dShape c = conv_shape(s);
         return call(k.conv2d_forward, {c, a.in<T>("x", inputs(c)), a.in<T>("weight", weights(c)),
                                        a.in<T>("bias", c.k), a.out<T>("y", outputs(c))});
       }},
      {"conv2d_backward_data", images, convolved,
       [&](A a, S s) {
         const Conv2dShape c = conv_shape(s);
         return call(k.conv2d_backward_data, {c, a.in<T>("dy", outputs(c)), a.in<T>("weight", weights(c)),
                                              a.out<T>("dx", inputs(c))});
       }},
      {"conv2d_backward_weight", images, convolved,
       [&](A a, S s) {
         const Conv2dShape c = conv_shape(s);
         return call(k.conv2d_backward_weight, {c, a.in<T>("dy", outputs(c)), a.in<T>("x", inputs(c)),
                                                a.out<T>("dweight", weights(c)), a.out<T>("dbias", c.k)});
       }},
  };
}

template <class T>
std::vector<ProfileCase> pools() {
  const auto& k = kernels<T>;
  return {
      {"max_pool2d_forward", images, windowed,
       [&](A a, S s) {
         const PoolShape p = pool_shape(s);
         return call(k.max_pool2d_forward, {p, a.in<T>("x", inputs(p)), a.out<T>("y", outputs(p)),
                                            a.out<std::int64_t>("index", outputs(p))});
       }},
      {"max_pool2d_backward", images, windowed,
       [&](A a, S s) {
         const PoolShape p = pool_shape(s);
         const T* const dy = a.in<T>("dy", outputs(p));
         std::int64_t* const index = a.in<std::int64_t>("index", outputs(p));
         ProfileArrays forward;
         k.max_pool2d_forward(Device::cpu,
                              {p, forward.in<T>("x", inputs(p)), forward.out<T>("y", outputs(p)), index});
         return call(k.max_pool2d_backward, {p, dy, index, a.out<T>("dx", inputs(p))});
       }},
      {"avg_pool2d_forward", images, windowed,
       [&](A a, S s) {
         const PoolShape p = pool_shape(s);
         return call(k.avg_pool2d_forward, {p, true, a.in<T>("x", inputs(p)), a.out<T>("y", outputs(p))});
       }},
      {"avg_pool2d_backward", images, windowed,
       [&](A a, S s) {
         const PoolShape p = pool_shape(s);
         return call(k.avg_pool2d_backward, {p, true, a.in<T>("dy", outputs(p)), a.out<T>("dx", inputs(p))});
       }},
      {"global_avg_pool_forward",
       images,
       {},
       [&](A a, S s) {
         const Sizes z(s);
         return call(k.global_avg_pool_forward,
                     {z.n * z.c, z.hw, a.in<T>("x", z.all), a.out<T>("y", z.n * z.c)});
       }},
      {"global_avg_pool_backward",
       images,
       {},
       [&](A a, S s) {
         const Sizes z(s);
         return call(k.global_avg_pool_backward,
                     {z.n * z.c, z.hw, a.in<T>("dy", z.n * z.c), a.out<T>("dx", z.all)});
       }},
  };
}

template <class T>
ProfileCase group_norm_forward(const std::string& name, const Flags& flags, bool instance) {
  return {name, images, flags, [instance](A a, S s) {
            const Sizes z(s);
            const std::int64_t g = groups_of(s, instance);
            return call(
                kernels<T>.group_norm_forward,
                {z.n, z.c, z.hw, g, eps, a.in<T>("x", z.all), a.in<T>("weight", z.c), a.in<T>("bias", z.c),
                 a.out<T>("y", z.all), a.out<double>("mean", z.n * g), a.out<double>("rstd", z.n * g)});
          }};
}

template <class T>
ProfileCase group_norm_backward(const std::string& name, const Flags& flags, bool instance) {
  return {name, images, flags, [instance](A a, S s) {
            const Sizes z(s);
            const std::int64_t g = groups_of(s, instance);
            return call(kernels<T>.group_norm_backward,
                        {z.n, z.c, z.hw, g, a.in<T>("dy", z.all), a.in<T>("x", z.all), a.in<T>("weight", z.c),
                         a.in<double>("mean", z.n * g), a.in<double>("rstd", z.n * g), a.out<T>("dx", z.all),
                         a.out<T>("dweight", z.c), a.out<T>("dbias", z.c)});
          }};
}

template <class T>
std::vector<ProfileCase> norms() {
  const auto& k = kernels<T>;
  return {
      {"batch_norm_forward",
       images,
       {"eval"},
       [&](A a, S s) {
         const Sizes z(s);
         const auto running = [&](const char* name) {
           return s.eval ? a.in<T>(name, z.c) : a.in_out<T>(name, z.c);
         };
         return call(k.batch_norm_forward,
                     {z.n, z.c, z.hw, eps, !s.eval, 0.1, a.in<T>("x", z.all), a.in<T>("weight", z.c),
                      a.in<T>("bias", z.c), running("running_mean"), running("running_var"),
                      a.out<T>("y", z.all), a.out<double>("mean", z.c), a.out<double>("rstd", z.c)});
       }},
      {"batch_norm_backward",
       images,
       {"eval"},
       [&](A a, S s) {
         const Sizes z(s);
         return call(k.batch_norm_backward,
                     {z.n, z.c, z.hw, !s.eval, a.in<T>("dy", z.all), a.in<T>("x", z.all),
                      a.in<T>("weight", z.c), a.in<double>("mean", z.c), a.in<double>("rstd", z.c),
                      a.out<T>("dx", z.all), a.out<T>("dweight", z.c), a.out<T>("dbias", z.c)});
       }},
      {"layer_norm_forward",
       images,
       {},
       [&](A a, S s) {
         const Sizes z(s);
         return call(k.layer_norm_forward,
                     {z.n, z.chw, eps, a.in<T>("x", z.all), a.in<T>("weight", z.chw), a.in<T>("bias", z.chw),
                      a.out<T>("y", z.all), a.out<double>("mean", z.n), a.out<double>("rstd", z.n)});
       }},
      {"layer_norm_backward",
       images,
       {},
       [&](A a, S s) {
         const Sizes z(s);
         return call(k.layer_norm_backward,
                     {z.n, z.chw, a.in<T>("dy", z.all), a.in<T>("x", z.all), a.in<T>("weight", z.chw),
                      a.in<double>("mean", z.n), a.in<double>("rstd", z.n), a.out<T>("dx", z.all),
                      a.out<T>("dweight", z.chw), a.out<T>("dbias", z.chw)});
       }},
      {"layer_norm_pixel_forward",
       images,
       {},
       [&](A a, S s) {
         const Sizes z(s);
         return call(
             k.layer_norm_pixel_forward,
             {z.n, z.c, z.hw, eps, a.in<T>("x", z.all), a.in<T>("weight", z.c), a.in<T>("bias", z.c),
              a.out<T>("y", z.all), a.out<double>("mean", z.n * z.hw), a.out<double>("rstd", z.n * z.hw)});
       }},
      {"layer_norm_pixel_backward",
       images,
       {},
       [&](A a, S s) {
         const Sizes z(s);
         return call(k.layer_norm_pixel_backward,
                     {z.n, z.c, z.hw, a.in<T>("dy", z.all), a.in<T>("x", z.all), a.in<T>("weight", z.c),
                      a.in<double>("mean", z.n * z.hw), a.in<double>("rstd", z.n * z.hw),
                      a.out<T>("dx", z.all), a.out<T>("dweight", z.c), a.out<T>("dbias", z.c)});
       }},
      {"rms_norm_forward",
       images,
       {},
       [&](A a, S s) {
         const Sizes z(s);
         return call(k.rms_norm_forward, {z.n, z.c, z.hw, eps, a.in<T>("x", z.all), a.in<T>("weight", z.c),
                                          a.out<T>("y", z.all), a.out<stat_t>("rrms", z.n)});
       }},
      {"rms_norm_backward",
       images,
       {},
       [&](A a, S s) {
         const Sizes z(s);
         return call(k.rms_norm_backward,
                     {z.n, z.c, z.hw, a.in<T>("dy", z.all), a.in<T>("x", z.all), a.in<T>("weight", z.c),
                      a.in<stat_t>("rrms", z.n), a.out<T>("dx", z.all), a.out<T>("dweight", z.c)});
       }},
      group_norm_forward<T>("group_norm_forward", grouped, false),
      group_norm_backward<T>("group_norm_backward", grouped, false),
      group_norm_forward<T>("instance_norm_forward", {}, true),
      group_norm_backward<T>("instance_norm_backward", {}, true),
  };
}

template <class T>
std::vector<ProfileCase> elementwise() {
  const auto& k = kernels<T>;
  return {
      {"relu_forward",
       images,
       {},
       [&](A a, S s) {
         const std::int64_t n = Sizes(s).all;
         return call(k.relu_forward, {n, a.in<T>("x", n), a.out<T>("y", n)});
       }},
      {"relu_backward",
       images,
       {},
       [&](A a, S s) {
         const std::int64_t n = Sizes(s).all;
         return call(k.relu_backward, {n, a.in<T>("dy", n), a.in<T>("y", n), a.out<T>("dx", n)});
       }},
      {"add",
       images,
       {},
       [&](A a, S s) {
         const std::int64_t n = Sizes(s).all;
         return call(k.add, {n, a.in<T>("a", n), a.in<T>("b", n), a.out<T>("y", n)});
       }},
      {"fill",
       images,
       {},
       [&](A a, S s) {
         const std::int64_t n = Sizes(s).all;
         return call(k.fill, {n, 0.5, a.out<T>("y", n)});
       }},
      {"dropout",
       images,
       {"p", "channels"},
       [&](A a, S s) {
         const Sizes z(s);
         return call(k.dropout, {z.all, s.channels ? z.hw : 1, s.p, RandomSequence{1}, a.in<T>("x", z.all),
                                 a.out<T>("y", z.all)});
       }},
  };
}

template <class T>
std::vector<ProfileCase> linear_and_losses() {
  const auto& k = kernels<T>;
  return {
      {"linear_forward",
       {128, 64, 1, 1},
       {"out-channels"},
       [&](A a, S s) {
         const std::int64_t n = Sizes(s).n, in = Sizes(s).chw, out = s.out_channels.value_or(10);
         return call(k.linear_forward, {n, in, out, a.in<T>("x", n * in), a.in<T>("weight", out * in),
                                        a.in<T>("bias", out), a.out<T>("y", n * out)});
       }},
      {"linear_backward",
       {128, 64, 1, 1},
       {"out-channels"},
       [&](A a, S s) {
         const std::int64_t n = Sizes(s).n, in = Sizes(s).chw, out = s.out_channels.value_or(10);
         return call(k.linear_backward,
                     {n, in, out, a.in<T>("dy", n * out), a.in<T>("x", n * in), a.in<T>("weight", out * in),
                      a.out<T>("dx", n * in), a.out<T>("dweight", out * in), a.out<T>("dbias", out)});
       }},
      {"log_softmax_forward",
       rows,
       {},
       [&](A a, S s) {
         const Sizes z(s);
         return call(k.log_softmax_forward, {z.n, z.chw, a.in<T>("x", z.all), a.out<T>("y", z.all)});
       }},
      {"log_softmax_backward",
       rows,
       {},
       [&](A a, S s) {
         const Sizes z(s);
         return call(k.log_softmax_backward,
                     {z.n, z.chw, a.in<T>("dy", z.all), a.in<T>("y", z.all), a.out<T>("dx", z.all)});
       }},
      {"nll_loss_forward",
       rows,
       {},
       [&](A a, S s) {
         const Sizes z(s);
         return call(k.nll_loss_forward,
                     {z.n, z.chw, 0.1, a.in<T>("x", z.all), targets(a, z), a.out<T>("loss", 1)});
       }},
      {"nll_loss_backward",
       rows,
       {},
       [&](A a, S s) {
         const Sizes z(s);
         return call(k.nll_loss_backward,
                     {z.n, z.chw, 0.1, a.in<T>("dloss", 1), targets(a, z), a.out<T>("dx", z.all)});
       }},
      {"correct_count",
       rows,
       {},
       [&](A a, S s) {
         const Sizes z(s);
         return call(k.correct_count,
                     {z.n, z.chw, a.in<T>("x", z.all), targets(a, z), a.out<std::int64_t>("count", 1)});
       }},
      {"abs_sum_forward",
       flat,
       {},
       [&](A a, S s) {
         const std::int64_t n = Sizes(s).all;
         return call(k.abs_sum_forward, {n, 0.1, a.in<T>("x", n), a.out<T>("y", 1)});
       }},
      {"abs_sum_backward",
       flat,
       {},
       [&](A a, S s) {
         const std::int64_t n = Sizes(s).all;
         return call(k.abs_sum_backward, {n, 0.1, a.in<T>("dy", 1), a.in<T>("x", n), a.out<T>("dx", n)});
       }},
  };
}

template <class T>
std::vector<ProfileCase> steps_and_images() {
  const auto& k = kernels<T>;
  return {
      {"sgd_step",
       flat,
       {},
       [&](A a, S s) {
         const std::int64_t n = Sizes(s).all;
         return call(k.sgd_step, {n, 0.01, 0.9, 0, 1e-4, false, false, a.in<T>("grad", n),
                                  a.in_out<T>("p", n), a.in_out<T>("velocity", n)});
       }},
      {"adam_step",
       flat,
       {},
       [&](A a, S s) {
         const std::int64_t n = Sizes(s).all;
         return call(k.adam_step, {n, 1e-3, 0.9, 0.999, 1e-8, 1e-2, true, 3, a.in<T>("grad", n),
                                   a.in_out<T>("p", n), a.in_out<T>("m", n), a.in_out<T>("v", n)});
       }},
      {"load_images",
       photos,
       {"padding"},
       [&](A a, S s) {
         const Sizes z(s);
         if (z.c > max_image_channels)
           fail_usage("load_images takes up to {} channels, not {}", max_image_channels, z.c);
         const std::uint8_t* const pixels = a.in<std::uint8_t>("images", z.all);
         std::int64_t* const indices = a.in<std::int64_t>("indices", z.n);
         for (std::int64_t i = 0; i < z.n; ++i) indices[i] = z.n - 1 - i;
         return call(k.load_images, {z.n,
                                     z.c,
                                     z.h,
                                     z.w,
                                     pixels,
                                     indices,
                                     {0.5, 0.5, 0.5, 0.5},
                                     {0.25, 0.25, 0.25, 0.25},
                                     true,
                                     s.padding.value_or(0),
                                     RandomSequence{1},
                                     a.out<T>("y", z.all),
                                     a.in<std::int64_t>("labels", z.n),
                                     a.out<std::int64_t>("target", z.n)});
       }},
  };
}

template <class T>
std::vector<ProfileCase> every_case() {
  std::vector<ProfileCase> all;
  for (const auto& family : {convolutions<T>(), pools<T>(), norms<T>(), elementwise<T>(),
                             linear_and_losses<T>(), steps_and_images<T>()})
    all.insert(all.end(), family.begin(), family.end());
  return all;
}

}  // namespace

template <class T>
T* ProfileArrays::numbers(T* begin, std::int64_t count) {
  const RandomSequence random{arrays_.size()};
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint32_t word = random.word(static_cast<std::uint64_t>(i));
    if constexpr (std::is_floating_point_v<T>)
      begin[i] = static_cast<T>(static_cast<double>(word) * 0x1p-31 - 1);
    else
      begin[i] = static_cast<T>(sizeof(T) == 1 ? word >> 24 : word >> 31);
  }
  return begin;
}

const std::vector<ProfileCase>& profile_cases(DType dtype) {
  return dispatch_float("a profile", dtype, []<class T>() -> const std::vector<ProfileCase>& {
    static const std::vector<ProfileCase> cases = every_case<T>();
    return cases;
  });
}

}  // namespace norma
