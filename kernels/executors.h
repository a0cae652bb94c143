// Two macros: one declares an operation on all executors, one compiles it for all element types.
#pragma once

#include "core/dtype.h"

/// Declares `template <class T> void operation(const Args<T>&)` on all four executors; kernels/table.h says
/// which of them define it.
#define NORMA_DECLARE(operation, Args) \
  namespace reference {                \
  template <class T>                   \
  void operation(const Args<T>& a);    \
  }                                    \
  namespace cpu {                      \
  template <class T>                   \
  void operation(const Args<T>& a);    \
  }                                    \
  namespace simt {                     \
  template <class T>                   \
  void operation(const Args<T>& a);    \
  }                                    \
  namespace cuda {                     \
  template <class T>                   \
  void operation(const Args<T>& a);    \
  }

/// Compiles it for all element types, in the file that defines it.
#define NORMA_INSTANTIATE(operation, Args) NORMA_FLOAT_TYPES(NORMA_INSTANTIATE_FOR, operation, Args)
#define NORMA_INSTANTIATE_FOR(T, operation, Args) template void operation(const Args<T>&);
