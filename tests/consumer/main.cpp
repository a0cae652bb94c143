// A whole training with the installed library: data, network, training, evaluation, weights, ONNX.
//
//   consumer            trains on CIFAR-10, from ~/.cache/norma or downloaded
//   consumer DATA N     trains and tests on the first N images of a folder, or built-in images ("synthetic")
#include <norma/core/random.h>
#include <norma/core/save_file.h>
#include <norma/data/find_data.h>
#include <norma/layers/export/onnx.h>
#include <norma/layers/safetensors.h>
#include <norma/optim/presets.h>
#include <norma/optim/trainer.h>

#include <cstdio>

using namespace norma;

int main(int argc, char** argv) try {
  const KnownDataSet& set = cifar10_data;
  const DataChoice choice = find_data({.set = set, .data = argc > 1 ? argv[1] : ""});
  const DataSplit images = load_data(set, choice.folder);
  const std::int64_t count = argc > 2 ? std::atoll(argv[2]) : images.train.labels.numel();

  manual_seed(1);
  const auto network = NetworkBuilder({.norm = Norm::gn, .groups = 4}, set.image, {.relu_first = true})
                           .block("C1", 16, {.padding = 1})
                           .max_pool("P1", 2)
                           .block("C2", 32, {.padding = 1})
                           .global_avg_pool("GAP")
                           .classifier("c3")
                           .flatten("flat")
                           .build();
  const TrainingData data{
      first_images(images.train, count), first_images(images.test, count), {}, set.normalization};
  const Recipe recipe{.epochs = 3, .batch_size = 32, .lr = 0.1, .scheduler = {.kind = "onecycle"}};
  Trainer trainer(network, data, recipe);
  for (int epoch = 1; epoch <= recipe.epochs; ++epoch) {
    const EpochResult result = trainer.run_epoch();
    std::printf("epoch %d  train loss %.4f  test accuracy %.2f %%\n", epoch, result.train.loss,
                result.test.accuracy);
  }
  const Score score = evaluate(*network, data.test, data.normalization, 32);
  save_safetensors("model.safetensors", network->state_dict());
  const Normalization& pixels = data.normalization;
  save_file("model.onnx",
            to_onnx(*network, {"two-blocks", set.image, pixels.mean, pixels.std, images.classes}).bytes);
  std::printf("test loss %.4f, accuracy %.2f %%: model.safetensors, model.onnx\n", score.loss,
              score.accuracy);
} catch (const std::exception& e) {
  std::fprintf(stderr, "consumer: %s\n", e.what());
  return 1;
}
