#include "layers/batch_norm.h"
#include "layers/group_norm.h"
#include "layers/instance_norm.h"
#include "layers/layer_norm.h"
#include "layers/rms_norm.h"
#include "layers/zoo/batch_renorm.h"
#include "layers/zoo/dynamic_tanh.h"
#include "layers/zoo/evo_norm.h"
#include "layers/zoo/filter_response_norm.h"
#include "layers/zoo/global_response_norm.h"
#include "layers/zoo/local_response_norm.h"
#include "layers/zoo/proxy_norm.h"
#include "tests/golden/golden.h"

using namespace norma;
using namespace norma::test;

namespace {

constexpr bool evaluate = true;

}  // namespace

TEST_CASE("BatchNorm2d computes what PyTorch computes", "[golden][operation]") {
  const auto check = [](const std::string& name, const BatchNorm2dOptions& options = {}, bool eval = false) {
    check_module(
        name, [&] { return std::make_shared<BatchNorm2d>(4, options); }, eval);
  };
  check("batch_norm");
  check("batch_norm cumulative", {.momentum = std::nullopt});
  check("batch_norm momentum eps", {.eps = 0.01, .momentum = 0.7});
  check("batch_norm eval", {}, evaluate);
  check("batch_norm untracked", {.track_running_stats = false});
  check("batch_norm untracked eval", {.track_running_stats = false}, evaluate);
  check("batch_norm not affine", {.affine = false});
  check("batch_norm 1x1");
}

TEST_CASE("InstanceNorm2d computes what PyTorch computes", "[golden][operation]") {
  const auto check = [](const std::string& name, const InstanceNorm2dOptions& options = {},
                        bool eval = false) {
    check_module(
        name, [&] { return std::make_shared<InstanceNorm2d>(4, options); }, eval);
  };
  check("instance_norm");
  check("instance_norm eval", {}, evaluate);
  check("instance_norm affine", {.eps = 0.01, .affine = true});
  check("instance_norm tracked", {.affine = true, .track_running_stats = true});
  check("instance_norm tracked eval", {.affine = true, .track_running_stats = true}, evaluate);
}

TEST_CASE("GroupNorm computes what PyTorch computes", "[golden][operation]") {
  const auto check = [](const std::string& name, std::int64_t groups, std::int64_t channels,
                        double eps = 1e-5, bool affine = true) {
    check_module(name, [&] { return std::make_shared<GroupNorm>(groups, channels, eps, affine); });
  };
  for (const std::int64_t groups : {1, 2, 3, 6}) check("group_norm " + std::to_string(groups), groups, 6);
  check("group_norm eps", 2, 6, 0.1);
  check("group_norm small", 3, 6);
  check("group_norm offset", 3, 6);
  check("group_norm not affine", 2, 6, 1e-5, false);
  check("group_norm 1 element", 4, 4, 0.1);
}

TEST_CASE("LayerNorm and LayerNorm2d compute what PyTorch computes", "[golden][operation]") {
  const auto check = [](const std::string& name, auto size, double eps = 1e-5, bool affine = true) {
    using Norm = std::conditional_t<std::is_same_v<decltype(size), Shape>, LayerNorm, LayerNorm2d>;
    check_module(name, [&] { return std::make_shared<Norm>(size, eps, affine); });
  };
  check("layer_norm chw", Shape{3, 4, 3});
  check("layer_norm last", Shape{7}, 0.001);
  check("layer_norm rows", Shape{33});
  check("layer_norm not affine", Shape{3, 4}, 1e-5, false);
  check("layer_norm pixel", 5);
  check("layer_norm pixel eps", 7, 0.1);
  check("layer_norm pixel not affine", 5, 1e-5, false);
}

TEST_CASE("RMSNorm2d computes what PyTorch computes", "[golden][operation]") {
  const auto check = [](const std::string& name, double eps = 1e-5, bool affine = true) {
    check_module(name, [&] { return std::make_shared<RMSNorm2d>(6, eps, affine); });
  };
  check("rms_norm");
  check("rms_norm eps", 0.1);
  check("rms_norm offset");
  check("rms_norm not affine", 1e-5, false);
}

TEST_CASE("ghost batch norm and batch renorm compute what their formulas give in PyTorch", "[golden][zoo]") {
  const auto ghost = [] { return std::make_shared<BatchNorm2d>(4, BatchNorm2dOptions{.ghost = 2}); };
  check_module("ghost_batch_norm", ghost);
  check_module("ghost_batch_norm eval", ghost, evaluate);
  check_module("batch_renorm", [] {
    return std::make_shared<BatchRenorm2d>(6, BatchRenorm2dOptions{.warmup = 0, .r_end = 4, .d_end = 5});
  });
  const auto usual = [] { return std::make_shared<BatchRenorm2d>(6); };
  check_module("batch_renorm warmup", usual);
  check_module("batch_renorm eval", usual, evaluate);
}

TEST_CASE("the norms of the zoo compute what their formulas give in PyTorch", "[golden][zoo]") {
  check_module("filter_response_norm", [] { return std::make_shared<FilterResponseNorm2d>(6); });
  check_module("global_response_norm", [] { return std::make_shared<GlobalResponseNorm2d>(6); });
  check_module("local_response_norm", [] { return std::make_shared<LocalResponseNorm>(6); });
  check_module("local_response_norm 3", [] {
    return std::make_shared<LocalResponseNorm>(
        6, LocalResponseNormOptions{.size = 3, .alpha = 2, .beta = 0.5, .k = 0.5});
  });
  check_module("dynamic_tanh", [] { return std::make_shared<DynamicTanh2d>(6); });
  for (const std::int64_t groups : {1, 3}) {
    check_module("evo_norm " + std::to_string(groups),
                 [&] { return std::make_shared<EvoNorm2dS0>(groups, 6); });
    check_module("proxy_norm " + std::to_string(groups),
                 [&] { return std::make_shared<ProxyGroupNorm>(groups, 6); });
  }
}
