// ONNX files: their content, read by an independent reader, and their results in ONNX Runtime.
#include "layers/export/onnx.h"

#include <filesystem>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <regex>

#include "core/random.h"
#include "data/cifar.h"
#include "data/synthetic.h"
#include "layers/batch_norm.h"
#include "layers/dropout.h"
#include "layers/flatten.h"
#include "layers/group_norm.h"
#include "layers/identity.h"
#include "layers/instance_norm.h"
#include "layers/layer_norm.h"
#include "layers/linear.h"
#include "layers/network/builder.h"
#include "layers/pool.h"
#include "layers/relu.h"
#include "layers/residual.h"
#include "layers/safetensors.h"
#include "optim/predictions.h"
#include "optim/presets.h"
#include "optim/run/saved_model.h"
#include "optim/trainer.h"
#include "tests/data/temporary_folder.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"
#include "tests/support/process.h"
#include "tests/support/protobuf_reader.h"
#include "tests/support/python.h"

using namespace norma;
using namespace norma::test;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> ten_classes = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
const OnnxDescription description = {
    "name", {3, 32, 32}, cifar10_normalization.mean, cifar10_normalization.std, ten_classes};

// The parts of a ModelProto.
struct Parsed {
  std::int64_t ir_version, opset;
  ProtobufReader graph;
  std::map<std::string, std::string> metadata;
  std::vector<std::string> ops;
  std::map<std::string, std::vector<std::int64_t>> constants;  // their shapes

  explicit Parsed(const std::string& bytes) : graph("") {
    const ProtobufReader model(bytes);
    ir_version = model.integer(1);
    opset = model.message(8).integer(2);
    graph = model.message(7);
    for (const ProtobufReader& entry : model.messages(14)) metadata[entry.text(1)] = entry.text(2);
    for (const ProtobufReader& node : graph.messages(1)) ops.push_back(node.text(4));
    for (const ProtobufReader& tensor : graph.messages(5)) {
      auto& shape = constants[tensor.text(8)];
      std::size_t bytes_of_floats = 4;
      for (const auto& size : tensor.all(1)) {
        shape.push_back(static_cast<std::int64_t>(size.value));
        bytes_of_floats *= size.value;
      }
      CHECK(tensor.integer(2) == 1);
      CHECK(tensor.text(9).size() == bytes_of_floats);
    }
  }

  ProtobufReader node(const std::string& name) const {
    for (const ProtobufReader& node : graph.messages(1))
      if (node.text(3) == name) return node;
    throw std::runtime_error("no node is called " + name);
  }
};

std::vector<std::int64_t> ints_of(const ProtobufReader& node, const std::string& attribute) {
  std::vector<std::int64_t> values;
  for (const ProtobufReader& entry : node.messages(5))
    if (entry.text(1) == attribute)
      for (const auto& value : entry.all(entry.integer(20) == 7 ? 8 : 3))
        values.push_back(static_cast<std::int64_t>(value.value));
  return values;
}

// The sizes of an input or output; 0 for a size that has a name instead.
std::vector<std::int64_t> sizes_of(const ProtobufReader& value_info) {
  std::vector<std::int64_t> sizes;
  for (const ProtobufReader& size : value_info.message(2).message(1).message(2).messages(1))
    sizes.push_back(size.all(1).empty() ? 0 : size.integer(1));
  return sizes;
}

// Makes all parameters and statistics different from their initial values, so that wrong assignments are
// found.
void make_random(Module& network, std::uint64_t seed) {
  for (auto& [name, tensor] : network.state_dict()) {
    if (tensor.dtype() != DType::float32) continue;
    if (tensor.shape().rank() == 2 || tensor.shape().rank() == 4) continue;  // drawn already
    const double centre = name.ends_with("bias") || name.ends_with("running_mean") ? 0 : 1;
    tensor.copy_from(random_tensor(tensor.shape(), ++seed, centre - 0.5, centre + 0.5));
  }
}

std::shared_ptr<Sequential> modules(const std::vector<std::shared_ptr<Module>>& list) {
  return std::make_shared<Sequential>(list);
}

// Every layer of the table, with the options that exist in ONNX; [N, 3, 32, 32] → [N, 10].
std::shared_ptr<Module> one_of_each() {
  const auto body = modules({std::make_shared<Conv2d>(8, 8, 3, Conv2dOptions{.padding = 1}),
                             std::make_shared<GroupNorm>(2, 8, 1e-3, false), std::make_shared<ReLU>()});
  return modules(
      {std::make_shared<Conv2d>(3, 8, Size2(3, 5), Conv2dOptions{.stride = {2, 1}, .padding = {0, 2}}),
       std::make_shared<BatchNorm2d>(8, BatchNorm2dOptions{.eps = 1e-2, .affine = false}),
       std::make_shared<Residual>(body),
       std::make_shared<Conv2d>(8, 8, 3, Conv2dOptions{.padding = {2, 1}, .dilation = {2, 1}, .groups = 8}),
       std::make_shared<LayerNorm>(Shape{8, 15, 32}, 1e-2),
       std::make_shared<MaxPool2d>(Size2(3, 2), PoolOptions{.stride = {{2, 1}}, .padding = 1}),
       std::make_shared<InstanceNorm2d>(8),
       std::make_shared<InstanceNorm2d>(8,
                                        InstanceNorm2dOptions{.affine = true, .track_running_stats = true}),
       std::make_shared<Identity>(), std::make_shared<LayerNorm2d>(8, 1e-2), std::make_shared<Dropout>(0.5),
       std::make_shared<AvgPool2d>(3, PoolOptions{.stride = 2, .padding = 1}),
       std::make_shared<AvgPool2d>(2, PoolOptions{.padding = 1, .count_include_pad = false}),
       std::make_shared<GroupNorm>(4, 8, 1e-2), std::make_shared<Dropout2d>(0.5),
       modules({std::make_shared<Flatten>(), std::make_shared<Linear>(8 * 3 * 9, 12)}),
       std::make_shared<Linear>(12, 10, false)});
}

DataSplit real_or_synthetic() {
  const char* folder = std::getenv("NORMA_DATA");
  return folder == nullptr || *folder == '\0' ? make_synthetic(1, 256, 2000) : load_cifar10(folder);
}

void save_images(const fs::path& folder, const Dataset& set) {
  save_safetensors(folder / "images.safetensors", {{"images", set.images}});
}

// After a few steps a network predicts the same class for all images, so a wrong network would give the same
// answers. This function removes the part of the last layer's weights that acts on the mean image. The rest
// gives different classes to different images.
void tell_images_apart(const fs::path& run, const Dataset& images) {
  const SavedModel model = load_saved_model(run);
  const auto state = model.network->state_dict();
  Tensor head = state.back().tensor;
  const auto features = static_cast<std::size_t>(head.size(1));
  REQUIRE(head.shape() == Shape{10, head.size(1), 1, 1});
  std::vector<double> mean(features);
  {
    const ModuleObserver observer([&](const Module& module, const Tensor&, const Tensor& out) {
      if (module.path() != "GAP") return;
      const auto values = out.to_vector<double>();
      for (std::size_t i = 0; i < values.size(); ++i) mean[i % features] += values[i];
    });
    evaluate(*model.network, images, model.normalization, 500);
  }
  auto weight = head.to_vector<double>();
  const double square = std::inner_product(mean.begin(), mean.end(), mean.begin(), 0.0);
  for (auto row = weight.begin(); row != weight.end(); row += head.size(1)) {
    const double common = std::inner_product(mean.begin(), mean.end(), row, 0.0) / square;
    for (std::size_t i = 0; i < features; ++i) row[static_cast<std::ptrdiff_t>(i)] -= common * mean[i];
  }
  head.copy_from(Tensor::from(weight, head.shape()));
  Metadata metadata;
  load_safetensors(model.file, &metadata);
  save_safetensors(model.file, state, metadata);
}

// The results of check_onnx.py for these folders.
nlohmann::json check_in_onnxruntime(const std::string& python, const std::vector<fs::path>& folders) {
  std::vector<std::string> argv = {"/usr/bin/env", python, NORMA_SOURCE_DIR "/tests/apps/check_onnx.py"};
  for (const fs::path& folder : folders) argv.push_back(folder.string());
  const Finished checked = run_program(argv);
  INFO(checked.out << checked.err);
  REQUIRE(checked.status == 0);
  std::cout << checked.out;
  return nlohmann::json::parse(checked.out).at("results");
}

}  // namespace

TEST_CASE("an ONNX file has the layers as nodes and the weights under their names", "[onnx]") {
  manual_seed(1);
  const auto network = find_preset("c11-48096").network({.norm = Norm::gn});
  const Parsed onnx(to_onnx(*network, description).bytes);
  CHECK(onnx.opset == 21);
  CHECK(onnx.ir_version == 10);
  CHECK(onnx.metadata.at("classes") == nlohmann::json(ten_classes).dump());
  CHECK(onnx.graph.message(11).text(1) == "images");
  CHECK(sizes_of(onnx.graph.message(11)) == std::vector<std::int64_t>{0, 3, 32, 32});
  CHECK(onnx.graph.message(12).text(1) == "scores");
  CHECK(sizes_of(onnx.graph.message(12)) == std::vector<std::int64_t>{0, 10});

  CHECK(std::vector(onnx.ops.begin(), onnx.ops.begin() + 9) ==
        std::vector<std::string>{"Sub", "Div", "Conv", "GroupNormalization", "Relu", "Conv",
                                 "GroupNormalization", "Relu", "Conv"});
  CHECK(onnx.ops.back() == "Flatten");
  CHECK(onnx.graph.messages(1).back().text(2) == "scores");

  // The constants are every parameter, with its name and shape, and the two constants of the pixels.
  CHECK(onnx.constants.size() == network->state_dict().size() + 2);
  for (const auto& [name, tensor] : network->state_dict()) {
    CAPTURE(name);
    CHECK(onnx.constants.at(name) == std::vector(tensor.shape().begin(), tensor.shape().end()));
  }
  CHECK(onnx.constants.at("images.mean") == std::vector<std::int64_t>{3, 1, 1});

  const ProtobufReader norm = onnx.node("C5.norm");
  CHECK(ints_of(norm, "num_groups") == std::vector<std::int64_t>{8});
  CHECK(norm.all(1).size() == 3);
  CHECK(norm.all(1)[0].bytes == "C5.conv");
  CHECK(norm.all(1)[1].bytes == "C5.norm.weight");
  CHECK(norm.all(1)[2].bytes == "C5.norm.bias");
  CHECK(ints_of(onnx.node("C5.conv"), "pads") == std::vector<std::int64_t>{1, 1, 1, 1});
}

TEST_CASE("every norm becomes its node, in the oldest operator set that has it", "[onnx]") {
  struct Case {
    Norm norm;
    std::string op;
    std::int64_t opset;
  };
  for (const auto& [norm, op, opset] : {Case{Norm::none, "Relu", 17},
                                        {Norm::bn, "BatchNormalization", 17},
                                        {Norm::ln, "GroupNormalization", 21},
                                        {Norm::gn, "GroupNormalization", 21},
                                        {Norm::ln_chw, "LayerNormalization", 17},
                                        {Norm::ln_pixel, "LayerNormalization", 17},
                                        {Norm::in, "InstanceNormalization", 17},
                                        {Norm::rms, "Sqrt", 17}}) {
    CAPTURE(name(norm));
    const Parsed onnx(to_onnx(*find_preset("c11-48096").network({.norm = norm}), description).bytes);
    CHECK(std::count(onnx.ops.begin(), onnx.ops.end(), op) == 8);
    CHECK(std::count(onnx.ops.begin(), onnx.ops.end(), "Transpose") == (norm == Norm::ln_pixel ? 16 : 0));
    CHECK(onnx.opset == opset);
    CHECK(onnx.ir_version == (opset == 21 ? 10 : 8));
  }
}

TEST_CASE("a layer that ONNX cannot express is refused with its name", "[onnx]") {
  class Odd : public Module {
   public:
    std::string type() const override { return "Odd"; }

   protected:
    Tensor forward(const Tensor& x) override { return x; }
  };
  const auto refusal = [](const std::shared_ptr<Module>& module) {
    const auto network = std::make_shared<Sequential>();
    network->add("C1", std::make_shared<Sequential>(std::vector{std::pair{std::string("x"), module}}));
    return text_thrown<Error>([&] { to_onnx(*network, description); });
  };
  using Catch::StartsWith;
  CHECK_THAT(refusal(std::make_shared<Odd>()), StartsWith("layer C1.x (Odd) has no row"));
  CHECK_THAT(refusal(std::make_shared<MaxPool2d>(3, PoolOptions{.ceil_mode = true})),
             StartsWith("layer C1.x (MaxPool2d): in ONNX, ceil_mode"));
  CHECK_THAT(refusal(std::make_shared<BatchNorm2d>(3, BatchNorm2dOptions{.track_running_stats = false})),
             StartsWith("layer C1.x (BatchNorm2d): ONNX has no batch norm without running statistics"));
  CHECK_THAT(refusal(std::make_shared<BatchNorm2d>(4)), StartsWith("layer C1.x (BatchNorm2d): takes images"));
}

TEST_CASE("norma_export refuses with one sentence and leaves no file", "[app][onnx]") {
  const TemporaryFolder folder;
  const fs::path run = folder / "run";
  REQUIRE(run_program({NORMA_CIFAR_NORM, "--data", "synthetic", "--limit-train", "8", "--limit-test", "8",
                       "--epochs", "1", "--norm", "none", "--out", run})
              .status == 0);
  const auto refused = [](std::vector<std::string> words, int status, const std::string& text) {
    words.insert(words.begin(), NORMA_EXPORT);
    const Finished finished = run_program(words);
    CAPTURE(finished.err);
    CHECK(finished.status == status);
    CHECK_THAT(finished.err, Catch::StartsWith("norma_export: ") && Catch::Contains(text));
    CHECK(std::count(finished.err.begin(), finished.err.end(), '\n') == 1);
  };
  refused({}, 2, "takes one run folder or model, not 0");
  refused({run}, 2, "--onnx FILE");
  refused({run, "--onyx", "x"}, 2, "did you mean --onnx?");
  refused({folder / "none", "--onnx", "x"}, 1, "there is no");
  refused({run / "config.json", "--onnx", "x"}, 1, "is not a safetensors file");
  refused({run, "--onnx", folder / "none" / "x.onnx"}, 1, "could not write");
  CHECK(run_program({NORMA_EXPORT, "--help"}).status == 0);

  const Finished written =
      run_program({NORMA_EXPORT, run / "model.safetensors", "--onnx", folder / "x.onnx"});
  CHECK(written.status == 0);
  CHECK_THAT(written.out, Catch::Contains("norma-49k · none · opset 17 · 29 nodes"));
  CHECK(Parsed(read_file(folder / "x.onnx")).metadata.at("classes").starts_with("[\"disc\","));
  for (const auto& entry : fs::directory_iterator(folder.path())) CHECK(entry.path().extension() != ".part");
}

TEST_CASE("norma_export folds batch norms into the weights and the ONNX file", "[app][onnx]") {
  const TemporaryFolder folder;
  const auto run = [&](const std::string& preset) {
    REQUIRE(run_program({NORMA_CIFAR_NORM, "--data", "synthetic", "--limit-train", "32", "--limit-test", "8",
                         "--batch-size", "16", "--epochs", "1", "--preset", preset, "--norm", "bn",
                         "--precision", "bf16", "--out", folder / preset})
                .status == 0);
    return run_program({NORMA_EXPORT, folder / preset, "--fold", "--data", "synthetic", "--onnx",
                        folder / "x.onnx", "--weights", folder / "x.safetensors"});
  };
  const Finished folded = run("c11-48096");
  INFO(folded.out << folded.err);
  REQUIRE(folded.status == 0);
  CHECK_THAT(folded.out, Catch::Contains("scores of 1000 images"));
  std::smatch difference;
  const std::regex number("1000 images: ([0-9.e-]+)");
  REQUIRE(std::regex_search(folded.out, difference, number));
  CHECK(std::stod(difference[1]) < 1e-4);  // products are exact, as in the ONNX file
  const auto ops = Parsed(read_file(folder / "x.onnx")).ops;
  CHECK(std::count(ops.begin(), ops.end(), "BatchNormalization") == 0);
  CHECK(std::count(ops.begin(), ops.end(), "Conv") == 11);
  const auto weights = load_safetensors(folder / "x.safetensors");
  CHECK(std::any_of(weights.begin(), weights.end(), [](const auto& t) { return t.name == "C1.conv.bias"; }));
  const Finished refused = run("norma-49k");  // its norms follow ReLU
  CHECK(refused.status == 1);
  CHECK_THAT(refused.err, Catch::Contains("C1.norm") && Catch::Contains("cannot be folded"));
}

TEST_CASE("predictions are a table of class, probability and scores", "[app][eval]") {
  const TemporaryFolder folder;
  write_predictions(folder / "p.csv", {"cat", "dog"}, Tensor::from(std::vector<std::int64_t>{1, 1, 0}, {3}),
                    {0, 0.1f, 3, -1, 1e-9f, 0});
  CHECK(read_file(folder / "p.csv") ==
        "index,label,class,probability,cat,dog\n"
        "0,dog,dog,0.524979,0,0.100000001\n"
        "1,dog,cat,0.982014,3,-1\n"
        "2,cat,cat,0.500000,9.99999972e-10,0\n");
}

TEST_CASE("ONNX Runtime gives the same results for every layer", "[onnx][python]") {
  const std::string python = python_with("onnxruntime, numpy");
  if (python.empty()) {
    std::cout << no_python_with("onnxruntime, numpy") << "\n";
    return;
  }
  const TemporaryFolder folder;
  manual_seed(1);
  const auto network = one_of_each();
  make_random(*network, 1);
  const Dataset images = make_synthetic(1, 1, 50).test;
  const OnnxModel onnx = to_onnx(*network, description);
  CHECK(onnx.opset == 21);
  std::vector<float> scores;
  evaluate(*network, images, cifar10_normalization, 50, "testing",
           [&](const Tensor& batch) { scores = batch.to_vector<float>(); });
  write_predictions(folder / "predictions.csv", ten_classes, images.labels, scores);
  write_file(folder / "model.onnx", onnx.bytes);
  save_images(folder.path(), images);
  const auto result = check_in_onnxruntime(python, {folder.path()})[0];
  CHECK(result.at("images") == 50);
  CHECK(result.at("same_class") == 50);
  CHECK(result.at("largest_score") > 0.1);
  CHECK(result.at("largest_difference") < 1e-4);
}

TEST_CASE("ONNX Runtime gives the same class for 1,000 test images, whatever the norm",
          "[app][onnx][python]") {
  const std::string python = python_with("onnxruntime, numpy");
  if (python.empty()) {
    std::cout << no_python_with("onnxruntime, numpy") << "\n";
    return;
  }
  const auto finishes = [](const std::vector<std::string>& argv) {
    const Finished finished = run_program(argv);
    INFO(finished.out << finished.err);
    REQUIRE(finished.status == 0);
  };
  const TemporaryFolder folder;
  const DataSplit data = real_or_synthetic();
  const Dataset images = first_images(data.test, 1000);
  const std::string source = data.name == "synthetic" ? "synthetic" : std::getenv("NORMA_DATA");
  std::vector<fs::path> runs;
  for (const std::string& norm : norm_names()) {
    const fs::path run = folder / norm;
    finishes({NORMA_CIFAR_NORM, "--norm", norm, "--data", source, "--limit-train", "256", "--limit-test", "1",
              "--epochs", "2", "--batch-size", "32", "--lr", "0.002", "--out", run});
    tell_images_apart(run, images);
    finishes({NORMA_CIFAR_NORM, "eval", run, "--data", source, "--limit-test", "1000", "--device", "cpu",
              "--predictions", run / "predictions.csv"});
    finishes({NORMA_EXPORT, run, "--onnx", run / "model.onnx"});
    save_images(run, images);
    runs.push_back(run);
  }
  const auto results = check_in_onnxruntime(python, runs);
  REQUIRE(results.size() == norm_names().size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    CAPTURE(norm_names()[i], results[i].dump());
    CHECK(results[i].at("images") == 1000);
    CHECK(results[i].at("same_class") == 1000);
    CHECK(results[i].at("different_classes") >= 5);
    CHECK(results[i].at("largest_difference") < 1e-4);
    CHECK(results[i].at("largest_difference") < 1e-4 * results[i].at("largest_score").get<double>());
  }
}
