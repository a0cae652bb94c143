// Tensors in device memory, tested with simt, which needs no GPU.
#include "core/device_memory.h"

#include "tests/support/catch.h"

#ifndef __SANITIZE_ADDRESS__
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#endif

#include "core/tensor.h"

using namespace norma;

TEST_CASE("numbers are copied to the device and back, converted if requested", "[device]") {
  const Tensor x = Tensor::from<float>({1, 2.5, -3}, {3});
  const Tensor there = x.to(Device::simt);
  CHECK(there.device() == Device::simt);
  CHECK(there.raw() != x.raw());
  CHECK(there.to_vector<float>() == x.to_vector<float>());
  CHECK(there.to(DType::float64).device() == Device::simt);
  CHECK(there.to(DType::float64).to_vector<double>() == std::vector<double>{1, 2.5, -3});
  CHECK(there.clone().to_vector<float>() == x.to_vector<float>());
  CHECK(Tensor::full({2}, 7, DType::int64, Device::simt).to_vector<std::int64_t>() ==
        std::vector<std::int64_t>{7, 7});
  CHECK(Tensor::full({}, 0.5, DType::float32, Device::simt).item() == 0.5);
  CHECK(Tensor::zeros({3}, DType::float64, Device::simt).to_vector<double>() == std::vector<double>(3));
  CHECK_THROWS_WITH(there.span<float>(), Catch::Contains("to(cpu)"));
}

TEST_CASE("copies between host and device are counted, copies within the device are not", "[device]") {
  const Tensor x = Tensor::zeros({100});
  const BusTraffic before = bus_traffic(Device::simt);
  const Tensor there = x.to(Device::simt);
  const Tensor copy = there.clone();
  copy_bytes(Device::simt, copy.raw(), Device::simt, there.raw(), 8);
  CHECK(copy.to_vector<float>().size() == 100);
  const BusTraffic after = bus_traffic(Device::simt);
  CHECK(after.copies_in - before.copies_in == 1);
  CHECK(after.bytes_in - before.bytes_in == 400);
  CHECK(after.copies_out - before.copies_out == 1);
  CHECK(after.bytes_out - before.bytes_out == 400);
  CHECK(bus_traffic(Device::cpu).copies_in == 0);
}

TEST_CASE("each device has its own pool", "[device]") {
  const MemoryStatistics host = memory_statistics(), simt = memory_statistics(Device::simt);
  const Tensor x = Tensor::empty({1000}, DType::float32, Device::simt);
  CHECK(memory_statistics(Device::simt).in_use == simt.in_use + 4032);  // whole cache lines
  CHECK(memory_statistics().in_use == host.in_use);
}

#ifndef __SANITIZE_ADDRESS__
TEST_CASE("CPU code that accesses simt's memory directly crashes, as with a GPU's memory", "[device]") {
  const Tensor x = Tensor::zeros({4}, DType::float32, Device::simt);
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGSEGV, SIG_DFL);
    volatile float* numbers = x.data<float>();
    _exit(static_cast<int>(numbers[0]));
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGSEGV);
  const SimtMemoryAccess access;
  CHECK(x.data<float>()[0] == 0);
}
#endif

TEST_CASE("a device that does not exist gives an error of one sentence", "[device]") {
  const std::string reason = unavailable_because(Device::cuda);
  if (reason.empty()) return;
  CHECK_THROWS_WITH(Tensor::empty({1}, DType::float32, Device::cuda), Catch::Contains(reason));
  CHECK_THROWS_WITH(Tensor::zeros({1}).to(Device::cuda), Catch::Contains("use cpu"));
  CHECK(unavailable_because(Device::simt).empty());
}
