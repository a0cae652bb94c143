// What judges of the course's exercises are made of. A judge is a function that calls what the learner
// wrote and compares it with what is right; the first difference ends it:
//
//   COURSE_JUDGE(1) {
//     const auto mean = learner<decltype(set_mean)>("set_mean");
//     const std::vector<float> x = {1, 2, 6};
//     expect("the mean of 1, 2, 6", mean(x.data(), 3), 3, 1e-12);
//   }
//
// The learner's file is a shared library with functions in C's names. tests/course/judge.cpp is the program.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "kernels/simt/guarded_buffer.h"

namespace norma::course {

/// What is wrong, in one sentence. Thrown.
struct Wrong {
  std::string text;
};
template <class... Args>
[[noreturn]] void wrong(fmt::format_string<Args...> text, Args&&... args) {
  throw Wrong{fmt::format(text, std::forward<Args>(args)...)};
}

/// The address of a function in the learner's file.
void* find_function(const char* name);
template <class Function>
Function* learner(const char* name) {
  return reinterpret_cast<Function*>(find_function(name));
}

/// "0.25", or "NaN".
std::string shown(double number);

/// One number; `what` is it, for the sentence. The tolerance is relative to the larger of |want| and 1.
void expect(const std::string& what, double got, double want, double tolerance);

/// All elements; `where` is the case: "3 groups of 2 channels". The tolerance is relative to the largest
/// |want|.
template <class T, class U>
void expect_all(const std::string& array, std::span<const T> got, std::span<const U> want, double tolerance,
                const std::string& where) {
  double largest = 0;
  for (const U v : want) largest = std::max(largest, std::abs(static_cast<double>(v)));
  for (std::size_t i = 0; i < want.size(); ++i) {
    const double g = static_cast<double>(got[i]), w = static_cast<double>(want[i]);
    if (!(std::abs(g - w) <= tolerance * std::max(largest, 1e-30)))
      wrong("{}[{}] is {}, but {} is right ({})", array, i, shown(g), shown(w), where);
  }
}
/// Memory as a GPU has it: aligned, and NaN at first. check() throws if something was written beside it.
template <class T>
class Array : public simt::GuardedBuffer<T> {
 public:
  explicit Array(std::size_t count) : simt::GuardedBuffer<T>(count) {}
  explicit Array(const std::vector<T>& values) : simt::GuardedBuffer<T>(values.size()) {
    std::copy(values.begin(), values.end(), this->data());
  }
  /// NaN again.
  void forget() { std::memset(static_cast<void*>(this->data()), 0xFF, this->span().size_bytes()); }
};

template <class T, class U>
void expect_all(const std::string& array, const std::vector<T>& got, const std::vector<U>& want,
                double tolerance, const std::string& where) {
  expect_all<T, U>(array, std::span<const T>(got), std::span<const U>(want), tolerance, where);
}
template <class T, class U>
void expect_all(const std::string& array, Array<T>& got, const std::vector<U>& want, double tolerance,
                const std::string& where) {
  got.check();
  expect_all<T, U>(array, got.span(), std::span<const U>(want), tolerance, where);
}

/// Numbers between low and high that depend on the seed alone.
std::vector<float> numbers(std::size_t count, std::uint64_t seed, double low = -2, double high = 3);

/// What a kernel may do at most; what is not named is not limited.
struct Limits {
  double read_waste = 0;      ///< 32-byte sectors read beyond the fewest possible, as a share of those
  double write_waste = 0;     ///< the same for writing
  double times_read = 1e9;    ///< bytes read / the distinct bytes that are read
  double bank_conflicts = 0;  ///< passes beyond the fewest possible, as a share of those
  double barriers = 1e9;      ///< __syncthreads per thread
  double shuffles = 1e9;      ///< per thread
  double launches = 1e9;
};

/// Calls run(), which launches the learner's kernels, under every order of threads; check() compares its
/// results each time. Then counts once more: a race is named with both its lines, then the limits are
/// checked.
void judge_kernels(const std::function<void()>& run, const std::function<void()>& check,
                   const Limits& limits);

struct Exercise {
  int number;
  void (*judge)();
};
std::vector<Exercise>& exercises();
struct RegisterExercise {
  RegisterExercise(int number, void (*judge)()) { exercises().push_back({number, judge}); }
};

}  // namespace norma::course

#define COURSE_JUDGE(number)                                                               \
  static void judge_##number();                                                            \
  static const norma::course::RegisterExercise exercise_##number{number, &judge_##number}; \
  static void judge_##number()
