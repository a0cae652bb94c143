// Event files for TensorBoard. They repeat the numbers of metrics.jsonl. A file consists of records, and a
// record contains an Event. All our events except the first hold scalars:
//
//   record                                     Event                                  Summary.Value
//   ┌──────────┬───────────────────────────┐    1 wall_time    double, since 1970      1 tag           string
//   │  8 bytes │ length L                  │    2 step         int64                   2 simple_value  float
//   │  4 bytes │ masked CRC-32C of those 8 │    3 file_version "brain.Event:2", only
//   │  L bytes │ an Event in protobuf      │                   in the first record
//   │  4 bytes │ masked CRC-32C of those L │    5 summary      1 value, repeated
//   └──────────┴───────────────────────────┘
//
// masked(c) = (c rotated right by 15 bits) + 0xA282EAD8, because a plain CRC of data with CRCs in it is weak.
// Sources: TensorFlow's lib/io/record_writer.h, lib/hash/crc32c.h, util/event.proto, framework/summary.proto.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "optim/trainer.h"

namespace norma {

struct Scalar {
  std::string tag;  ///< "train/loss"
  double value;
};

/// The results of an epoch: {train, test, validation}/{loss, accuracy}, lr and images_per_second.
std::vector<Scalar> scalars_of(const EpochResult& epoch);

class EventFile {
 public:
  /// Begins a file in the folder, events.out.tfevents.SECONDS.HOST. Throws if it cannot be written.
  explicit EventFile(const std::filesystem::path& folder);

  /// Appends an Event with all scalars at this step, and puts it on disk.
  void write(std::int64_t step, const std::vector<Scalar>& scalars);
  const std::filesystem::path& path() const { return path_; }

 private:
  void append_record(const std::string& event);

  std::filesystem::path path_;
  std::ofstream out_;
};

}  // namespace norma
