#include "data/tensor_file.h"

#include <charconv>
#include <cstring>
#include <regex>

#include "core/error.h"
#include "core/save_file.h"

namespace norma {
namespace {

constexpr std::size_t most_bytes = 16 << 20;

template <class T>
void append_all(std::string_view bytes, std::vector<double>& numbers) {
  for (std::size_t at = 0; at + sizeof(T) <= bytes.size(); at += sizeof(T)) {
    T number;
    std::memcpy(&number, bytes.data() + at, sizeof number);
    numbers.push_back(number);
  }
}

// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
Tensor from_npy(const std::string& file, const std::string& bytes) {
  const bool long_header = bytes.size() > 6 && bytes[6] >= 2;
  const std::size_t begin = long_header ? 12 : 10;
  if (bytes.size() < begin) fail("{} is not a whole NumPy file", file);
  std::uint32_t length = 0;
  std::memcpy(&length, bytes.data() + 8, long_header ? 4 : 2);
  if (length > bytes.size() - begin) fail("{} is not a whole NumPy file", file);
  const std::string header = bytes.substr(begin, length);
  std::smatch type, sizes;
  if (!std::regex_search(header, type, std::regex("'descr': *'<(f4|f8)'")) ||
      header.find("'fortran_order': False") == std::string::npos ||
      !std::regex_search(header, sizes, std::regex("'shape': *\\(([0-9, ]*)\\)")))
    fail("{}: expected float32 or float64 in C order, as numpy.save writes them", file);
  std::vector<std::int64_t> shape;
  const std::string words = sizes[1];
  const std::regex digits("[0-9]{1,15}");
  for (auto m = std::sregex_iterator(words.begin(), words.end(), digits); m != std::sregex_iterator(); ++m)
    shape.push_back(std::stoll(m->str()));
  std::vector<double> numbers;
  const std::string_view data = std::string_view(bytes).substr(begin + length);
  type[1] == "f4" ? append_all<float>(data, numbers) : append_all<double>(data, numbers);
  if (shape.size() != 4)
    fail("{} has {} dimensions; expected the 4 of images, [N, C, H, W]", file, shape.size());
  const Shape expected{std::span<const std::int64_t>(shape)};
  if (expected.numel() != static_cast<std::int64_t>(numbers.size()))
    fail("{} has {} numbers instead of the {} of its shape", file, numbers.size(), expected.numel());
  return Tensor::from(numbers, expected);
}

std::vector<double> from_text(const std::string& file, const std::string& text) {
  std::vector<double> numbers;
  const auto is_gap = [](char c) { return std::strchr(", \t\r\n;", c) != nullptr; };
  for (const char *at = text.data(), *end = at + text.size(); at < end;) {
    if (is_gap(*at)) {
      ++at;
      continue;
    }
    double number = 0;
    const auto [rest, error] = std::from_chars(at + (*at == '+'), end, number);
    if (error != std::errc() || (rest < end && !is_gap(*rest)))
      fail("{}: the number after the first {} is not one that can be read", file, numbers.size());
    numbers.push_back(number);
    at = rest;
  }
  return numbers;
}

}  // namespace

Tensor read_values(const std::filesystem::path& file, const std::optional<Shape>& shape) {
  const std::string bytes = read_file(file, most_bytes);
  if (bytes.starts_with("\x93NUMPY")) {
    const Tensor values = from_npy(file.string(), bytes);
    if (shape && *shape != values.shape())
      fail("{} has the shape {}, not {}", file.string(), values.shape().to_string(), shape->to_string());
    return values;
  }
  const std::vector<double> numbers = from_text(file.string(), bytes);
  if (!shape) fail("{} has {} numbers: add --shape N,C,H,W", file.string(), numbers.size());
  if (static_cast<std::int64_t>(numbers.size()) != shape->numel())
    fail("{} has {} numbers, and the shape {} has {}", file.string(), numbers.size(), shape->to_string(),
         shape->numel());
  return Tensor::from(numbers, *shape);
}

}  // namespace norma
