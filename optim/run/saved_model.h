// A trained network that cifar_norm saved, for eval and norma_export.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/precision.h"
#include "data/known_data.h"
#include "layers/module.h"

namespace norma {

struct SavedModel {
  std::filesystem::path file;
  std::shared_ptr<Module> network;
  Normalization normalization;       ///< of the images that it was trained on
  const KnownDataSet* set;           ///< these images
  LoadOptions load;                  ///< how they were loaded; load.image is the network's input size
  std::string name;                  ///< "c11-48096"
  std::string norm;                  ///< "gn4", "ln-bf16": norm_label()
  std::vector<std::string> classes;  ///< empty if the file does not name them
};

/// `run` is a run folder or a model.safetensors. The metadata of the file describe the network. Throws an
/// error that names the file if it is not from cifar_norm. `precision` replaces that of the training.
SavedModel load_saved_model(const std::filesystem::path& run, std::optional<Precision> precision = {});

}  // namespace norma
