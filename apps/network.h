// Networks as recipes: a builder that knows the size of the image as it goes, so that a network reads as it
// is drawn: block, block, 1×1 convolution, pool, …
#pragma once

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

struct BlockOptions {
  std::int64_t kernel = 3;
  std::int64_t padding = 0;
  std::int64_t groups = 4;  ///< of group norm, unless the user says otherwise
};

class NetworkBuilder {
 public:
  NetworkBuilder(NetworkChoice choice, const Shape& image, double dropout);

  /// convolution → norm → ReLU → channel dropout
  NetworkBuilder& block(const std::string& name, std::int64_t channels, const BlockOptions& options);
  /// A bare convolution without bias.
  NetworkBuilder& conv(const std::string& name, std::int64_t channels, std::int64_t kernel);
  NetworkBuilder& max_pool(const std::string& name, std::int64_t size);
  NetworkBuilder& global_avg_pool(const std::string& name);
  NetworkBuilder& flatten(const std::string& name);

  std::shared_ptr<Sequential> build() { return network_; }

 private:
  std::shared_ptr<Module> make_norm(const std::string& layer, std::int64_t default_groups) const;
  void add_conv(Sequential& to, const std::string& name, std::int64_t channels, std::int64_t kernel,
                std::int64_t padding);

  NetworkChoice choice_;
  double dropout_;
  std::int64_t c_, h_, w_;  // of the image at this point
  std::shared_ptr<Sequential> network_ = std::make_shared<Sequential>();
};

}  // namespace norma
