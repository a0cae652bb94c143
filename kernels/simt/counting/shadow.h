// Shadow: a T for every unit of memory that is ever asked for, zero at first, in pages.
//
//   memory   … │ 4 KiB │ … │ 4 KiB │ 4 KiB │ …          a unit of 4 bytes, say
//                  │           │       │
//   shadow     T[1024]     T[1024] T[1024]               found by hashing the page's number,
//                                                        once for many accesses: `recent_` keeps the way
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>

namespace norma::simt {

template <class T>
class Shadow {
 public:
  /// Of a unit, by its number: address / bytes of a unit.
  T& operator[](std::uintptr_t unit) {
    Recent& recent = recent_[unit / page_units % recent_.size()];
    if (recent.units == nullptr || recent.page != unit / page_units) recent = find(unit / page_units);
    return recent.units[unit % page_units];
  }

  /// All zero again. Keeps the memory.
  void clear() {
    for (auto& [number, page] : pages_)
      if (page.used) std::fill_n(page.units.get(), page_units, T{}), page.used = false;
    recent_.fill({});
  }

 private:
  static constexpr std::size_t page_units = 1024;
  struct Page {
    std::unique_ptr<T[]> units = std::make_unique<T[]>(page_units);
    bool used = false;
  };
  struct Recent {
    std::uintptr_t page = 0;
    T* units = nullptr;
  };

  Recent find(std::uintptr_t number) {
    Page& page = pages_[number];
    page.used = true;
    return {number, page.units.get()};
  }

  std::unordered_map<std::uintptr_t, Page> pages_;
  std::array<Recent, 64> recent_{};
};

}  // namespace norma::simt
