#include "layers/module.h"

#include <cmath>
#include <filesystem>
#include <fstream>

#include "core/random.h"
#include "layers/batch_norm.h"
#include "layers/conv2d.h"
#include "layers/flatten.h"
#include "layers/linear.h"
#include "layers/pool.h"
#include "layers/relu.h"
#include "layers/residual.h"
#include "layers/safetensors.h"
#include "layers/sequential.h"
#include "layers/summary.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;
using namespace norma::test;

namespace {

std::shared_ptr<Sequential> small_network() {
  auto block = std::make_shared<Sequential>(std::vector<std::pair<std::string, std::shared_ptr<Module>>>{
      {"conv", std::make_shared<Conv2d>(3, 4, 3, Conv2dOptions{.padding = 1})},
      {"norm", std::make_shared<BatchNorm2d>(4)}});
  auto body = std::make_shared<Conv2d>(4, 4, 1, Conv2dOptions{.bias = false});
  return std::make_shared<Sequential>(std::vector<std::pair<std::string, std::shared_ptr<Module>>>{
      {"C1", block},
      {"res", std::make_shared<Residual>(body)},
      {"pool", std::make_shared<MaxPool2d>(2)},
      {"gap", std::make_shared<AdaptiveAvgPool2d>()},
      {"flat", std::make_shared<Flatten>()},
      {"fc", std::make_shared<Linear>(4, 10)}});
}

std::vector<std::string> names(const std::vector<NamedTensor>& tensors) {
  std::vector<std::string> all;
  for (const auto& t : tensors) all.push_back(t.name);
  return all;
}

}  // namespace

TEST_CASE("parameters and buffers have PyTorch's names, in its order", "[module]") {
  const auto net = small_network();
  CHECK(names(net->state_dict()) ==
        std::vector<std::string>{"C1.conv.weight", "C1.conv.bias", "C1.norm.weight", "C1.norm.bias",
                                 "C1.norm.running_mean", "C1.norm.running_var", "C1.norm.num_batches_tracked",
                                 "res.body.weight", "fc.weight", "fc.bias"});
  CHECK(names(net->named_parameters()).size() == 7);
}

TEST_CASE("a parameter that occurs twice counts once", "[module]") {
  const auto shared = std::make_shared<Linear>(3, 3);
  Sequential net({shared, std::make_shared<ReLU>(), shared});
  CHECK(net.parameters().size() == 2);
}

TEST_CASE("initialisation is uniform in ±1/√fan_in and depends only on the seed", "[module]") {
  const auto weights = [](std::uint64_t seed) {
    manual_seed(seed);
    return Conv2d(16, 32, 3).weight.to_vector<float>();
  };
  const auto w = weights(3);
  CHECK(weights(3) == w);
  CHECK(weights(4) != w);
  const double bound = 1 / std::sqrt(16 * 9.0);
  double sum = 0, squares = 0, largest = 0;
  for (const double v : w) sum += v, squares += v * v, largest = std::max(largest, std::abs(v));
  const double n = static_cast<double>(w.size());
  CHECK(largest <= bound);
  CHECK(largest > 0.99 * bound);
  CHECK(std::abs(sum / n) < 0.05 * bound);
  CHECK(std::sqrt(squares / n) == Approx(bound / std::sqrt(3)).epsilon(0.03));
}

TEST_CASE("a convolution with groups and dilation has PyTorch's weights and description",
          "[module][conv2d]") {
  const Conv2d conv(8, 12, {3, 2}, {.padding = 2, .dilation = {2, 3}, .groups = 4});
  CHECK(conv.weight.shape() == Shape{12, 2, 3, 2});
  CHECK(conv.description() ==
        "Conv2d(8, 12, kernel_size=(3, 2), stride=(1, 1), padding=(2, 2), dilation=(2, 3), groups=4)");
  CHECK(conv.window().kernel == Size2(5, 4));
  CHECK(conv.multiply_adds({1, 8, 9, 9}, {1, 12, 9, 10}) == 12 * 9 * 10 * 2 * 3 * 2);
  CHECK_THROWS_WITH(Conv2d(8, 12, 3, {.groups = 3}), Catch::Contains("divides its 8 and 12 channels"));
  const Tensor x = Tensor::zeros({1, 8, 4, 4});
  CHECK_THROWS_WITH(functional::conv2d(x, Tensor::zeros({12, 2, 3, 3}), {}, 1, 0, 1, 3),
                    Catch::Contains("3 groups takes 6 input channels"));
  CHECK_THROWS_WITH(functional::conv2d(x, Tensor::zeros({12, 2, 3, 3}), {}, 1, 0, 1, 5),
                    Catch::Contains("divides its 12 output channels"));
  CHECK_THROWS_WITH(functional::conv2d(x, Tensor::zeros({12, 8, 3, 3}), {}, 1, 0, 2),
                    Catch::Contains("dilated to 5×5, does not fit"));
  CHECK_THROWS_WITH(functional::conv2d(x, Tensor::zeros({12, 8, 3, 3}), {}, 1, 0, 0),
                    Catch::Contains("a dilation from 1"));
}

TEST_CASE("conversion keeps matching tensors, frozen parameters and shared parameters", "[module]") {
  const auto shared = std::make_shared<Linear>(3, 3);
  Sequential net({shared, std::make_shared<Linear>(3, 3), shared});
  const Tensor before = net.parameters()[0];
  net.to(Device::cpu);
  net.to(DType::float32);
  CHECK(net.parameters()[0].gradient_state() == before.gradient_state());
  net.parameters()[2].set_requires_grad(false);
  net.to(DType::float64);
  CHECK(net.parameters().size() == 4);
  CHECK(net.parameters()[0].dtype() == DType::float64);
  CHECK(net.parameters()[0].requires_grad());
  CHECK(!net.parameters()[2].requires_grad());
}

TEST_CASE("an error names the layer that it comes from", "[module]") {
  const auto net = small_network();
  CHECK_THROWS_WITH((*net)(Tensor::zeros({1, 5, 8, 8})), Catch::StartsWith("layer C1.conv (Conv2d): "));
}

TEST_CASE("a module whose parent was destroyed is a root", "[module]") {
  using Named = std::vector<std::pair<std::string, std::shared_ptr<Module>>>;
  const auto layer = std::make_shared<Linear>(3, 3);
  auto block = std::make_shared<Sequential>(Named{{"fc", layer}});
  {
    const Sequential net(Named{{"head", block}});
    CHECK(layer->path() == "head.fc");
  }
  CHECK(layer->path() == "fc");
  CHECK_THROWS_WITH((*layer)(Tensor::zeros({1, 5})), Catch::StartsWith("layer fc (Linear): "));

  // The destroyed parent is not always the layer's newest parent.
  const auto newer = std::make_shared<Sequential>(Named{{"last", layer}});
  block.reset();
  CHECK(layer->path() == "last");
}

TEST_CASE("errors of a module without parents name its type", "[module]") {
  const auto layer = std::make_shared<Linear>(3, 3);
  std::make_shared<Sequential>(std::vector<std::shared_ptr<Module>>{layer}).reset();
  CHECK(layer->path() == "");
  CHECK_THROWS_WITH((*layer)(Tensor::zeros({1, 5})), Catch::StartsWith("layer Linear: "));
}

TEST_CASE("a state is loaded completely or not at all", "[module]") {
  const auto a = small_network(), b = small_network();
  b->load_state_dict(a->state_dict());
  const Tensor x = random_tensor({2, 3, 8, 8}, 1).to(DType::float32);
  CHECK((*a)(x).to_vector<float>() == (*b)(x).to_vector<float>());

  auto state = a->state_dict();
  const auto before = b->parameters()[0].to_vector<float>();
  state[0].tensor = Tensor::full(state[0].tensor.shape(), 9);
  state.back().tensor = Tensor::zeros({3});
  CHECK_THROWS_WITH(b->load_state_dict(state), Catch::Contains("fc.bias"));
  CHECK(b->parameters()[0].to_vector<float>() == before);
  state.back() = {"other", Tensor::zeros({1})};
  CHECK_THROWS_WITH(b->load_state_dict(state), Catch::Contains("other"));
  state.pop_back();
  CHECK_THROWS_WITH(b->load_state_dict(state), Catch::Contains("has no fc.bias"));
}

TEST_CASE("safetensors files are read as they were written", "[safetensors]") {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / fmt::format("norma-{}.safetensors", getpid());
  const std::vector<NamedTensor> tensors = {{"a.weight", random_tensor({2, 3}, 1).to(DType::float32)},
                                            {"b", random_tensor({5}, 2)},
                                            {"steps", Tensor::full({}, 41, DType::int64)},
                                            {"pixels", Tensor::from<std::uint8_t>({1, 2, 255}, {3})},
                                            {"none", Tensor::zeros({0, 4})}};
  save_safetensors(file, tensors, {{"data", "synthetic"}});
  Metadata metadata;
  const auto back = load_safetensors(file, &metadata);
  REQUIRE(back.size() == tensors.size());
  for (const NamedTensor& want : tensors) {
    const auto got =
        std::find_if(back.begin(), back.end(), [&](const auto& t) { return t.name == want.name; });
    REQUIRE(got != back.end());
    CHECK(got->tensor.dtype() == want.tensor.dtype());
    CHECK(got->tensor.shape() == want.tensor.shape());
    CHECK(got->tensor.to_vector<double>() == want.tensor.to_vector<double>());
  }
  CHECK(metadata.at("data") == "synthetic");

  std::ifstream in(file, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), {});
  for (const std::size_t length : {std::size_t{0}, std::size_t{7}, std::size_t{30}, whole.size() - 1}) {
    std::ofstream(file, std::ios::binary) << whole.substr(0, length);
    CHECK_THROWS_WITH(load_safetensors(file), Catch::Contains("is not a safetensors file"));
  }
  std::filesystem::remove(file);
  CHECK_THROWS_WITH(load_safetensors(file), Catch::Contains("could not read"));
  CHECK_THROWS_WITH(save_safetensors("/nonexistent/x", tensors), Catch::Contains("could not write"));
}

TEST_CASE("the summary counts as torchsummary does", "[summary]") {
  const auto net = small_network();
  const Summary summary = summarize(*net, {3, 8, 8});
  CHECK(summary.parameters == 3 * 4 * 9 + 4 + 8 + 16 + 50);
  std::vector<std::string> rows;
  for (const LayerRow& row : summary.layers) rows.push_back(row.name);
  CHECK(rows == std::vector<std::string>{"Conv2d-1", "BatchNorm2d-2", "Conv2d-3", "Residual-4", "MaxPool2d-5",
                                         "AdaptiveAvgPool2d-6", "Flatten-7", "Linear-8"});
  CHECK(summary.layers[0].receptive_field == 3);
  CHECK(summary.layers[4].receptive_field == 4);
  CHECK(summary.layers[5].receptive_field == 4 + 3 * 2);
  CHECK(summary.multiply_adds() == 64 * 4 * 27 + 64 * 4 * 4 + 40);
  CHECK_THAT(summary.to_string(), Catch::Contains("[-1, 4, 8, 8]") && Catch::Contains("Total params: 186") &&
                                      Catch::Contains("Estimated Total Size (MB)"));
  CHECK(net->is_training());
  CHECK(with_commas(1234567) == "1,234,567");
  CHECK(with_commas(-123) == "-123");
}
