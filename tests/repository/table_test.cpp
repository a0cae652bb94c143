#include "kernels/table.h"

#include <iostream>

#include "tests/support/catch.h"

using namespace norma;

TEST_CASE("the operation × executor matrix has no hole that is not declared", "[table]") {
#ifdef NORMA_CUDA
  const auto expected = [](Device) { return true; };
#else
  const auto expected = [](Device device) { return device != Device::cuda; };
#endif
  std::string matrix = fmt::format("{:28}", "operation");
  for (const Device device : all_devices) matrix += fmt::format("{:>11}", name(device));
  int operations = 0;
  kernels<float>.for_each([&](const auto& operation) {
    matrix += fmt::format("\n{:28}", operation.name);
    for (const Device device : all_devices) {
      matrix += fmt::format("{:>11}", operation.available(device) ? "yes" : "-");
      CAPTURE(operation.name, name(device));
      CHECK(operation.available(device) == expected(device));
    }
    ++operations;
  });
  kernels<double>.for_each([&](const auto& operation) { CHECK(operation.available(Device::cpu)); });
  std::cout << matrix << "\n" << operations << " operations\n";
  CHECK(operations >= 34);
}

TEST_CASE("a missing implementation throws, naming operation and device", "[table]") {
  const Operation<Add<float>> hole{"a_hole", {}};
  CHECK_THROWS_WITH(hole(Device::cuda, {}), Catch::Contains("a_hole") && Catch::Contains("cuda"));
}
