// Replaces the clocks of a program that is started with LD_PRELOAD=THIS and NORMA_CLOCK=still (no clock
// moves) or NORMA_CLOCK=jump (each look is an hour later; the time of day jumps between 1970 and 2100).
#include <sys/time.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace {

std::time_t seconds(bool time_of_day) {
  static std::atomic<int> looks = 0;
  const char* mode = std::getenv("NORMA_CLOCK");
  if (mode == nullptr || std::strcmp(mode, "jump") != 0) return 1'000'000;
  const int look = ++looks;
  if (time_of_day) return look % 2 == 0 ? 0 : 4'102'444'800;
  return 1'000'000 + 3600 * static_cast<std::time_t>(look);
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  *now = {seconds(clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE), 0};
  return 0;
}

int gettimeofday(timeval* now, void*) noexcept {
  *now = {seconds(true), 0};
  return 0;
}

std::time_t time(std::time_t* now) noexcept {
  const std::time_t result = seconds(true);
  if (now != nullptr) *now = result;
  return result;
}
}
