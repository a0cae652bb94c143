// Writing Protocol Buffers, the format of event files (optim/tensorboard.h) and ONNX (layers/export/onnx.h).
//
// A message is a sequence of fields, each a tag and a value:
//
//     field 1, "hi"               field 2, 300          tag: field number · 8 + type of the value
//   ┌────┬────┬─────────┐       ┌────┬─────────┐            0  a varint: int32, int64, bool, enum
//   │ 0A │ 02 │ 68   69 │       │ 10 │ AC   02 │            1  8 bytes: double
//   └────┴────┴─────────┘       └────┴─────────┘            2  a length (varint) and so many bytes: string,
//    1·8+2  2   'h'  'i'         2·8+0  varint                 bytes, or a message in a message
//                                                           5  4 bytes: float
//
// A varint has seven bits of the number per byte, the lowest first; the top bit says that another byte
// follows. All numbers are little-endian. A repeated field is written once per value.
// Source: protobuf.dev/programming-guides/encoding.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace norma {

/// The lowest `count` bytes of a number, the lowest first.
std::string little_endian(std::uint64_t value, int count);

class ProtobufMessage {
 public:
  /// int32, int64, bool, enum
  ProtobufMessage& varint(int field, std::int64_t value);
  ProtobufMessage& float32(int field, float value);
  ProtobufMessage& float64(int field, double value);
  /// string, bytes
  ProtobufMessage& bytes(int field, std::string_view value);
  ProtobufMessage& message(int field, const ProtobufMessage& value) { return bytes(field, value.wire()); }

  /// The bytes written so far.
  const std::string& wire() const { return wire_; }

 private:
  void append_tag(int field, int what_follows);
  void append_varint(std::uint64_t value);

  std::string wire_;
};

}  // namespace norma
