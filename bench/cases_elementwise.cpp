// Cases of what goes element by element: activation, addition, dropout, loading of images.
#include "bench/numbers.h"
#include "bench/sizes.h"
#include "kernels/table.h"

namespace norma {
namespace {

template <class F>
Case image_case(const char* operation, const NormSize& s, double effort, F f) {
  return {.operation = operation,
          .where = "",
          .size = fmt::format("{}×{}×{}×{}", s.n, s.c, s.h, s.w),
          .batch = s.n,
          .flops = 0,
          .reference_effort = effort * static_cast<double>(s.n * s.c * s.hw()),
          .peer = fmt::format("{} n={} c={} h={} w={}", operation, s.n, s.c, s.h, s.w),
          .make = made_by([f, s](auto v, std::int64_t batch) {
            return f(std::move(v), batch * s.c * s.hw(), Shape{batch, s.c, s.h, s.w});
          })};
}

}  // namespace

Case relu_case(Direction direction, const NormSize& s) {
  if (direction == Direction::forward)
    return image_case("relu_forward", s, 1, []<class T>(Numbers<T> v, std::int64_t count, Shape x) {
      const ReluForward<T> args{count, v.input(x), v.output(x)};
      return v.work([args](Device d) { kernels<T>.relu_forward(d, args); });
    });
  return image_case("relu_backward", s, 1, []<class T>(Numbers<T> v, std::int64_t count, Shape x) {
    const ReluBackward<T> args{count, v.input(x), v.input(x), v.output(x)};
    return v.work([args](Device d) { kernels<T>.relu_backward(d, args); });
  });
}

Case add_case(const NormSize& s) {
  return image_case("add", s, 1, []<class T>(Numbers<T> v, std::int64_t count, Shape x) {
    const Add<T> args{count, v.input(x), v.input(x), v.output(x)};
    return v.work([args](Device d) { kernels<T>.add(d, args); });
  });
}

Case dropout_case(const NormSize& s) {
  const std::int64_t run = s.hw();
  return image_case("dropout", s, 4, [run]<class T>(Numbers<T> v, std::int64_t count, Shape x) {
    const DropElements<T> args{count, run, 0.05, {.seed = 1}, v.input(x), v.output(x)};
    return v.work([args](Device d) { kernels<T>.dropout(d, args); });
  });
}

Case load_images_case(const NormSize& s) {
  Case c = image_case("load_images", s, 4, [s]<class T>(Numbers<T> v, std::int64_t count, Shape x) {
    const std::int64_t n = count / (s.c * s.hw());
    const LoadImages<T> args{.n = n,
                             .c = s.c,
                             .h = s.h,
                             .w = s.w,
                             .images = v.template whole<std::uint8_t>(x, 256),
                             .indices = v.whole({n}, static_cast<std::uint32_t>(n)),
                             .mean = {0.5, 0.5, 0.5, 0.5},
                             .std = {0.25, 0.25, 0.25, 0.25},
                             .flip = true,
                             .pad = 4,
                             .random = {.seed = 1},
                             .y = v.output(x),
                             .labels = v.whole({n}, 10),
                             .target = v.template output<std::int64_t>({n})};
    return v.work([args](Device d) { kernels<T>.load_images(d, args); });
  });
  c.peer = "";
  return c;
}

}  // namespace norma
