// A saved model and a batch of images that it scores. The first byte chooses: a whole file, or the
// configuration of a file whose weights fit, which gets much further.
#include "optim/run/saved_model.h"

#include "layers/safetensors.h"
#include "optim/presets.h"
#include "optim/trainer.h"
#include "tests/fuzz/input.h"

using namespace norma;

namespace {

void score(const std::filesystem::path& file) {
  const SavedModel model = load_saved_model(file);
  const Shape& image = model.load.image;
  const Dataset images{Tensor::full({2, image[0], image[1], image[2]}, 100, DType::uint8),
                       Tensor::zeros({2}, DType::int64)};
  evaluate(*model.network, images, model.normalization, 2);
}

// Weights of every small network, by its norm.
const std::vector<NamedTensor>& weights(std::uint8_t choice) {
  static const auto all = [] {
    std::vector<std::vector<NamedTensor>> states;
    for (const Norm norm : {Norm::bn, Norm::gn, Norm::ln_chw, Norm::rms, Norm::none})
      states.push_back(find_preset("mnist-9752").network({.norm = norm})->state_dict());
    return states;
  }();
  return all[choice % all.size()];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::Folder folder;
  if (size == 0) return 0;
  const std::string_view rest = fuzz::text_of(data + 1, size - 1);
  fuzz::try_to([&] {
    if (data[0] == 'f') {
      const fuzz::InputFile file(rest);
      return score(file.path());
    }
    for (const char c : rest)
      if ((c & 0x80) != 0) return;  // the header is written as JSON, which wants UTF-8
    save_safetensors(folder / "model", weights(data[0]), {{"config", std::string(rest)}});
    score(folder / "model");
  });
  return 0;
}
