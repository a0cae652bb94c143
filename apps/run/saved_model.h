// A trained network, as cifar_norm saved it: what eval and norma_export begin with.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "data/known_data.h"
#include "layers/module.h"

namespace norma {

struct SavedModel {
  std::filesystem::path file;
  std::shared_ptr<Module> network;
  Normalization normalization;       ///< of the images that it was trained on
  const KnownDataSet* set;           ///< these images
  LoadOptions load;                  ///< how they were loaded; load.image is what the network takes
  std::string name;                  ///< "c11-48096"
  std::string norm;                  ///< "gn"
  std::vector<std::string> classes;  ///< empty where the file does not name them
};

/// `run` is a run folder or a model.safetensors; the network is the one that the file's metadata describe. Throws,
/// naming the file, where it is none of cifar_norm's.
SavedModel load_saved_model(const std::filesystem::path& run);

}  // namespace norma
