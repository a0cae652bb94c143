// A reader for Protocol Buffers. It follows the format's description and uses no code of the writer.
#pragma once

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace norma::test {

/// The fields of one message; nested messages are not parsed.
class ProtobufReader {
 public:
  struct Field {
    int number;
    int wire_type;        ///< 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes
    std::uint64_t value;  ///< of types 0, 1 and 5: the bits
    std::string bytes;    ///< of type 2
  };

  explicit ProtobufReader(std::string_view wire) {
    while (!wire.empty()) {
      const std::uint64_t tag = varint(wire);
      Field field{static_cast<int>(tag / 8), static_cast<int>(tag % 8), 0, ""};
      switch (field.wire_type) {
        case 0:
          field.value = varint(wire);
          break;
        case 1:
          field.value = little_endian(take(wire, 8));
          break;
        case 2:
          field.bytes = take(wire, varint(wire));
          break;
        case 5:
          field.value = little_endian(take(wire, 4));
          break;
        default:
          throw std::runtime_error("unknown wire type " + std::to_string(field.wire_type));
      }
      fields_.push_back(std::move(field));
    }
  }

  const std::vector<Field>& fields() const { return fields_; }
  /// All values of a field, in order.
  std::vector<Field> all(int number) const {
    std::vector<Field> found;
    for (const Field& field : fields_)
      if (field.number == number) found.push_back(field);
    return found;
  }
  /// The value of a field that occurs exactly once.
  Field one(int number) const {
    const std::vector<Field> found = all(number);
    if (found.size() != 1)
      throw std::runtime_error("field " + std::to_string(number) + " occurs " + std::to_string(found.size()) +
                               " times instead of once");
    return found[0];
  }
  std::string text(int number) const { return one(number).bytes; }
  std::int64_t integer(int number) const { return static_cast<std::int64_t>(one(number).value); }
  float float32(int number) const {
    const auto bits = static_cast<std::uint32_t>(one(number).value);
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
  double float64(int number) const {
    const std::uint64_t bits = one(number).value;
    double value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
  ProtobufReader message(int number) const { return ProtobufReader(one(number).bytes); }
  std::vector<ProtobufReader> messages(int number) const {
    std::vector<ProtobufReader> found;
    for (const Field& field : all(number)) found.emplace_back(field.bytes);
    return found;
  }

  static std::uint64_t little_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i > 0; --i)
      value = value * 256 + static_cast<unsigned char>(bytes[i - 1]);
    return value;
  }

 private:
  static std::string_view take(std::string_view& from, std::uint64_t count) {
    if (count > from.size()) throw std::runtime_error("the message ends within a field");
    const std::string_view taken = from.substr(0, count);
    from.remove_prefix(count);
    return taken;
  }
  static std::uint64_t varint(std::string_view& from) {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(from, 1)[0]);
      value |= static_cast<std::uint64_t>(byte % 128) << shift;
      if (byte < 128) return value;
    }
  }

  std::vector<Field> fields_;
};

}  // namespace norma::test
