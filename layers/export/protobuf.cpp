#include "layers/export/protobuf.h"

#include <bit>

namespace norma {

std::string little_endian(std::uint64_t value, int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> 8 * i & 0xFF);
  return bytes;
}

void ProtobufMessage::append_varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) wire_ += static_cast<char>((value & 0x7F) | 0x80);
  wire_ += static_cast<char>(value);
}

void ProtobufMessage::append_tag(int field, int what_follows) {
  append_varint(static_cast<std::uint64_t>(field) << 3 | static_cast<std::uint64_t>(what_follows));
}

ProtobufMessage& ProtobufMessage::varint(int field, std::int64_t value) {
  append_tag(field, 0);
  append_varint(static_cast<std::uint64_t>(value));  // a negative number takes ten bytes
  return *this;
}

ProtobufMessage& ProtobufMessage::float32(int field, float value) {
  append_tag(field, 5);
  wire_ += little_endian(std::bit_cast<std::uint32_t>(value), 4);
  return *this;
}

ProtobufMessage& ProtobufMessage::float64(int field, double value) {
  append_tag(field, 1);
  wire_ += little_endian(std::bit_cast<std::uint64_t>(value), 8);
  return *this;
}

ProtobufMessage& ProtobufMessage::bytes(int field, std::string_view value) {
  append_tag(field, 2);
  append_varint(value.size());
  wire_ += value;
  return *this;
}

}  // namespace norma
