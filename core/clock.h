// Clock: seconds since it was made, by a clock that never goes back.
#pragma once

#include <chrono>

namespace norma {

class Clock {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Items per second, for people: 0 if no time has passed, as on a machine whose clock stands still.
inline double rate(double count, double seconds) { return seconds > 0 ? count / seconds : 0; }

}  // namespace norma
