#include "optim/norm_statistics.h"
#include "optim/run/norm_statistics_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/cli/options.h"
#include "core/json_lines.h"
#include "core/random.h"
#include "data/synthetic.h"
#include "optim/presets.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"

using namespace norma;

namespace {

TrainingData synthetic_data(std::int64_t train) {
  DataSplit split = make_synthetic(1, train, 10);
  return {split.train, split.test, {}, cifar10_normalization};
}

// Made as in a training run.
NormProbe probe_of(Options options, const TrainingData& data) {
  options.network.dropout = 0;
  return NormProbe(make_network(options), data, options.recipe);
}

Options small_run(Norm norm) {
  Options options;
  options.preset = "c11-48096";
  options.network = {.norm = norm, .groups = {}, .dropout = 0.1};
  options.recipe.batch_size = 16;
  return options;
}

bool same(const ImageStatistics& a, const ImageStatistics& b) {
  return a.mean == b.mean && a.variance == b.variance && a.channel_spread == b.channel_spread &&
         a.image_spread == b.image_spread;
}

}  // namespace

TEST_CASE("statistics of images follow their definition", "[norm_statistics]") {
  // Two images of two channels of two pixels; the means of the planes are 2, 10; 4, 20.
  const Tensor images = Tensor::from<float>({1, 3, 10, 10, 4, 4, 15, 25}, {2, 2, 1, 2});
  const ImageStatistics s = statistics_of(images);
  CHECK(s.mean == Approx(9));
  CHECK(s.variance == Approx((64 + 36 + 1 + 1 + 25 + 25 + 36 + 256) / 8.0));
  CHECK(s.channel_spread == Approx(6));  // 3 and 15
  CHECK(s.image_spread == Approx(3));    // 6 and 12
}

TEST_CASE("a norm removes the statistics that its definition names, and the probe shows it",
          "[norm_statistics]") {
  const TrainingData data = synthetic_data(64);
  for (const Norm norm : {Norm::bn, Norm::gn, Norm::ln, Norm::ln_chw, Norm::in}) {
    CAPTURE(name(norm));
    const Options options = small_run(norm);
    manual_seed(1);
    const auto network = make_network(options);
    const NormStatistics statistics = probe_of(options, data).look(*network, 0);
    CHECK(statistics.images == 16);
    REQUIRE(statistics.layers.size() == 8);
    for (const LayerStatistics& layer : statistics.layers) {
      CAPTURE(layer.layer);
      REQUIRE(layer.y);
      CHECK(layer.x.channel_spread > 0.01);
      CHECK(layer.x.image_spread > 0.001);
      // Weights are 1 and biases 0 before training.
      CHECK(std::abs(layer.y->mean) < 1e-4);
      CHECK(layer.y->variance == Approx(1).margin(0.02));
      if (norm == Norm::bn || norm == Norm::in) CHECK(layer.y->channel_spread < 1e-5);
      if (norm != Norm::bn) CHECK(layer.y->image_spread < 1e-5);
      if (norm == Norm::bn) CHECK(layer.y->image_spread > 0.01);
      if (norm == Norm::gn || norm == Norm::ln) CHECK(layer.y->channel_spread > 0.01);
      REQUIRE(layer.parameters.size() == 3);
      CHECK(layer.parameters[0].name == layer.layer.substr(0, layer.layer.rfind('.')) + ".conv.weight");
      CHECK(layer.parameters[1].name == layer.layer + ".weight");
      CHECK(layer.parameters[2].length == 0);
      for (const ParameterStatistics& p : layer.parameters) CHECK(p.gradient > 0);
    }
  }
}

TEST_CASE("lengths of gradients are those of the gradients of the loss", "[norm_statistics]") {
  const TrainingData data = synthetic_data(16);
  Options options = small_run(Norm::gn);
  options.recipe.lr = 0.001;
  options.recipe.momentum = 0;
  options.network.dropout = 0.0;
  manual_seed(1);
  const auto network = make_network(options);
  const auto parameter = [&](const std::string& name) {
    for (const NamedTensor& p : network->named_parameters())
      if (p.name == name) return p.tensor.to_vector<double>();
    throw std::runtime_error("no " + name);
  };
  NormProbe probe = probe_of(options, data);
  const ParameterStatistics before = probe.look(*network, 0).layers.at(3).parameters.at(0);
  const std::vector<double> old = parameter(before.name);
  Trainer(network, data, options.recipe).run_epoch([](const StepReport&) {
    return true;
  });  // one step: w −= lr·dw
  const std::vector<double> now = parameter(before.name);
  double length = 0, moved = 0;
  for (std::size_t i = 0; i < old.size(); ++i) {
    length += old[i] * old[i];
    moved += (now[i] - old[i]) * (now[i] - old[i]);
  }
  CHECK(before.length == Approx(std::sqrt(length)));
  CHECK(before.gradient == Approx(std::sqrt(moved) / options.recipe.lr).epsilon(1e-3));
}

TEST_CASE("without norms the probe measures the outputs of the convolutions", "[norm_statistics]") {
  const Options options = small_run(Norm::none);
  const NormStatistics s = probe_of(options, synthetic_data(16)).look(*make_network(options), 3);
  CHECK(s.epoch == 3);
  REQUIRE(!s.layers.empty());
  for (const LayerStatistics& layer : s.layers) {
    CHECK(layer.type == "Conv2d");
    CHECK(!layer.y);
    CHECK(layer.x.variance > 0);
  }
}

TEST_CASE("the probe changes no bit of the training", "[norm_statistics][training]") {
  const TrainingData data = synthetic_data(test::sanitized ? 16 : 80);
  for (const Norm norm : {Norm::bn, Norm::gn, Norm::none}) {
    CAPTURE(name(norm));
    const auto train = [&](bool looks) {
      const Options options = small_run(norm);
      manual_seed(3);
      const auto network = make_network(options);
      Trainer trainer(network, data, options.recipe);
      std::optional<NormProbe> probe;
      if (looks) probe.emplace(probe_of(options, data));
      std::vector<double> all;
      for (int epoch = 1; epoch <= 2; ++epoch) {
        if (probe) probe->look(*network, epoch);
        all.push_back(trainer.run_epoch([](const StepReport&) { return true; }).test.loss);
      }
      for (const NamedTensor& t : network->state_dict())
        for (const double v : t.tensor.to_vector<double>()) all.push_back(v);
      return all;
    };
    CHECK(train(true) == train(false));
  }
}

TEST_CASE("statistics go through JSON and back", "[norm_statistics]") {
  const Options options = small_run(Norm::gn);
  const NormStatistics s = probe_of(options, synthetic_data(16)).look(*make_network(options), 2);
  const auto back_from = [](const nlohmann::ordered_json& line) {
    const auto parsed = parse_json<nlohmann::ordered_json>(line.dump(), "a line");
    return norm_statistics_from(JsonLine(parsed, "a line"));
  };
  const NormStatistics back = back_from(json_of(s));
  CHECK(json_of(back) == json_of(s));
  CHECK(same(back.layers.at(1).x, s.layers.at(1).x));
  nlohmann::ordered_json line = json_of(s);
  line["layers"][0]["x"]["mean"] = nullptr;  // JSON's null stands for a value that is not finite
  CHECK(std::isnan(back_from(line).layers[0].x.mean));
}

TEST_CASE("the largest contrast of two networks names layer, statistic and both values", "[statistics]") {
  const auto layer = [](const std::string& name, double channels, double images) {
    LayerStatistics of{.layer = name, .type = "Norm", .parameters = {}};
    of.y = ImageStatistics{.mean = 0, .variance = 4, .channel_spread = channels, .image_spread = images};
    return of;
  };
  const NormStatistics bn{1, 64, {layer("C1.norm", 0.02, 0.6), layer("C2.norm", 0.04, 0.4)}},
      gn{1, 64, {layer("C1.norm", 0.04, 0.5), layer("C2.norm", 1.2, 0.4)}};
  CHECK(largest_contrast(bn, "bn", gn, "gn") ==
        "C2.norm: the channels’ means spread by 0.02 of the deviation after bn, and by 0.6 after gn");
  CHECK(largest_contrast(bn, "bn", {1, 64, {layer("other", 1, 1)}}, "gn") == "");
}
