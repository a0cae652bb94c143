#include "layers/safetensors.h"

#include <algorithm>
#include <bit>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <tuple>

#include "core/json.h"
#include "core/save_file.h"

namespace norma {
namespace {

constexpr const char* metadata_name = "__metadata__";
constexpr std::size_t longest_header = 100'000'000;  // as in the reference reader

static_assert(std::endian::native == std::endian::little, "safetensors are little-endian, and so are we");

constexpr std::pair<const char*, DType> type_names[] = {
    {"F32", DType::float32}, {"F64", DType::float64}, {"I64", DType::int64}, {"U8", DType::uint8}};

const char* type_name(DType dtype) {
  for (const auto& [text, type] : type_names)
    if (type == dtype) return text;
  fail("safetensors: no name for {}", name(dtype));
}

// Types of the format that Norma does not read, for the error message.
constexpr std::pair<const char*, const char*> other_types[] = {
    {"F16", "16-bit numbers of IEEE 754, half precision"},
    {"BF16", "bfloat16 numbers"},
    {"F8_E4M3", "8-bit numbers"},
    {"F8_E5M2", "8-bit numbers"},
    {"I8", "8-bit integers"},
    {"I16", "16-bit integers"},
    {"U16", "16-bit unsigned integers"},
    {"I32", "32-bit integers"},
    {"U32", "32-bit unsigned integers"},
    {"U64", "64-bit unsigned integers"},
    {"BOOL", "truth values"}};

DType type_of(const std::string& tensor, const std::string& text) {
  for (const auto& [known, type] : type_names)
    if (text == known) return type;
  for (const auto& [other, what] : other_types)
    if (text == other)
      fail("{} is of {}, {}, and only F32, F64, I64 and U8 are read: convert it first", tensor, other, what);
  fail("the dtype {} of {} is not one of F32, F64, I64 and U8", text, tensor);
}

std::string header_of(const std::vector<NamedTensor>& tensors, const Metadata& metadata) {
  auto header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header[metadata_name] = metadata;
  std::size_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    if (header.contains(name) || name == metadata_name)
      fail("safetensors: the name {} is taken already", name);
    const auto& shape = tensor.shape();
    header[name] = {{"dtype", type_name(tensor.dtype())},
                    {"shape", std::vector<std::int64_t>(shape.begin(), shape.end())},
                    {"data_offsets", {offset, offset + tensor.bytes()}}};
    offset += tensor.bytes();
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // so that the numbers are aligned
  return text;
}

using Fields = JsonObject<nlohmann::json>;

// A name in an error message. Any text can be a name.
std::string in_words(const std::string& name) {
  const auto replace = nlohmann::json::error_handler_t::replace;
  return nlohmann::json(name.size() <= 100 ? name : name.substr(0, 100) + "…").dump(-1, ' ', true, replace);
}

SafetensorsEntry entry_of(const std::string& name, const nlohmann::json& json, const std::string& where) {
  constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
  const std::string words = in_words(name);
  const Fields fields(json, where, words);
  const std::vector<std::int64_t> sizes = fields.wholes("shape", Shape::max_rank, 0, largest),
                                  offsets = fields.wholes("data_offsets", 2, 0, largest);
  if (offsets.size() != 2) fail("{}: {} has {} offsets instead of 2", where, words, offsets.size());
  return {name, type_of(words, fields.text("dtype", 100)), Shape(sizes), static_cast<std::size_t>(offsets[0]),
          static_cast<std::size_t>(offsets[1])};
}

// Each byte of the data belongs to exactly one tensor.
void check_layout(const std::vector<SafetensorsEntry>& tensors, std::uintmax_t data_bytes) {
  std::size_t end = 0;
  for (const SafetensorsEntry& t : tensors) {
    const std::size_t bytes = static_cast<std::size_t>(t.shape.numel()) * size_in_bytes(t.dtype);
    if (t.begin != end)
      fail("{} begins at byte {} of the data instead of {}, where the tensor before it ends",
           in_words(t.name), t.begin, end);
    if (t.end < t.begin || t.end - t.begin != bytes)
      fail("{} has {} bytes, but its offsets are {} and {}", in_words(t.name), bytes, t.begin, t.end);
    end = t.end;
  }
  if (end != data_bytes)
    fail("its tensors have {} bytes, and {} follow the header: expected as many", end, data_bytes);
}

SafetensorsHeader parse_header(std::ifstream& in, std::uintmax_t size) {
  std::uint64_t length = 0;
  if (size < 8 || !in.read(reinterpret_cast<char*>(&length), 8)) fail("it ends within the first 8 bytes");
  if (length > size - 8) fail("its header of {} bytes is longer than the file", length);
  if (length > longest_header)
    fail("its header has {} bytes, and the format allows {}", length, longest_header);
  std::string text(static_cast<std::size_t>(length), '\0');
  if (!in.read(text.data(), static_cast<std::streamsize>(length))) fail("it ends within its header");
  if (!text.starts_with('{')) fail("its header does not begin with {{");
  const auto json = parse_json<nlohmann::json>(text, "its header");
  SafetensorsHeader header{{}, {}, 8 + static_cast<std::size_t>(length)};
  for (const auto& [name, value] : json.items())
    if (name != metadata_name) {
      header.tensors.push_back(entry_of(name, value, "its header"));
    } else {
      const Fields fields(value, "its header", metadata_name);  // checks that it is an object
      for (const auto& [key, text_of_key] : value.items()) {
        if (!text_of_key.is_string()) fail("{} of {} is not a text", in_words(key), metadata_name);
        header.metadata[key] = text_of_key.get<std::string>();
      }
    }
  std::stable_sort(header.tensors.begin(), header.tensors.end(),
                   [](const SafetensorsEntry& a, const SafetensorsEntry& b) {
                     return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
                   });
  check_layout(header.tensors, size - header.data);
  return header;
}

// Opens a file and reads its header; `in` is then at the data.
SafetensorsHeader open_file(const std::filesystem::path& file, std::ifstream& in) {
  const std::uintmax_t size = regular_file_size(file);
  in.open(file, std::ios::binary);
  if (!in) fail("could not read {}: is it readable?", file.string());
  try {
    return parse_header(in, size);
  } catch (const Error& e) {
    fail("{} is not a safetensors file that Norma reads: {}", file.string(), e.what());
  }
}

}  // namespace

void save_safetensors(const std::filesystem::path& file, const std::vector<NamedTensor>& tensors,
                      const Metadata& metadata) {
  const std::string header = header_of(tensors, metadata);
  const std::uint64_t length = header.size();
  save_file(file, [&](std::ostream& out) {
    out.write(reinterpret_cast<const char*>(&length), 8)
        .write(header.data(), static_cast<std::streamsize>(length));
    for (const auto& [name, tensor] : tensors) {
      const Tensor host = tensor.to(Device::cpu);
      out.write(static_cast<const char*>(host.raw()), static_cast<std::streamsize>(host.bytes()));
    }
  });
}

std::int64_t SafetensorsHeader::numel() const {
  return std::accumulate(tensors.begin(), tensors.end(), std::int64_t{0},
                         [](std::int64_t sum, const SafetensorsEntry& t) { return sum + t.shape.numel(); });
}

SafetensorsHeader read_safetensors_header(const std::filesystem::path& file) {
  std::ifstream in;
  return open_file(file, in);
}

std::vector<NamedTensor> load_safetensors(const std::filesystem::path& file, Metadata* metadata) {
  std::ifstream in;
  SafetensorsHeader header = open_file(file, in);
  std::vector<NamedTensor> tensors;
  for (const SafetensorsEntry& entry : header.tensors) {  // in the order of the data
    Tensor tensor = Tensor::empty(entry.shape, entry.dtype);
    in.read(static_cast<char*>(tensor.raw()), static_cast<std::streamsize>(tensor.bytes()));
    if (!in) fail("could not read all of {}: did it change in between?", file.string());
    tensors.push_back({entry.name, tensor});
  }
  if (metadata != nullptr) *metadata = std::move(header.metadata);
  return tensors;
}

}  // namespace norma
