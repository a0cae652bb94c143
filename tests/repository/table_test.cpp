#include "kernels/table.h"

#include <iostream>

#include "tests/support/catch.h"

using namespace norma;

TEST_CASE("every operation exists on every executor, except for the declared gaps", "[table]") {
  const bool built_with_cuda = kernels<float>.fill.available(Device::cuda);
  // Only a CPU has caches that hold an image between a convolution and a norm.
  const auto expected = [&](const std::string& operation, Device device) {
    return (device != Device::cuda || built_with_cuda) &&
           (operation != "conv2d_norm_forward" || on_host(device));
  };
  std::string matrix = fmt::format("{:28}", "operation");
  for (const Device device : all_devices) matrix += fmt::format("{:>11}", name(device));
  int operations = 0;
  kernels<float>.for_each([&](const auto& operation) {
    matrix += fmt::format("\n{:28}", operation.name);
    for (const Device device : all_devices) {
      matrix += fmt::format("{:>11}", operation.takes_epilogue(device) ? "fused"
                                      : operation.available(device)    ? "yes"
                                                                       : "-");
      CAPTURE(operation.name, name(device));
      CHECK(operation.available(device) == expected(operation.name, device));
    }
    ++operations;
  });
  kernels<double>.for_each([&](const auto& operation) { CHECK(operation.available(Device::cpu)); });
  std::cout << matrix << "\n" << operations << " operations; fused: with ReLU and dropout in the same pass\n";
  CHECK(operations >= 35);
}

TEST_CASE("the table says which executors fuse, the same for all norms", "[table]") {
  CHECK(kernels<float>.norms_take_epilogues(Device::reference));
  CHECK(kernels<float>.norms_take_epilogues(Device::cpu));
  CHECK(kernels<float>.norms_take_epilogues(Device::simt));
  kernels<float>.for_each([&](const auto& operation) {
    const bool norm = std::string(operation.name).find("norm") != std::string::npos;
    CAPTURE(operation.name);
    for (const Device device : all_devices)
      if (operation.available(device))
        CHECK(operation.takes_epilogue(device) == (norm && kernels<float>.norms_take_epilogues(device)));
  });
}

TEST_CASE("a missing implementation throws an error that names operation and device", "[table]") {
  const Operation<Add<float>> hole{"a_hole", {}};
  CHECK_THROWS_WITH(hole(Device::cuda, {}), Catch::Contains("a_hole") && Catch::Contains("cuda"));
  const Operation<GroupNormForward<float>> plain{"a_norm", {cpu::group_norm_forward<float>}};
  GroupNormForward<float> args{};
  args.after.relu = true;
  CHECK_THROWS_WITH(plain(Device::reference, args),
                    Catch::Contains("a_norm with an epilogue does not exist"));
}
