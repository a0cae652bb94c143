// A builder of networks. It tracks the size of the image at each layer, so that the code of a network is a
// list of its parts: block, block, 1×1 convolution, pool, … Examples: layers/network/zoo.cpp.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "layers/conv2d.h"
#include "layers/network/norms.h"
#include "layers/sequential.h"

namespace norma {

/// What the user may choose in any network.
struct NetworkChoice {
  Norm norm = Norm::bn;
  std::optional<std::int64_t> groups = {};  ///< for gn; else each block's own
  std::optional<double> dropout = {};       ///< else the network's own rate
  std::int64_t ghost = 0;                   ///< for bn: images that share statistics in training; 0: all
  bool standardize = false;                 ///< the convolutions of all blocks, in any network
  std::int64_t classes = 10;                ///< scores per image
  Precision precision = Precision::exact;   ///< of all convolutions
};

enum class Drop { none, element, channel };

/// The common settings of all blocks of a network.
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

  /// convolution → norm → ReLU → dropout, unless the style differs
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
  /// A 1×1 convolution without bias to one channel per class.
  NetworkBuilder& classifier(const std::string& name) { return conv(name, choice_.classes); }
  NetworkBuilder& flatten(const std::string& name);

  std::shared_ptr<Sequential> build() { return network_; }

 private:
  std::shared_ptr<Module> make_norm(const std::string& layer, std::int64_t default_groups) const;
  void add_conv(Sequential& to, const std::string& name, std::int64_t channels, std::int64_t kernel,
                Conv2dOptions options);
  void add_drop(Sequential& to, Drop drop) const;

  NetworkChoice choice_;
  BlockStyle style_;
  std::int64_t c_, h_, w_;  // of the image at this point
  std::shared_ptr<Sequential> network_ = std::make_shared<Sequential>();
};

}  // namespace norma
