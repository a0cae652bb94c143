// What simt_profile can run: every line of kernels/table.h, on arrays made up for a shape.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/dtype.h"
#include "core/storage.h"

namespace norma {

/// What the person asked for, or the defaults. Not every operation looks at all of it.
struct ProfileSetting {
  std::optional<std::array<std::int64_t, 4>> shape =
      {};  ///< N, C, H, W of x; behind what was given stand ones
  std::int64_t groups = 4;
  std::optional<std::int64_t> out_channels = {};                       ///< of a convolution or a linear layer
  std::optional<std::int64_t> kernel = {}, stride = {}, padding = {};  ///< of a window
  double p = 0.5;                                                      ///< of dropout
  bool channels = false;                                               ///< dropout of whole channels
  bool eval = false;                                                   ///< batch norm with running statistics
  DType dtype = DType::float32;                                        ///< float32 or float64
};

/// The arrays of one operation, with names and made-up contents.
class ProfileArrays {
 public:
  struct Array {
    std::string name;
    bool input, output;
    std::size_t bytes;
    std::unique_ptr<Storage> storage;
  };

  /// Read by the operation: numbers in [−1, 1); integers are 0 or 1 and bytes anything, see numbers().
  template <class T>
  T* in(const std::string& name, std::int64_t count) {
    return numbers(add<T>(name, count, true, false), count);
  }
  /// Written by it.
  template <class T>
  T* out(const std::string& name, std::int64_t count) {
    return add<T>(name, count, false, true);
  }
  /// Read, then written: positive numbers.
  template <class T>
  T* in_out(const std::string& name, std::int64_t count) {
    T* const begin = numbers(add<T>(name, count, true, true), count);
    for (std::int64_t i = 0; i < count; ++i) begin[i] = begin[i] < 0 ? -begin[i] : begin[i];
    return begin;
  }

  const std::vector<Array>& all() const { return arrays_; }
  /// What any kernel must read and write: each input once, each output once.
  std::uint64_t bytes_in() const { return sum(&Array::input); }
  std::uint64_t bytes_out() const { return sum(&Array::output); }

 private:
  template <class T>
  T* add(const std::string& name, std::int64_t count, bool input, bool output) {
    const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(T);
    arrays_.push_back({name, input, output, bytes, std::make_unique<Storage>(bytes)});
    return static_cast<T*>(arrays_.back().storage->data());
  }
  template <class T>
  T* numbers(T* begin, std::int64_t count);
  std::uint64_t sum(bool Array::*which) const {
    std::uint64_t bytes = 0;
    for (const Array& array : arrays_) bytes += array.*which ? array.bytes : 0;
    return bytes;
  }

  std::vector<Array> arrays_;
};

struct ProfileCase {
  std::string name;                   ///< as in kernels/table.h; instance_norm is group norm with G = C
  std::array<std::int64_t, 4> shape;  ///< where none is asked for
  std::vector<std::string> flags;     ///< which of the setting it looks at, beside the shape
  /// Makes the arrays and returns the call. Throws UsageError where the setting cannot be.
  std::function<std::function<void()>(ProfileArrays&, const ProfileSetting&)> prepare;

  /// "conv2d_backward_data" is operation conv2d, direction backward-data; "add" has no direction.
  std::string operation() const;
  std::string direction() const;
};

/// All of them, in a type that operations compute with.
const std::vector<ProfileCase>& profile_cases(DType dtype);

/// Those of --op and --direction: one, several (conv2d's backward are two), or all. Throws UsageError with
/// the nearest name where there is none.
std::vector<ProfileCase> choose_profile_cases(const std::string& operation, const std::string& direction,
                                              DType dtype);

/// The names for --op, without directions.
std::vector<std::string> profile_operations();

}  // namespace norma
