// Training steps as graphs: recorded once, repeated with the same bits as steps that are done one by one.
#include "optim/step_graphs.h"

#include "core/device_memory.h"
#include "core/random.h"
#include "core/storage.h"
#include "layers/conv2d.h"
#include "layers/dropout.h"
#include "layers/flatten.h"
#include "layers/linear.h"
#include "layers/pool.h"
#include "layers/relu.h"
#include "layers/sequential.h"
#include "optim/trainer.h"
#include "tests/data/temporary_folder.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"
#include "tests/support/device.h"
#include "tests/support/norms.h"

using namespace norma;
using namespace norma::test;

namespace {

// So many images of 8 × 8 pixels on a device.
TrainingData images(std::int64_t count, Device device) {
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(count * 3 * 64));
  std::vector<std::int64_t> labels(static_cast<std::size_t>(count));
  const RandomSequence random{5};
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(random.word(i));
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::int64_t>(i % 4);
  const Dataset all{Tensor::from(pixels, {count, 3, 8, 8}).to(device),
                    Tensor::from(labels, {count}).to(device)};
  return {all, all, all, cifar10_normalization};
}

std::shared_ptr<Sequential> network_with(Norm norm) {
  manual_seed(2);
  std::vector<std::shared_ptr<Module>> layers = {
      std::make_shared<Conv2d>(3, 8, 3, Conv2dOptions{.padding = 1, .standardize = true})};
  if (norm != Norm::none) layers.push_back(row_of(norm).make({8, 8, 8, 2}));
  for (const std::shared_ptr<Module>& layer : {std::shared_ptr<Module>(std::make_shared<ReLU>()),
                                               std::shared_ptr<Module>(std::make_shared<Dropout2d>(0.3)),
                                               std::shared_ptr<Module>(std::make_shared<MaxPool2d>(2)),
                                               std::shared_ptr<Module>(std::make_shared<Flatten>()),
                                               std::shared_ptr<Module>(std::make_shared<Dropout>(0.2)),
                                               std::shared_ptr<Module>(std::make_shared<Linear>(128, 4))})
    layers.push_back(layer);
  return std::make_shared<Sequential>(layers);
}

Recipe recipe_with(const std::string& optimizer) {
  Recipe recipe;
  recipe.epochs = 4;
  recipe.batch_size = 4;
  recipe.optimizer = optimizer;
  recipe.lr = 0.01;
  recipe.weight_decay = 1e-3;
  recipe.l1 = 1e-5;
  recipe.scheduler = {.kind = "onecycle"};
  recipe.label_smoothing = 0.1;
  recipe.augmentation = {.flip = true, .crop = 1, .rotate = 10};
  return recipe;
}

// All numbers after four epochs of five steps, the last of one epoch shorter than the others.
std::vector<double> train(Norm norm, const std::string& optimizer, Device device, bool graphs) {
  const auto network = network_with(norm);
  Trainer trainer(network, images(18, device), recipe_with(optimizer));
  trainer.use_graphs(graphs);
  std::vector<double> numbers;
  for (int epoch = 0; epoch < 4; ++epoch) {
    const EpochResult result = trainer.run_epoch();
    for (const Score& score : {result.train, result.test, *result.validation})
      numbers.insert(numbers.end(), {score.loss, score.accuracy});
  }
  for (const auto& [name, tensor] : trainer.state_dict())
    if (name != "progress")  // it has seconds
      for (const double v : tensor.to_vector<double>()) numbers.push_back(v);
  for (const float v : trainer.test_scores()) numbers.push_back(v);
  return numbers;
}

// A layer that reads a number in its forward pass, which a graph cannot.
class Reader : public Module {
 public:
  std::string type() const override { return "Reader"; }

 protected:
  Tensor forward(const Tensor& x) override {
    x.to_vector<float>();
    return x;
  }
};

}  // namespace

TEST_CASE("steps that a graph repeats have the bits of steps one by one, with every norm",
          "[graph][operation]") {
  const Device device = chosen_device().value_or(Device::simt);
  if (on_host(device)) return;
  for (const Norm norm : all_norms_and_none())
    for (const std::string optimizer : {"sgd", "adamw"}) {
      CAPTURE(name(norm), optimizer);
      CHECK(train(norm, optimizer, device, true) == train(norm, optimizer, device, false));
    }
}

TEST_CASE("a training by graphs stops and goes on from its state with the same bits", "[graph]") {
  const auto weights = [](Trainer& trainer) {
    std::vector<double> numbers;
    for (const auto& [name, tensor] : trainer.state_dict())
      if (name != "progress")
        for (const double v : tensor.to_vector<double>()) numbers.push_back(v);
    return numbers;
  };
  Trainer whole(network_with(Norm::bn), images(18, Device::simt), recipe_with("adam"));
  State saved;
  for (int epoch = 0; epoch < 4; ++epoch)
    whole.run_epoch([&](const StepReport& step) {
      if (step.epoch == 2 && step.step == 3)
        for (const auto& [name, tensor] : whole.state_dict()) saved.push_back({name, tensor.clone()});
      return true;
    });
  Trainer rest(network_with(Norm::bn), images(18, Device::simt), recipe_with("adam"));
  rest.load_state_dict(saved);
  while (rest.finished_epochs() < 4) rest.run_epoch();
  CHECK(weights(rest) == weights(whole));
}

TEST_CASE("after the first steps a training copies nothing to a device and asks for no memory", "[graph]") {
  if (sanitized) return;  // the pool does not reuse blocks there
  Trainer trainer(network_with(Norm::gn), images(40, Device::simt), recipe_with("sgd"));
  std::vector<BusTraffic> traffic;
  std::vector<std::uint64_t> allocations;
  trainer.run_epoch([&](const StepReport&) {
    traffic.push_back(bus_traffic(Device::simt));
    allocations.push_back(memory_statistics(Device::simt).system_calls);
    return true;
  });
  REQUIRE(traffic.size() == 10);
  for (std::size_t step = 3; step < 10; ++step) {
    CAPTURE(step);
    CHECK(traffic[step].copies_in == traffic[2].copies_in);
    CHECK(traffic[step].copies_out == traffic[2].copies_out);
    CHECK(allocations[step] == allocations[2]);
  }
}

TEST_CASE("what a graph cannot repeat is refused with the name of the layer", "[graph]") {
  const auto network = network_with(Norm::bn);
  auto layers =
      std::make_shared<Sequential>(std::vector<std::shared_ptr<Module>>{std::make_shared<Reader>(), network});
  Trainer trainer(layers, images(18, Device::simt), recipe_with("sgd"));
  const std::string error = text_thrown<Error>([&] { trainer.run_epoch(); });
  CHECK_THAT(error, Catch::Contains("layer 0 (Reader)"));
  CHECK_THAT(error,
             Catch::Contains("a graph cannot be recorded that copies") && Catch::Contains("to the host"));
}

TEST_CASE("a graph repeats its work, and keeps its memory for itself", "[graph]") {
  DeviceGraph graph(Device::simt);
  CHECK_THROWS_WITH(graph.replay(), Catch::Contains("was not recorded"));
  Tensor x = Tensor::full({1000}, 1, DType::float32, Device::simt);
  const auto twice = [&] { x.copy_from(Tensor::full({1000}, 7, DType::float32, Device::simt)); };
  graph.rehearse(twice);
  CHECK(x.to_vector<float>() == std::vector<float>(1000, 7));
  x.copy_from(Tensor::full({1000}, 1, DType::float32));
  graph.record(twice);
  CHECK(graph.size() == 2);
  CHECK(x.to_vector<float>() == std::vector<float>(1000, 1));
  std::vector<Tensor> others;  // none of them gets the memory of the graph
  for (int i = 0; i < 5; ++i) others.push_back(Tensor::full({1000}, 3, DType::float32, Device::simt));
  graph.replay();
  CHECK(x.to_vector<float>() == std::vector<float>(1000, 7));
  for (const Tensor& other : others) CHECK(other.to_vector<float>() == std::vector<float>(1000, 3));
  if (!sanitized)
    CHECK_THROWS_WITH(graph.record([] { Tensor::full({12345}, 1, DType::float32, Device::simt); }),
                      Catch::Contains("asks the system for memory"));
  CHECK_THROWS_WITH(DeviceGraph(Device::cpu), Catch::Contains("has no graphs"));
}
