// norma.data: data sets, and batches of them.
#include "apps/cli/find_images.h"
#include "apps/cli/options.h"
#include "apps/python/casts.h"
#include "apps/python/host.h"
#include "data/loader.h"

namespace norma::python {
namespace {

using namespace nb::literals;

DataSplit load(const std::string& name, const std::string& data, const std::string& labels,
               const Sizes& image, bool quiet) {
  const PythonHost host(quiet);
  const nb::gil_scoped_release release;
  Progress progress(quiet);
  const ImageSource source{.set = &find_data_set(name), .labels = {}, .data = data, .mirror = {}};
  LoadOptions options;
  if (labels != "fine" && labels != "coarse") fail_usage("labels are fine or coarse, not '{}'", labels);
  options.labels = labels == "coarse" ? Labels::coarse : Labels::fine;
  options.image = image;
  return find_images(*source.set, source, options, quiet, progress);
}

}  // namespace

void bind_data(nb::module_& m) {
  nb::module_ data = m.def_submodule("data", "Data sets, whole in memory, and normalised batches of them.");
  nb::class_<Normalization>(data, "Normalization", "Mean and deviation per channel, of pixels from 0 to 1.")
      .def(
          "__init__",
          [](Normalization* self, std::vector<double> mean, std::vector<double> std) {
            new (self) Normalization{std::move(mean), std::move(std)};
          },
          "mean"_a, "std"_a)
      .def_rw("mean", &Normalization::mean)
      .def_rw("std", &Normalization::std);
  nb::class_<Dataset>(data, "Dataset", "images: uint8 [N, C, H, W]; labels: int64 [N]")
      .def(
          "__init__",
          [](Dataset* self, const Input& images, const Input& labels) {
            new (self) Dataset{images.get(), labels.get()};
          },
          "images"_a, "labels"_a)
      .def_ro("images", &Dataset::images)
      .def_ro("labels", &Dataset::labels)
      .def("__len__", [](const Dataset& set) { return set.labels.numel(); })
      .def("first", &first_images, "count"_a, "The first images.")
      .def("split", &split, "share"_a, "seed"_a = 1,
           "Splits off a share of the images; returns the rest first.");
  nb::class_<DataSplit>(data, "DataSplit", "The images to train on and the images to test with.")
      .def_ro("name", &DataSplit::name)
      .def_ro("classes", &DataSplit::classes)
      .def_ro("train", &DataSplit::train)
      .def_ro("test", &DataSplit::test)
      .def_ro("note", &DataSplit::note);
  data.def("load", &load, "name"_a = "cifar10", "data"_a = "", "labels"_a = "fine", "image"_a = Sizes{},
           "quiet"_a = false,
           "Loads a data set: 'cifar10', 'cifar100', 'mnist', 'fashion-mnist' or 'folder'. `data` is its "
           "folder, or "
           "'synthetic' for built-in images; by default it is searched and downloaded as cifar_norm does. "
           "`image`: for "
           "'folder', the [C, H, W] that images are resized to.");
  data.def("measure_normalization", &measure_normalization, "dataset"_a, Release());
  data.def(
      "normalization_of", [](const std::string& name) { return find_data_set(name).normalization; }, "name"_a,
      "The published constants of a data set.");
  data.def("shuffled", &shuffled, "count"_a, "seed"_a, "epoch"_a, "An order of 0 … count − 1.");
  data.def(
      "load_batch",
      [](const Dataset& set, const std::vector<std::int64_t>& indices, const Normalization& normalization,
         bool flip, std::int64_t crop, double rotate, std::uint64_t seed, std::uint32_t epoch) {
        const Batch loaded = [&] {
          const nb::gil_scoped_release release;
          return load_batch(set, indices, normalization, {flip, crop, rotate}, seed, epoch);
        }();
        return nb::make_tuple(loaded.x, loaded.target);
      },
      "dataset"_a, "indices"_a, "normalization"_a, "flip"_a = false, "crop"_a = 0, "rotate"_a = 0.0,
      "seed"_a = 0, "epoch"_a = 0,
      "The images at these indices: x float32 [N, C, H, W] and target int64 [N].");
}

}  // namespace norma::python
