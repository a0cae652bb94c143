// Cases of losses, optimizers and what else goes along one array.
#include "bench/numbers.h"
#include "bench/sizes.h"
#include "kernels/table.h"

namespace norma {
namespace {

constexpr double penalty = 1e-3;

template <class F>
Case rows_case(const char* operation, std::int64_t rows, std::int64_t classes, F f) {
  return {.operation = operation,
          .where = "",
          .size = fmt::format("{}×{}", rows, classes),
          .batch = rows,
          .flops = 0,
          .reference_effort = static_cast<double>(rows * classes) * 4,
          .peer = fmt::format("{} n={} c={}", operation, rows, classes),
          .make = made_by([f, classes](auto v, std::int64_t n) { return f(std::move(v), n, classes); })};
}

template <class F>
Case parameter_case(const char* operation, std::int64_t count, F f) {
  return {.operation = operation,
          .where = "",
          .size = fmt::format("{}", count),
          .batch = 1,
          .flops = 0,
          .reference_effort = static_cast<double>(count) * 2,
          .peer = fmt::format("{} n={}", operation, count),
          .make = made_by([f, count](auto v, std::int64_t) { return f(std::move(v), count); })};
}

}  // namespace

Case log_softmax_case(Direction direction, std::int64_t rows, std::int64_t classes) {
  if (direction == Direction::forward)
    return rows_case("log_softmax_forward", rows, classes,
                     []<class T>(Numbers<T> v, std::int64_t n, std::int64_t k) {
                       const LogSoftmaxForward<T> args{n, k, v.input({n, k}), v.output({n, k})};
                       return v.work([args](Device d) { kernels<T>.log_softmax_forward(d, args); });
                     });
  return rows_case("log_softmax_backward", rows, classes,
                   []<class T>(Numbers<T> v, std::int64_t n, std::int64_t k) {
                     T* const y = v.template result<T>({n, k});
                     kernels<T>.log_softmax_forward(v.device(), {n, k, v.hidden_input({n, k}), y});
                     const LogSoftmaxBackward<T> args{n, k, v.input({n, k}), y, v.output({n, k})};
                     return v.work([args](Device d) { kernels<T>.log_softmax_backward(d, args); });
                   });
}

Case nll_loss_case(Direction direction, std::int64_t rows, std::int64_t classes) {
  const auto below = static_cast<std::uint32_t>(classes);
  if (direction == Direction::forward)
    return rows_case(
        "nll_loss_forward", rows, classes, [below]<class T>(Numbers<T> v, std::int64_t n, std::int64_t k) {
          const NllLossForward<T> args{n, k, 0, v.input({n, k}), v.whole({n}, below), v.output({})};
          return v.work([args](Device d) { kernels<T>.nll_loss_forward(d, args); });
        });
  return rows_case(
      "nll_loss_backward", rows, classes, [below]<class T>(Numbers<T> v, std::int64_t n, std::int64_t k) {
        const NllLossBackward<T> args{n, k, 0, v.input({}, 0.5, 1), v.whole({n}, below), v.output({n, k})};
        return v.work([args](Device d) { kernels<T>.nll_loss_backward(d, args); });
      });
}

Case correct_count_case(std::int64_t rows, std::int64_t classes) {
  const auto below = static_cast<std::uint32_t>(classes);
  return rows_case("correct_count", rows, classes,
                   [below]<class T>(Numbers<T> v, std::int64_t n, std::int64_t k) {
                     const CorrectCount<T> args{n, k, v.input({n, k}), v.whole({n}, below),
                                                v.template output<std::int64_t>({})};
                     return v.work([args](Device d) { kernels<T>.correct_count(d, args); });
                   });
}

Case abs_sum_case(Direction direction, std::int64_t count) {
  if (direction == Direction::forward)
    return parameter_case("abs_sum_forward", count, []<class T>(Numbers<T> v, std::int64_t n) {
      const AbsSumForward<T> args{n, penalty, v.input({n}), v.output({})};
      return v.work([args](Device d) { kernels<T>.abs_sum_forward(d, args); });
    });
  return parameter_case("abs_sum_backward", count, []<class T>(Numbers<T> v, std::int64_t n) {
    const AbsSumBackward<T> args{n, penalty, v.input({}, 0.5, 1), v.input({n}), v.output({n})};
    return v.work([args](Device d) { kernels<T>.abs_sum_backward(d, args); });
  });
}

Case fill_case(std::int64_t count) {
  return parameter_case("fill", count, []<class T>(Numbers<T> v, std::int64_t n) {
    const Fill<T> args{n, 1, v.output({n})};
    return v.work([args](Device d) { kernels<T>.fill(d, args); });
  });
}

Case sgd_case(std::int64_t count) {
  return parameter_case("sgd_step", count, []<class T>(Numbers<T> v, std::int64_t n) {
    const SgdStep<T> args{n, 0.01, 0.9, 0, 0, false, false, v.input({n}), v.in_out({n}), v.in_out({n})};
    return v.work([args](Device d) { kernels<T>.sgd_step(d, args); });
  });
}

Case adam_case(std::int64_t count) {
  return parameter_case("adam_step", count, []<class T>(Numbers<T> v, std::int64_t n) {
    const AdamStep<T> args{n,     1e-3, 0.9,          0.999,         1e-8,          0,
                           false, 1,    v.input({n}), v.in_out({n}), v.in_out({n}), v.in_out({n}, 0, 1)};
    return v.work([args](Device d) { kernels<T>.adam_step(d, args); });
  });
}

}  // namespace norma
