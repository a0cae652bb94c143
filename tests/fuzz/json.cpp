// JSON within limits, and the configuration of a run.
#include "core/json.h"

#include <nlohmann/json.hpp>

#include "optim/run/saved_config.h"
#include "tests/fuzz/input.h"

using namespace norma;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  fuzz::try_to([&] {
    const auto json = parse_json<nlohmann::json>(text, "input");
    if (parse_json<nlohmann::json>(json.dump(), "input") != json) std::abort();
  });
  fuzz::try_to([&] { parse_config(text, "input"); });
  return 0;
}
