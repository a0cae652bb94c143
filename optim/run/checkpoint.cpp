#include "optim/run/checkpoint.h"

#include "core/error.h"
#include "data/checksum.h"
#include "layers/safetensors.h"
#include "optim/recipe.h"

namespace norma {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

// Of the metadata without the checksum, and of every tensor's name, shape and numbers.
std::string checksum(const Metadata& metadata, const State& state) {
  std::uint32_t crc = 0;
  const auto take = [&](const void* bytes, std::size_t size) {
    crc = crc32c(crc, {static_cast<const std::uint8_t*>(bytes), size});
  };
  const auto take_text = [&](const std::string& text) { take(text.data(), text.size()); };
  for (const auto& [key, value] : metadata)
    if (key != "crc32c") take_text(key), take_text(value);
  for (const auto& [name, tensor] : state) {
    const Tensor host = tensor.to(Device::cpu);
    take_text(name), take_text(host.shape().to_string());
    take(host.raw(), host.bytes());
  }
  return fmt::format("{:08x}", crc);
}

// One line per epoch, and one before the first.
std::vector<std::string> lines_of(const std::string& text, const fs::path& file) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    lines.push_back(text.substr(begin, end - begin));
    if (lines.size() > most_epochs + 1)
      fail("{} has lines of more than {} epochs: remove it to train this run from the beginning",
           file.string(), most_epochs);
  }
  return lines;
}

}  // namespace

std::string text_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

fs::path checkpoint_file(const fs::path& folder) { return folder / "checkpoint.safetensors"; }

void save_checkpoint(const fs::path& folder, const Checkpoint& checkpoint) {
  Metadata metadata = {
      {"config", checkpoint.config.json.dump(-1, ' ', false, Json::error_handler_t::replace)},
      {"metrics", text_of(checkpoint.metrics)},
      {"norm_statistics", text_of(checkpoint.norm_statistics)}};
  metadata["crc32c"] = checksum(metadata, checkpoint.state);
  save_safetensors(checkpoint_file(folder), checkpoint.state, metadata);
}

std::optional<Checkpoint> load_checkpoint(const fs::path& folder) {
  const fs::path file = checkpoint_file(folder);
  if (!fs::exists(file)) return {};
  Metadata metadata;
  Checkpoint checkpoint;
  checkpoint.state = load_safetensors(file, &metadata);
  for (const char* key : {"config", "metrics", "norm_statistics", "crc32c"})
    if (!metadata.contains(key))
      fail("{} is not a checkpoint of a training: it has no {}", file.string(), key);
  if (checksum(metadata, checkpoint.state) != metadata["crc32c"])
    fail("{} is damaged: its checksum does not fit; remove it to train this run from the beginning",
         file.string());
  checkpoint.config = parse_config(metadata["config"], file.string());
  checkpoint.metrics = lines_of(metadata["metrics"], file);
  checkpoint.norm_statistics = lines_of(metadata["norm_statistics"], file);
  return checkpoint;
}

}  // namespace norma
