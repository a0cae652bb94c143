// RequestCounter: puts the accesses of a warp's lanes together into requests, and counts what they cost.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "kernels/simt/counters.h"

namespace norma::simt {

class RequestCounter {
 public:
  void begin_block();
  void access(const Access& access);
  void end_block();
  /// All but the races.
  Counters result() const;

 private:
  struct Lane {
    int thread;
    std::uintptr_t begin, end;  // of the bytes it asks for
  };
  using Request = std::vector<Lane>;
  struct Site {
    Requests total;
    std::array<std::uint32_t, 1024> executions{};     // of each thread, in this block
    std::array<std::vector<Request>, 32> requests{};  // of each warp, in this block
  };
  using Key = std::tuple<std::uintptr_t, Space, Access::Kind>;
  struct Touched {
    std::uint32_t read = 0, written = 0;  // a bit a byte
  };

  static void count_global(Request& request, Requests& total);
  static void count_shared(Request& request, Requests& total);
  void touch(const Access& access);

  std::map<Key, Site> sites_;
  std::unordered_map<std::uintptr_t, Touched> sectors_;
};

}  // namespace norma::simt
