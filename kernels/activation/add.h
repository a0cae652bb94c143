// Addition of two tensors of one shape, the residual connection: y = a + b. Its backward hands dy to both.
#pragma once

#include <cstdint>

namespace norma {

template <class T>
struct Add {
  std::int64_t count;
  const T* a;
  const T* b;
  T* y;
};

namespace reference {
template <class T>
void add(const Add<T>& a);
}  // namespace reference

namespace cpu {
template <class T>
void add(const Add<T>& a);
}  // namespace cpu

namespace simt {
template <class T>
void add(const Add<T>& a);
}  // namespace simt

namespace cuda {
template <class T>
void add(const Add<T>& a);
}  // namespace cuda

}  // namespace norma
