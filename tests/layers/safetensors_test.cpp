// Files that are not as the format's reference reader wants them, and those that are.
#include "layers/safetensors.h"

#include <unistd.h>

#include "core/error.h"
#include "tests/data/temporary_folder.h"
#include "tests/support/catch.h"

namespace norma {
namespace {

using Catch::Contains;
using test::TemporaryFolder;
using test::text_thrown;
using test::write_file;

// A file of this header and so many bytes of data.
std::string file_of(const std::string& header, std::size_t data) {
  std::string length(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(std::uint64_t{header.size()} >> 8 * i);
  return length + header + std::string(data, '\1');
}

std::string tensor(const std::string& name, const std::string& shape, const std::string& offsets,
                   const std::string& dtype = "U8") {
  return fmt::format(R"("{}":{{"dtype":"{}","shape":{},"data_offsets":{}}})", name, dtype, shape, offsets);
}

std::string error_of(const std::string& bytes) {
  const TemporaryFolder folder;
  write_file(folder / "a.safetensors", bytes);
  return text_thrown<Error>([&] { load_safetensors(folder / "a.safetensors"); });
}

TEST_CASE("safetensors whose data are not covered exactly are refused", "[safetensors]") {
  const auto error = [](const std::string& tensors, std::size_t data) {
    return error_of(file_of("{" + tensors + "}", data));
  };
  const std::string a = tensor("a", "[4]", "[0,4]");
  CHECK(error(a, 4).empty());
  CHECK(error(a + "," + tensor("b", "[2,2]", "[4,8]"), 8).empty());
  CHECK(error(tensor("b", "[2,2]", "[4,8]") + "," + a, 8).empty());  // in any order
  CHECK_THAT(error(tensor("a", "[4]", "[4,8]"), 8),
             Contains("\"a\" begins at byte 4 of the data instead of 0"));
  CHECK_THAT(error(a + "," + tensor("b", "[4]", "[5,9]"), 9), Contains("\"b\" begins at byte 5"));
  CHECK_THAT(error(a + "," + tensor("b", "[4]", "[3,7]"), 7), Contains("\"b\" begins at byte 3"));
  CHECK_THAT(error(a + "," + tensor("b", "[4]", "[0,4]"), 4),
             Contains("begins at byte 0 of the data instead of 4"));
  CHECK_THAT(error(a, 5), Contains("its tensors have 4 bytes, and 5 follow the header"));
  CHECK_THAT(error(a, 3), Contains("its tensors have 4 bytes, and 3 follow the header"));
  CHECK_THAT(error("", 1), Contains("its tensors have 0 bytes, and 1 follow the header"));
  CHECK_THAT(error(tensor("a", "[5]", "[0,4]"), 4),
             Contains("\"a\" has 5 bytes, but its offsets are 0 and 4"));
  CHECK_THAT(error(tensor("a", "[2]", "[0,4]", "F32"), 4), Contains("\"a\" has 8 bytes"));
  CHECK_THAT(error(tensor("a", "[0]", "[0,-1]"), 0),
             Contains("data_offsets[1] is -1 instead of a whole number"));
}

TEST_CASE("safetensors with zero-sized tensors are read", "[safetensors]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.safetensors";
  const std::vector<NamedTensor> tensors = {{"first", Tensor::zeros({0})},
                                            {"a", Tensor::full({3}, 7)},
                                            {"between", Tensor::zeros({1 << 20, 1 << 20, 0, 1 << 30})},
                                            {"b", Tensor::full({}, 8)},
                                            {"last", Tensor::zeros({2, 0}, DType::int64)}};
  save_safetensors(file, tensors);
  std::vector<std::string> names;
  for (const NamedTensor& t : load_safetensors(file)) {
    names.push_back(t.name);
    if (t.name == "between") CHECK(t.tensor.shape() == Shape{1 << 20, 1 << 20, 0, 1 << 30});
    if (t.name == "a") CHECK(t.tensor.to_vector<float>() == std::vector<float>{7, 7, 7});
  }
  CHECK(names == std::vector<std::string>{"first", "a", "between", "b", "last"});
  save_safetensors(file, {});
  CHECK(load_safetensors(file).empty());
  CHECK_THROWS_WITH(save_safetensors(file, {{"__metadata__", Tensor::zeros({1})}}), Contains("__metadata__"));
}

TEST_CASE("a safetensors header that is not clear is refused", "[safetensors]") {
  const std::string a = tensor("a", "[4]", "[0,4]");
  const auto error = [](const std::string& header) { return error_of(file_of(header, 4)); };
  CHECK(error("{" + a + "}  ").empty());
  CHECK_THAT(error("{" + a + "," + a + "}"), Contains("two values called \"a\""));
  CHECK_THAT(error(R"({"a":{"dtype":"U8","dtype":"U8","shape":[4],"data_offsets":[0,4]}})"),
             Contains("two values called \"dtype\""));
  CHECK_THAT(error(" {" + a + "}"), Contains("does not begin with {"));
  CHECK_THAT(error("[]"), Contains("does not begin with {"));
  CHECK_THAT(error("{" + tensor("a", "[4]", "[0,4,4]") + "}"),
             Contains("a list of 3 instead of a list of at most 2"));
  CHECK_THAT(error("{" + tensor("a", "[4]", "[0]") + "}"), Contains("\"a\" has 1 offsets instead of 2"));
  CHECK_THAT(error("{" + tensor("a", "[4]", "[0,4.5]") + "}"),
             Contains("data_offsets[1] is 4.5 instead of a whole"));
  CHECK_THAT(error("{" + tensor("a", "[4]", "[0,\"4\"]") + "}"), Contains("is \"4\" instead of a whole"));
  CHECK_THAT(error("{" + tensor("a", "[4]", "{}") + "}"), Contains("an object instead of a list"));
  CHECK_THAT(error("{" + tensor("a", "[-4]", "[0,4]") + "}"), Contains("shape[0] is -4"));
  CHECK_THAT(error("{" + tensor("a", "[1e2]", "[0,4]") + "}"), Contains("shape[0] is 100.0"));
  CHECK_THAT(error("{" + tensor("a", "[1,1,1,1,1,1,4]", "[0,4]") + "}"), Contains("a list of at most 6"));
  CHECK_THAT(error("{" + tensor("a", "[4294967296,4294967296]", "[0,4]") + "}"), Contains("2^60 elements"));
  CHECK_THAT(error("{" + tensor("a", "[9223372036854775807,2]", "[0,4]") + "}"), Contains("2^60 elements"));
  CHECK_THAT(error("{" + tensor("a", "[18446744073709551615]", "[0,4]") + "}"),
             Contains("18446744073709551615"));
  CHECK_THAT(error(R"({"a":{"dtype":"U8","shape":[4]}})"), Contains("data_offsets is missing"));
  CHECK_THAT(error(R"({"a":3})"), Contains("is 3 instead of an object"));
  CHECK_THAT(error(R"({"__metadata__":{"k":3},)" + a + "}"), Contains("\"k\" of __metadata__ is not a text"));
  CHECK_THAT(error(R"({"__metadata__":[],)" + a + "}"), Contains("__metadata__ is a list"));
  std::string deep = "{\"a\":";
  for (int i = 0; i < 1'000'000; ++i) deep += '[';
  CHECK_THAT(error(deep), Contains("nested more than 32 deep"));
}

TEST_CASE("types that are not read are called what they are", "[safetensors]") {
  const auto error = [](const std::string& dtype) {
    return error_of(file_of("{" + tensor("a", "[2]", "[0,4]", dtype) + "}", 4));
  };
  CHECK_THAT(error("F16"), Contains("\"a\" is of F16, 16-bit numbers of IEEE 754, half precision") &&
                               Contains("only F32, F64, I64 and U8 are read"));
  CHECK_THAT(error("BF16"), Contains("\"a\" is of BF16, bfloat16 numbers"));
  CHECK_THAT(error("I32"), Contains("32-bit integers"));
  CHECK_THAT(error("X"), Contains("the dtype X of \"a\" is not one of F32, F64, I64 and U8"));
}

TEST_CASE("no more memory is taken than a safetensors file has bytes", "[safetensors]") {
  const TemporaryFolder folder;
  const auto file = folder / "a.safetensors";
  const auto error = [&] { return text_thrown<Error>([&] { load_safetensors(file); }); };
  std::string bytes = file_of("{}", 0);
  SECTION("a header of 2^63 bytes") {
    bytes[7] = '\x7f';
    write_file(file, bytes);
    CHECK_THAT(error(), Contains("is longer than the file"));
  }
  SECTION("a header longer than the format allows, in a file that is all hole") {
    bytes.replace(0, 8, std::string("\0\0\0\0\x10\0\0\0", 8));  // 2^36
    write_file(file, bytes);
    std::filesystem::resize_file(file, std::uintmax_t{1} << 37);
    CHECK_THAT(error(), Contains("the format allows 100000000"));
  }
  SECTION("something that is not a file") {
    std::filesystem::create_directory(file);
    CHECK_THAT(error(), Contains("it is not a file"));
  }
  SECTION("something that never ends") {
    CHECK_THROWS_WITH(load_safetensors("/dev/zero"), Contains("it is not a file"));
  }
}

TEST_CASE("weights of another kind of number are refused before they are converted", "[safetensors]") {
  class Counter : public Module {
   public:
    Counter() { register_buffer("steps", steps_); }
    std::string type() const override { return "Counter"; }
    Tensor forward(const Tensor& x) override { return x; }

   private:
    Tensor steps_ = Tensor::zeros({1}, DType::int64);
  } counter;
  CHECK_THROWS_WITH(counter.load_state_dict({{"steps", Tensor::full({1}, 1e30)}}),
                    Contains("steps is of float32 in the state and of int64 in this network"));
}

}  // namespace
}  // namespace norma
