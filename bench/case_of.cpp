// Makes a case from an example of kernels/measure/examples.h: its texts and its effort.
#include <algorithm>

#include "bench/sizes.h"

namespace norma {
namespace {

enum class Words { image, norm, convolution, convolution_norm, pool, linear, rows, count };

struct Kind {
  const char* operation;  // without its direction; "_norm" is every other name with it
  Words words;
  double effort;  // inner-loop iterations of the reference per element; 0: the number of multiplications
};

constexpr Kind kinds[] = {{"conv2d_norm", Words::convolution_norm, 0},
                          {"conv2d", Words::convolution, 0},
                          {"linear", Words::linear, 0},
                          {"max_pool2d", Words::pool, 1},
                          {"avg_pool2d", Words::pool, 1},
                          {"global_avg_pool", Words::image, 1},
                          {"_norm", Words::norm, 5},
                          {"relu", Words::image, 1},
                          {"add", Words::image, 1},
                          {"dropout", Words::image, 4},
                          {"unary", Words::image, 4},
                          {"combine", Words::image, 1},
                          {"sum", Words::image, 1},
                          {"load_images", Words::image, 4},
                          {"begin_step", Words::rows, 1},
                          {"keep_score", Words::rows, 1},
                          {"log_softmax", Words::rows, 4},
                          {"nll_loss", Words::rows, 4},
                          {"correct_count", Words::rows, 4},
                          {"fill", Words::count, 2},
                          {"abs_sum", Words::count, 2},
                          {"sgd_step", Words::count, 2},
                          {"adam_step", Words::count, 2}};

const Kind& kind_of(const std::string& operation) {
  const std::string name = operation.substr(
      0, std::min({operation.find("_forward"), operation.find("_backward"), operation.find("_gather")}));
  const auto* const found = std::find_if(std::begin(kinds), std::end(kinds), [&](const Kind& kind) {
    return name == kind.operation ||
           (kind.operation[0] == '_' && name.find(kind.operation) != std::string::npos);
  });
  if (found == std::end(kinds)) fail("bench/case_of.cpp has no text for {}", operation);
  return *found;
}

// "128×32×8×8 → 32, 3×3"
std::string size_text(const std::string& operation, Words words, const ExampleSetting& s) {
  const auto& [n, c, h, w] = *s.shape;
  if (words == Words::count) return fmt::format("{}", c);
  if (words == Words::rows) return fmt::format("{}×{}", n, c);
  if (words == Words::linear) return fmt::format("{}×{} → {}", n, c, *s.out_channels);
  const std::string images = fmt::format("{}×{}×{}×{}", n, c, h, w);
  const auto convolution = [&] {
    const std::string groups = s.conv_groups > 1 ? fmt::format(" in {} groups", s.conv_groups) : "";
    return fmt::format("{} → {}{}, {}×{}", images, *s.out_channels, groups, *s.kernel, *s.kernel);
  };
  if (words == Words::convolution) return convolution();
  if (words == Words::convolution_norm) return fmt::format("{}, G={}", convolution(), s.groups);
  if (words == Words::pool) return fmt::format("{}, {}×{}", images, *s.kernel, *s.kernel);
  if (!operation.starts_with("group_norm")) return images;
  return s.groups == 1 ? images + ", 1 group" : fmt::format("{}, {} groups", images, s.groups);
}

// "conv2d_forward n=128 c=32 …", for peers/operations.py
std::string peer_text(const std::string& operation, Words words, const ExampleSetting& s) {
  const auto& [n, c, h, w] = *s.shape;
  if (operation == "load_images" || operation == "max_pool2d_gather" || operation == "begin_step" ||
      operation == "keep_score")
    return "";
  if (words == Words::count) return fmt::format("{} n={}", operation, c);
  const std::string rows = fmt::format("{} n={} c={}", operation, n, c);
  if (words == Words::rows) return rows;
  if (words == Words::linear) return fmt::format("{} k={}", rows, *s.out_channels);
  const std::string images = fmt::format("{} h={} w={}", rows, h, w);
  const auto convolution = [&] {
    return fmt::format("{} k={} kernel={} stride={} pad={} conv_groups={}", images, *s.out_channels,
                       *s.kernel, *s.stride, *s.padding, s.conv_groups);
  };
  if (words == Words::convolution) return convolution();
  if (words == Words::convolution_norm) return fmt::format("{} groups={}", convolution(), s.groups);
  if (words == Words::pool) return fmt::format("{} kernel={} stride={}", images, *s.kernel, *s.stride);
  return words == Words::norm ? fmt::format("{} groups={}", images, s.groups) : images;
}

const Example& example_of(const std::string& operation) {
  const std::vector<Example>& all = examples();
  return *std::find_if(all.begin(), all.end(), [&](const Example& e) { return e.operation == operation; });
}

}  // namespace

ExampleSetting setting_for(ExampleSetting setting, DType dtype, std::int64_t batch) {
  (*setting.shape)[0] = batch;
  setting.dtype = dtype;
  return setting;
}

Case case_of(const std::string& operation, const ExampleSetting& s) {
  const Kind& kind = kind_of(operation);
  const Example& example = example_of(operation);
  const auto& [n, c, h, w] = *s.shape;
  const double flops = example.cost(s).flops;
  return {.operation = operation,
          .where = "",
          .size = size_text(operation, kind.words, s),
          .batch = n,
          .flops = flops,
          .reference_effort = kind.effort == 0 ? flops / 2 : kind.effort * static_cast<double>(n * c * h * w),
          .peer = peer_text(operation, kind.words, s),
          .make = [&example, s](Device device, DType dtype, std::int64_t batch) {
            Work work(device);
            work.run = example.prepare(work.arrays, setting_for(s, dtype, batch));
            return work;
          }};
}

}  // namespace norma
