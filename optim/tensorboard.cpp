#include "optim/tensorboard.h"

#include <unistd.h>

#include <array>
#include <bit>
#include <chrono>

#include "data/checksum.h"
#include "layers/export/protobuf.h"

namespace norma {
namespace {

double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

std::string masked_crc(const std::string& bytes) {
  const std::uint32_t crc = crc32c(0, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  return little_endian(std::rotr(crc, 15) + 0xA282EAD8u, 4);
}

}  // namespace

std::vector<Scalar> scalars_of(const EpochResult& epoch) {
  std::vector<Scalar> scalars = {{"train/loss", epoch.train.loss},
                                 {"train/accuracy", epoch.train.accuracy},
                                 {"test/loss", epoch.test.loss},
                                 {"test/accuracy", epoch.test.accuracy}};
  if (epoch.validation) {
    scalars.push_back({"validation/loss", epoch.validation->loss});
    scalars.push_back({"validation/accuracy", epoch.validation->accuracy});
  }
  if (epoch.averaged) scalars.push_back({"test/ema_accuracy", epoch.averaged->accuracy});
  scalars.push_back({"lr", epoch.lr});
  scalars.push_back({"images_per_second", epoch.images_per_second});
  return scalars;
}

EventFile::EventFile(const std::filesystem::path& folder) {
  const double now = seconds_since_1970();
  path_ = folder / fmt::format("events.out.tfevents.{}.{}", static_cast<std::int64_t>(now), host_name());
  out_.open(path_, std::ios::binary | std::ios::app);
  append_record(ProtobufMessage().float64(1, now).bytes(3, "brain.Event:2").wire());
}

void EventFile::write(std::int64_t step, const std::vector<Scalar>& scalars) {
  ProtobufMessage summary;
  for (const auto& [tag, value] : scalars)
    summary.message(1, ProtobufMessage().bytes(1, tag).float32(2, static_cast<float>(value)));
  append_record(
      ProtobufMessage().float64(1, seconds_since_1970()).varint(2, step).message(5, summary).wire());
}

void EventFile::append_record(const std::string& event) {
  const std::string length = little_endian(event.size(), 8);
  out_ << length << masked_crc(length) << event << masked_crc(event) << std::flush;
  if (!out_) fail("could not write {}: is the disk full, or the folder not writable?", path_.string());
}

}  // namespace norma
