#define CATCH_CONFIG_RUNNER
#include <algorithm>
#include <iostream>

#include "core/device_memory.h"
#include "kernels/simd_target.h"
#include "tests/support/catch.h"
#include "tests/support/device.h"

namespace {
std::optional<norma::Device> chosen;
}

std::optional<norma::Device> norma::test::chosen_device() { return chosen; }

// Catch's own main with two more flags. If there is no GPU for --device cuda, the program says so and
// succeeds; ctest counts the test as skipped.
int main(int argc, char** argv) {
  Catch::Session session;
  std::string device, simd;
  using Catch::clara::Opt;
  session.cli(session.cli() | Opt(device, "cpu|simt|cuda")["--device"]("the executor under test") |
              Opt(simd, "AVX2|SSE4|…")["--simd"]("the best instruction set to use"));
  if (const int status = session.applyCommandLine(argc, argv); status != 0) return status;
  for (const norma::Device d : norma::all_devices)
    if (device == norma::name(d)) chosen = d;
  if (!device.empty() && !chosen) {
    std::cerr << "--device takes cpu, simt or cuda, not '" << device << "'\n";
    return 2;
  }
  if (const std::string reason = chosen ? norma::unavailable_because(*chosen) : ""; !reason.empty()) {
    std::cout << "skipped: " << reason << "\n";
    return 0;
  }
  if (!simd.empty()) {
    const std::vector<std::string> there = norma::simd_targets();
    if (std::find(there.begin(), there.end(), simd) == there.end()) {
      std::cout << "skipped: this processor and build have no " << simd << "\n";
      return 0;
    }
    norma::limit_simd(simd);
  }
  return session.run();
}
