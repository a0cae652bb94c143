#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <iostream>

#include "core/device_memory.h"
#include "tests/support/device.h"

namespace {
std::optional<norma::Device> chosen;
}

std::optional<norma::Device> norma::test::chosen_device() { return chosen; }

// Catch's own main, and one flag more. That there is no GPU for --device cuda is no failure, but is said; ctest then
// counts the test as skipped.
int main(int argc, char** argv) {
  Catch::Session session;
  std::string device;
  session.cli(session.cli() |
              Catch::clara::Opt(device, "cpu|simt|cuda")["--device"]("the executor under test"));
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
  return session.run();
}
