#include "layers/safetensors.h"

#include <algorithm>
#include <bit>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/save_file.h"

namespace norma {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors are little-endian, and so are we");

constexpr std::pair<const char*, DType> type_names[] = {
    {"F32", DType::float32}, {"F64", DType::float64}, {"I64", DType::int64}, {"U8", DType::uint8}};

const char* type_name(DType dtype) {
  for (const auto& [text, type] : type_names)
    if (type == dtype) return text;
  fail("safetensors: no name for {}", name(dtype));
}

DType type_of(const std::string& text) {
  for (const auto& [known, type] : type_names)
    if (text == known) return type;
  fail("its dtype {} is none of F32, F64, I64, U8", text);
}

std::string header_of(const std::vector<NamedTensor>& tensors, const Metadata& metadata) {
  auto header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::size_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    if (header.contains(name)) fail("safetensors: two tensors are called {}", name);
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

NamedTensor read_tensor(const std::string& name, const nlohmann::json& entry, const std::string& data) {
  const auto sizes = entry.at("shape").get<std::vector<std::int64_t>>();
  const auto begin = entry.at("data_offsets").at(0).get<std::size_t>();
  const auto end = entry.at("data_offsets").at(1).get<std::size_t>();
  const DType dtype = type_of(entry.at("dtype").get<std::string>());
  const Shape shape(sizes);
  // Bounds first: the sizes come from a file, and their product may overflow.
  std::size_t bytes = size_in_bytes(dtype);
  for (const std::int64_t size : shape) {
    if (size != 0 && bytes > data.size() / static_cast<std::size_t>(size))
      fail("{} is larger than the file", name);
    bytes *= static_cast<std::size_t>(size);
  }
  if (begin > end || end > data.size() || end - begin != bytes) fail("the offsets of {} are wrong", name);
  Tensor tensor = Tensor::empty(shape, dtype);
  std::copy_n(data.data() + begin, bytes, static_cast<char*>(tensor.raw()));
  return {name, tensor};
}

std::vector<NamedTensor> parse(const std::string& content, Metadata* metadata) {
  std::uint64_t length = 0;
  if (content.size() < 8) fail("it ends within the first 8 bytes");
  std::copy_n(content.data(), 8, reinterpret_cast<char*>(&length));
  if (length > content.size() - 8) fail("its header is longer than the file");
  const auto header = nlohmann::json::parse(content.substr(8, length));
  const std::string data = content.substr(8 + length);
  std::vector<std::pair<std::size_t, NamedTensor>> found;
  for (const auto& [name, entry] : header.items()) {
    if (name != "__metadata__")
      found.emplace_back(entry.at("data_offsets").at(0).get<std::size_t>(), read_tensor(name, entry, data));
    else if (metadata != nullptr)
      *metadata = entry.get<Metadata>();
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<NamedTensor> tensors;
  for (auto& [offset, tensor] : found) tensors.push_back(std::move(tensor));
  return tensors;
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

std::vector<NamedTensor> load_safetensors(const std::filesystem::path& file, Metadata* metadata) {
  std::ifstream in(file, std::ios::binary);
  const std::string content((std::istreambuf_iterator<char>(in)), {});
  if (!in.is_open() || in.bad()) fail("could not read {}", file.string());
  try {
    return parse(content, metadata);
  } catch (const std::exception& e) {
    fail("{} is not a safetensors file: {}", file.string(), e.what());
  }
}

}  // namespace norma
