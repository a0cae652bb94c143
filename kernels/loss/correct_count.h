// How many rows have their largest score at the target; among equal scores the first counts.
#pragma once

#include <cstdint>

namespace norma {

template <class T>
struct CorrectCount {
  std::int64_t rows, classes;
  const T* x;  ///< [rows, classes]
  const std::int64_t* target;
  std::int64_t* count;  ///< one number
};

namespace reference {
template <class T>
void correct_count(const CorrectCount<T>& a);
}  // namespace reference

namespace cpu {
template <class T>
void correct_count(const CorrectCount<T>& a);
}  // namespace cpu

namespace simt {
template <class T>
void correct_count(const CorrectCount<T>& a);
}  // namespace simt

namespace cuda {
template <class T>
void correct_count(const CorrectCount<T>& a);
}  // namespace cuda

}  // namespace norma
