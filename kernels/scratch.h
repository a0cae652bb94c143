// Scratch memory for a kernel, from the pool, given back at the end of the scope.
#pragma once

#include <cstdint>

#include "core/storage.h"

namespace norma {

/// `count` uninitialised elements; scratch[i] reads and writes them.
template <class T>
class Scratch {
 public:
  explicit Scratch(std::int64_t count, Device device = Device::cpu)
      : storage_(static_cast<std::size_t>(count) * sizeof(T), device) {}
  T* data() const { return static_cast<T*>(storage_.data()); }
  T& operator[](std::int64_t i) const { return data()[i]; }

 private:
  Storage storage_;
};

}  // namespace norma
