// Files: safetensors and ONNX.
#include "apps/python/casts.h"
#include "core/save_file.h"
#include "layers/export/onnx.h"
#include "layers/safetensors.h"

namespace norma::python {
namespace {

using namespace nb::literals;

void save(const std::filesystem::path& file, const nb::dict& tensors, const nb::dict& metadata) {
  Metadata texts;
  for (const auto& [name, value] : metadata)
    texts[nb::cast<std::string>(name)] = nb::cast<std::string>(value);
  save_safetensors(file, tensors_of(tensors), texts);
}

}  // namespace

void bind_files(nb::module_& m) {
  m.def(
      "load_safetensors", [](const std::filesystem::path& file) { return dict_of(load_safetensors(file)); },
      "file"_a, "The tensors of a safetensors file, by name.");
  m.def("save_safetensors", &save, "file"_a, "tensors"_a, "metadata"_a = nb::dict(),
        "Writes tensors to a safetensors file, which is complete or does not exist.");
  m.def(
      "save_onnx",
      [](const std::filesystem::path& file, Module& network, const Sizes& image,
         const std::vector<double>& mean, const std::vector<double>& std,
         const std::vector<std::string>& classes, const std::string& name) {
        save_file(file, to_onnx(network, {name, image, mean, std, classes}).bytes);
      },
      "file"_a, "network"_a, "image"_a, "mean"_a, "std"_a, "classes"_a = std::vector<std::string>(),
      "name"_a = "network",
      "Writes a network in evaluation mode as ONNX. image [C, H, W]; mean and std normalize pixels from 0 to "
      "1.");
}

}  // namespace norma::python
