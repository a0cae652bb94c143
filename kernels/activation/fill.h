// One value everywhere: y = value, rounded to T.
#pragma once

#include <cstdint>

namespace norma {

template <class T>
struct Fill {
  std::int64_t count;
  double value;
  T* y;
};

namespace reference {
template <class T>
void fill(const Fill<T>& a);
}  // namespace reference

namespace cpu {
template <class T>
void fill(const Fill<T>& a);
}  // namespace cpu

namespace simt {
template <class T>
void fill(const Fill<T>& a);
}  // namespace simt

namespace cuda {
template <class T>
void fill(const Fill<T>& a);
}  // namespace cuda

}  // namespace norma
