// Cases of pooling.
#include "bench/numbers.h"
#include "bench/sizes.h"
#include "kernels/table.h"

namespace norma {
namespace {

std::string operation_name(const char* pool, Direction direction) {
  return std::string(pool) + (direction == Direction::forward ? "_forward" : "_backward");
}

template <class F>
Case pool_case(const char* pool, Direction direction, std::int64_t batch, const PoolShape& s, F f) {
  const std::string operation = operation_name(pool, direction);
  const std::int64_t channels = s.planes / batch;
  return {.operation = operation,
          .where = "",
          .size = fmt::format("{}×{}×{}×{}, {}×{}", batch, channels, s.h, s.w, s.kernel_h, s.kernel_w),
          .batch = batch,
          .flops = 0,
          .reference_effort = static_cast<double>(s.planes * s.h * s.w),
          .peer = fmt::format("{} n={} c={} h={} w={} kernel={} stride={}", operation, batch, channels, s.h,
                              s.w, s.kernel_h, s.stride_h),
          .make = made_by([f, s, direction, channels](auto v, std::int64_t images) {
            PoolShape part = s;
            part.planes = images * channels;
            return f(std::move(v), direction, part, Shape{images, channels, s.h, s.w},
                     Shape{images, channels, s.out_h(), s.out_w()});
          })};
}

}  // namespace

Case max_pool2d_case(Direction which, std::int64_t batch, const PoolShape& shape) {
  return pool_case(
      "max_pool2d", which, batch, shape,
      []<class T>(Numbers<T> v, Direction direction, PoolShape s, Shape x, Shape y) {
        if (direction == Direction::forward) {
          const MaxPool2dForward<T> args{s, v.input(x), v.output(y), v.template output<std::int64_t>(y)};
          return v.work([args](Device d) { kernels<T>.max_pool2d_forward(d, args); });
        }
        std::int64_t* const index = v.template result<std::int64_t>(y);
        kernels<T>.max_pool2d_forward(v.device(), {s, v.hidden_input(x), v.hidden_output(y), index});
        const MaxPool2dBackward<T> args{s, v.input(y), index, v.output(x)};
        return v.work([args](Device d) { kernels<T>.max_pool2d_backward(d, args); });
      });
}

Case avg_pool2d_case(Direction which, std::int64_t batch, const PoolShape& shape) {
  return pool_case("avg_pool2d", which, batch, shape,
                   []<class T>(Numbers<T> v, Direction direction, PoolShape s, Shape x, Shape y) {
                     if (direction == Direction::forward) {
                       const AvgPool2dForward<T> args{s, true, v.input(x), v.output(y)};
                       return v.work([args](Device d) { kernels<T>.avg_pool2d_forward(d, args); });
                     }
                     const AvgPool2dBackward<T> args{s, true, v.input(y), v.output(x)};
                     return v.work([args](Device d) { kernels<T>.avg_pool2d_backward(d, args); });
                   });
}

Case global_avg_pool_case(Direction direction, const NormSize& s) {
  const std::string operation = operation_name("global_avg_pool", direction);
  Case c{.operation = operation,
         .where = "",
         .size = fmt::format("{}×{}×{}×{}", s.n, s.c, s.h, s.w),
         .batch = s.n,
         .flops = 0,
         .reference_effort = static_cast<double>(s.n * s.c * s.hw()),
         .peer = fmt::format("{} n={} c={} h={} w={}", operation, s.n, s.c, s.h, s.w),
         .make = {}};
  if (direction == Direction::forward)
    c.make = made_by([s]<class T>(Numbers<T> v, std::int64_t batch) {
      const GlobalAvgPoolForward<T> args{batch * s.c, s.hw(), v.input({batch, s.c, s.h, s.w}),
                                         v.output({batch, s.c, 1, 1})};
      return v.work([args](Device d) { kernels<T>.global_avg_pool_forward(d, args); });
    });
  else
    c.make = made_by([s]<class T>(Numbers<T> v, std::int64_t batch) {
      const GlobalAvgPoolBackward<T> args{batch * s.c, s.hw(), v.input({batch, s.c, 1, 1}),
                                          v.output({batch, s.c, s.h, s.w})};
      return v.work([args](Device d) { kernels<T>.global_avg_pool_backward(d, args); });
    });
  return c;
}

}  // namespace norma
