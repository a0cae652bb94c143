#include "kernels/measure/examples.h"

#include "tests/support/catch.h"

#include "bench/check.h"
#include "kernels/table.h"

using namespace norma;

TEST_CASE("every line of the table has an example, which writes all its outputs", "[examples]") {
  std::vector<std::string> lines, listed;
  kernels<float>.for_each([&](const auto& operation) { lines.emplace_back(operation.name); });
  for (const Example& e : examples()) listed.push_back(e.operation);
  CHECK(listed == lines);
  for (const DType dtype : {DType::float32, DType::float64})
    for (const Example& e : examples()) {
      CAPTURE(e.operation, name(dtype));
      const ExampleSetting setting{.shape = e.shape, .dtype = dtype};
      ExampleArrays arrays(Device::cpu), reference(Device::reference);
      const auto run = e.prepare(arrays, setting), want = e.prepare(reference, setting);
      run(), want();
      REQUIRE(!arrays.outputs().empty());
      for (std::size_t i = 0; i < arrays.outputs().size(); ++i)
        CHECK(relative_error(arrays.outputs()[i], reference.outputs()[i]) < check_tolerance(dtype));
    }
}

TEST_CASE("an example's cost is close to the bytes of its arrays", "[examples]") {
  for (const Example& e : examples()) {
    CAPTURE(e.operation);
    const bool rows = e.shape[2] == 1;
    const ExampleSetting setting{.shape = rows ? std::array<std::int64_t, 4>{4096, 10, 1, 1}
                                               : std::array<std::int64_t, 4>{16, 16, 32, 32}};
    ExampleArrays arrays(Device::cpu);
    e.prepare(arrays, setting);
    const auto bytes = static_cast<double>(arrays.bytes_in() + arrays.bytes_out());
    CHECK(e.cost(setting).bytes <= bytes);
    CHECK(e.cost(setting).bytes > 0.8 * bytes);
  }
}
