// A checkpoint, and a training that continues from it. Each input gets the checksum that it needs. The first
// byte chooses: 'f' for a whole file, any other for a valid one, of which the input gives its numbers as
// text, its configuration and its lines, separated by NUL bytes. The byte chooses optimizer and scheduler
// too.
#include "optim/run/checkpoint.h"

#include <algorithm>

#include "core/random.h"
#include "layers/batch_norm.h"
#include "layers/flatten.h"
#include "layers/linear.h"
#include "layers/safetensors.h"
#include "layers/sequential.h"
#include "optim/trainer.h"
#include "tests/fuzz/input.h"

using namespace norma;

namespace {

// Two epochs of two steps, on three images of four pixels.
Trainer trainer_for(std::uint8_t choice) {
  static const std::pair<const char*, const char*> kinds[] = {
      {"sgd", "onecycle"}, {"sgd", "step"}, {"adam", "plateau"}, {"adamw", "cosine"}, {"adam", "none"}};
  const auto& [optimizer, scheduler] = kinds[choice % std::size(kinds)];
  manual_seed(1);
  const Dataset images{Tensor::full({3, 1, 2, 2}, 100, DType::uint8), Tensor::zeros({3}, DType::int64)};
  Recipe recipe;
  recipe.epochs = 2, recipe.batch_size = 2, recipe.optimizer = optimizer;
  recipe.scheduler = {.kind = scheduler, .step_size = 1, .patience = 0};
  return {std::make_shared<Sequential>(std::vector<std::shared_ptr<Module>>{
              std::make_shared<BatchNorm2d>(1), std::make_shared<Flatten>(), std::make_shared<Linear>(4, 2)}),
          {images, images, {}, mnist_normalization},
          recipe};
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (const std::string_view line : fuzz::parts_of(text, '\n', 10)) lines.emplace_back(line);
  return lines;
}

// Numbers, separated by spaces, take the place of those of the trainer, of its optimizer and its scheduler.
void set_numbers(State& state, std::string_view text) {
  const auto words = fuzz::parts_of(text, ' ', 40);
  std::size_t next = 0;
  for (const char* name : {"progress", "scheduler", "optimizer.lr_momentum", "optimizer.steps"})
    if (Tensor tensor = find_tensor(state, name); tensor.defined())
      for (std::int64_t i = 0; i < tensor.numel() && next < words.size(); ++i)
        if (const std::string word(words[next++]); !word.empty())
          tensor.data<double>()[i] = std::strtod(word.c_str(), nullptr);
}

Checkpoint whole_file(std::string_view bytes) {
  const fuzz::InputFile file(bytes);
  Metadata metadata;
  Checkpoint checkpoint;
  checkpoint.state = load_safetensors(file.path(), &metadata);
  checkpoint.config = parse_config(metadata["config"], "input");
  checkpoint.metrics = lines_of(metadata["metrics"]);
  return checkpoint;
}

Checkpoint from_parts(std::uint8_t choice, std::string_view text) {
  const auto parts = fuzz::parts_of(text, '\0', 4);
  Checkpoint checkpoint{parse_config(parts[1], "input"), lines_of(parts[2]), lines_of(parts[3]), {}};
  Trainer trainer = trainer_for(choice);
  if (choice & 8) trainer.run_epoch();
  for (const auto& [name, tensor] : trainer.state_dict()) checkpoint.state.push_back({name, tensor.clone()});
  set_numbers(checkpoint.state, parts[0]);
  return checkpoint;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::Folder folder;
  if (size == 0) return 0;
  const std::string_view rest = fuzz::text_of(data + 1, size - 1);
  // The header is written as JSON, which must be UTF-8.
  if (data[0] != 'f' && std::any_of(rest.begin(), rest.end(), [](char c) { return (c & 0x80) != 0; }))
    return 0;
  fuzz::try_to([&] {
    const Checkpoint saved = data[0] == 'f' ? whole_file(rest) : from_parts(data[0], rest);
    save_checkpoint(folder.path(), saved);
    const auto loaded = load_checkpoint(folder.path());
    if (!loaded || text_of(loaded->metrics) != text_of(saved.metrics)) std::abort();
    Trainer trainer = trainer_for(data[0] == 'f' ? static_cast<std::uint8_t>(size) : data[0]);
    trainer.load_state_dict(loaded->state);
    trainer.test_scores();
    while (trainer.finished_epochs() < 2) trainer.run_epoch();
  });
  return 0;
}
