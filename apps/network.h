// Networks as recipes: a builder that knows the size of the image as it goes, so that a network reads as it
// is drawn: block, block, 1×1 convolution, pool, … apps/presets.cpp is full of them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "layers/conv2d.h"
#include "layers/sequential.h"

namespace norma {

enum class Norm { none, bn, ln, ln_chw, ln_pixel, gn, in };

/// "ln-chw"
std::string name(Norm norm);
/// All names, in the order of the enum.
const std::vector<std::string>& norm_names();
Norm norm_from(const std::string& name);

/// What the user may choose in any network.
struct NetworkChoice {
  Norm norm = Norm::bn;
  std::optional<std::int64_t> groups = {};  ///< for gn; else each block's own
  std::optional<double> dropout = {};       ///< else the network's own rate
};

enum class Drop { none, element, channel };

/// What all blocks of a network have in common.
struct BlockStyle {
  double dropout = 0;        ///< its probability
  Drop drop = Drop::none;    ///< what a block drops at its end
  bool relu_first = false;   ///< convolution → ReLU → norm, else convolution → norm → ReLU
  bool standardize = false;  ///< the weights of the blocks' convolutions (layers/conv2d.h)
};

struct BlockOptions {
  std::int64_t kernel = 3;
  std::int64_t padding = 0;
  std::int64_t groups = 4;  ///< of group norm, unless the user says otherwise
  bool norm = true;
  std::optional<bool> relu_first = {};  ///< unless the style's
  std::optional<Drop> drop = {};        ///< unless the style's
};

struct BareConvOptions {
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  bool bias = false;
};

class NetworkBuilder {
 public:
  NetworkBuilder(NetworkChoice choice, const Shape& image, const BlockStyle& style);

  /// convolution → norm → ReLU → dropout, or as the style has it
  NetworkBuilder& block(const std::string& name, std::int64_t channels, const BlockOptions& options);
  /// A convolution alone.
  NetworkBuilder& conv(const std::string& name, std::int64_t channels, const BareConvOptions& options = {});
  /// x + body(x); the body keeps the image's channels and size.
  NetworkBuilder& residual(const std::string& name, const std::function<void(NetworkBuilder&)>& body);
  NetworkBuilder& relu(const std::string& name);
  /// Element dropout with the style's probability.
  NetworkBuilder& dropout(const std::string& name);
  NetworkBuilder& max_pool(const std::string& name, std::int64_t size);
  NetworkBuilder& avg_pool(const std::string& name, std::int64_t size);
  NetworkBuilder& global_avg_pool(const std::string& name);
  NetworkBuilder& flatten(const std::string& name);

  std::shared_ptr<Sequential> build() { return network_; }

 private:
  std::shared_ptr<Module> make_norm(const std::string& layer, std::int64_t default_groups) const;
  void add_conv(Sequential& to, const std::string& name, std::int64_t channels, std::int64_t kernel,
                const Conv2dOptions& options);
  void add_drop(Sequential& to, Drop drop) const;

  NetworkChoice choice_;
  BlockStyle style_;
  std::int64_t c_, h_, w_;  // of the image at this point
  std::shared_ptr<Sequential> network_ = std::make_shared<Sequential>();
};

}  // namespace norma
