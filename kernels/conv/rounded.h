// Factors of a convolution rounded to a precision, for an executor that has no instructions for it.
#pragma once

#include <optional>

#include "core/parallel.h"
#include "core/precision.h"
#include "kernels/scratch.h"

namespace norma {

/// The array itself where the precision is exact, else a rounded copy.
template <class T>
class Rounded {
 public:
  Rounded(Precision precision, const T* data, std::int64_t count) : data_(data) {
    if (precision == Precision::exact || sizeof(T) > sizeof(float)) return;
    copy_.emplace(count);
    data_ = copy_->data();
    parallel_ranges(count, elementwise_grain, [&](std::int64_t begin, std::int64_t end) {
      if (precision == Precision::tf32)
        for (std::int64_t i = begin; i < end; ++i) (*copy_)[i] = round_to(Precision::tf32, data[i]);
      else
        for (std::int64_t i = begin; i < end; ++i) (*copy_)[i] = round_to(Precision::bf16, data[i]);
    });
  }
  const T* data() const { return data_; }

 private:
  const T* data_;
  std::optional<Scratch<T>> copy_;
};

}  // namespace norma
