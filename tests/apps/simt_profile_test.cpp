#include <nlohmann/json.hpp>

#include "apps/simt_profile/options.h"
#include "core/error.h"
#include "kernels/simt/code_names.h"
#include "tests/support/catch.h"
#include "tests/support/process.h"

using namespace norma;

namespace {

ProfileOptions parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "simt_profile");
  return parse_profile_options(static_cast<int>(arguments.size()), arguments.data());
}

std::string refusal(std::vector<const char*> arguments) {
  try {
    parse(std::move(arguments));
  } catch (const UsageError& e) {
    return e.what();
  }
  return "";
}

test::Finished simt_profile(const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {NORMA_SIMT_PROFILE};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return test::run_program(words);
}

constexpr bool has_hooks = NORMA_HAS_HOOKS;

}  // namespace

TEST_CASE("simt_profile takes an operation with its shape and flags", "[simt_profile]") {
  const ProfileOptions options = parse({"--op", "group_norm", "--direction=backward", "--shape", "8,4,3",
                                        "--groups", "2", "--dtype", "float64"});
  CHECK(options.operation == "group_norm");
  CHECK(options.direction == "backward");
  CHECK(*options.setting.shape == std::array<std::int64_t, 4>{8, 4, 3, 1});
  CHECK(options.setting.groups == 2);
  CHECK(options.setting.dtype == DType::float64);
  CHECK(choose_profile_cases("conv2d", "backward").size() == 2);
  CHECK(choose_profile_cases("sgd_step", "forward").size() == 1);
  CHECK(choose_profile_cases("all", "").size() == profile_cases().size());
}

TEST_CASE("simt_profile refuses a wrong command line, with the nearest valid word", "[simt_profile]") {
  using Catch::Contains;
  CHECK_THAT(refusal({}), Contains("--op") && Contains("--list"));
  CHECK_THAT(refusal({"--op", "gruop_norm"}), Contains("did you mean group_norm"));
  CHECK_THAT(refusal({"--op", "group_norm", "--direction", "bakward"}), Contains("did you mean backward"));
  CHECK_THAT(refusal({"--op", "relu", "--gruops", "2"}), Contains("did you mean --groups"));
  CHECK_THAT(refusal({"--op", "relu", "--groups", "2"}), Contains("cannot be used with --op relu"));
  CHECK_THAT(refusal({"--op", "all", "--shape", "1,2"}), Contains("--shape is only for one --op"));
  CHECK_THAT(refusal({"--op", "relu", "--shape", "1,x"}), Contains("whole number") && Contains("'x'"));
  CHECK_THAT(refusal({"--op", "relu", "--shape", "1,2,3,4,5"}), Contains("up to four numbers"));
  CHECK_THAT(refusal({"--op", "relu", "--shape", "65536,65536"}), Contains("more than"));
  CHECK_THAT(refusal({"--op", "--json"}), Contains("--op needs a value"));
  CHECK_THAT(refusal({"--op", "relu", "--json=1"}), Contains("takes no value"));
  CHECK_THAT(refusal({"relu"}), Contains("'relu' is not expected here"));
  const test::Finished indivisible =
      simt_profile({"--op", "group_norm", "--shape", "2,6,4,4", "--groups", "4"});
  CHECK(indivisible.status == 2);
  CHECK_THAT(indivisible.err, Contains("6 channels cannot be divided into 4 groups"));
  CHECK(indivisible.out.empty());
}

TEST_CASE("names of kernels lose namespaces, parameters and arguments of arguments", "[simt_profile]") {
  CHECK(short_function(
            "void norma::simt::map_kernel<4, norma::simt::(anonymous namespace)::Relu, "
            "norma::simt::In<float>, norma::simt::Out<float> >(long long, norma::simt::In<float>)") ==
        "map_kernel<4, Relu, In, Out>");
  CHECK(short_function("norma::simt::(anonymous namespace)::scale(float*)") == "scale");
  CHECK(short_function(
            "void norma::simt::tiles<4, (norma::Precision)1, norma::simt::Matrix<float, true> >(int)") ==
        "tiles<4, tf32, Matrix>");
  CHECK(short_function("") == "");
  CHECK(short_path("/home/anyone/norma/kernels/cuda/map.cuh:88") == "kernels/cuda/map.cuh:88");
}

TEST_CASE("simt_profile prints one row per kernel, or one JSON object", "[simt_profile]") {
  const std::vector<std::string> asked = {"--op",     "group_norm", "--direction",
                                          "backward", "--shape",    "4,8,8,8"};
  const test::Finished table = simt_profile(asked);
  if (!has_hooks) {
    CHECK(table.status == 1);
    CHECK_THAT(table.err, Catch::Contains("no memory-access hooks"));
    return;
  }
  CHECK(table.status == 0);
  for (const char* kernel : {"run_backward_sums", "sum_images", "group_means", "run_dx"})
    CHECK_THAT(table.out, Catch::Contains(kernel));

  std::vector<std::string> as_json = asked;
  as_json.push_back("--json");
  const nlohmann::json json = nlohmann::json::parse(simt_profile(as_json).out);
  const nlohmann::json& operation = json.at("operations").at(0);
  CHECK(operation.at("operation") == "group_norm_backward");
  REQUIRE(operation.at("kernels").size() == 4);
  for (const nlohmann::json& kernel : operation.at("kernels")) {
    CHECK(kernel.at("bytes_read") >= kernel.at("bytes_read_floor"));
    CHECK(kernel.at("bytes_written") == kernel.at("bytes_written_floor"));
    CHECK(kernel.at("global_reads").at("sectors") == kernel.at("global_reads").at("ideal_sectors"));
    CHECK(kernel.at("bank_conflicts") == 0);
    CHECK(kernel.at("races") == 0);
    CHECK(kernel.contains("barriers_per_thread"));
    CHECK(kernel.contains("shuffles_per_thread"));
  }
  // Each input once, each output once: dy, x, weight, mean, rstd; dx, dweight, dbias.
  const std::uint64_t x = 4 * 8 * 64 * 4;
  CHECK(operation.at("total").at("bytes_read_floor") == 2 * x + 8 * 4 + 2 * 16 * 8);
  CHECK(operation.at("total").at("bytes_written_floor") == x + 2 * 8 * 4);
}

TEST_CASE("simt_profile names the line of a wasteful access", "[simt_profile]") {
  if (!has_hooks) return;
  const test::Finished found = simt_profile({"--op", "max_pool2d", "--direction", "forward"});
  CHECK_THAT(found.out, Catch::Contains("sectors per global read where") &&
                            Catch::Contains("kernels/pool/max_pool2d.cu:"));
}
