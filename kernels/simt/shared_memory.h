// Shared memory of a block.
//
//   NORMA_SHARED(float[32][33], tile);        static: a reference to an array (or a scalar) of that type
//   float* row = dynamic_shared<float>();     the `shared_bytes` of the launch
//
// Why not the plain `__shared__ float tile[32][33]`? A preprocessor could only turn it into a thread_local
// array. The executor would not know its address and could neither fill nor check it. The macro instead asks
// the executor for memory, identified by its place in the source (its site; one for each instance of a
// template). As in CUDA, a function that is called twice gets the same array twice. Every block gets
//
//     ░░░░░░ dynamic ░░░░░░ tile ░░░░░░ partial ░░░░░░        ░ red zone, 256 bytes
//
//   * filled with bytes 0xFF, which are NaN to float and double: a read before the first write shows;
//   * of the exact size, between red zones: a write beyond the end is found at the next barrier, and under
//     AddressSanitizer where it happens;
//   * aligned as its type requires and no better: a float array read as float4 is misaligned here every time,
//     on a GPU only sometimes.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#define NORMA_SHARED(Type, name)                                                                           \
  static constexpr ::norma::simt::SharedSite name##_site{                                                  \
      #name, __FILE__, __LINE__, sizeof(std::type_identity_t<Type>), alignof(std::type_identity_t<Type>)}; \
  auto& name = ::norma::simt::detail::shared_variable<std::type_identity_t<Type>>(name##_site)

namespace norma::simt {

/// One NORMA_SHARED; its address identifies it.
struct SharedSite {
  const char* name;
  const char* file;
  int line;
  std::size_t bytes, alignment;
};

class SharedMemory {
 public:
  SharedMemory();
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  void begin_block(std::size_t dynamic_bytes);
  /// Throws where the block has none.
  void* dynamic();
  /// Throws where the block's total exceeds what a GPU has.
  void* variable(const SharedSite& site);
  bool contains(const void* address) const;
  /// A sentence about a red zone that was written to; empty if there was no such write.
  std::string damage() const;

 private:
  struct Entry {
    const SharedSite* site;  // nullptr for the dynamic memory
    std::size_t begin, bytes;
  };
  struct Arena;
  void* allocate(const SharedSite* site, std::size_t bytes, std::size_t alignment);

  std::unique_ptr<Arena> arena_;
  std::vector<Entry> entries_;  // of the block that runs; the dynamic memory, then variables as they are met
  std::size_t end_ = 0;         // of the last entry
  std::size_t static_bytes_ = 0;  // of the block's variables so far
};

namespace detail {

void* shared_variable(const SharedSite& site);
void* dynamic_shared();

template <class T>
T& shared_variable(const SharedSite& site) {
  static_assert(std::is_trivially_default_constructible_v<T> && std::is_trivially_destructible_v<T>,
                "shared memory is not initialised: its type must be trivial");
  return *static_cast<T*>(shared_variable(site));
}

}  // namespace detail

template <class T>
T* dynamic_shared() {
  static_assert(alignof(T) <= 16, "dynamic shared memory is aligned to 16 bytes");
  return static_cast<T*>(detail::dynamic_shared());
}

}  // namespace norma::simt
