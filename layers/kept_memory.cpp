#include "layers/kept_memory.h"

#include <algorithm>
#include <map>

#include "core/storage.h"
#include "layers/fusion.h"

namespace norma {
namespace {

std::int64_t in_use() { return static_cast<std::int64_t>(memory_statistics(Device::cpu).in_use); }

std::int64_t kept_by(Module& network, const Tensor& x) {
  const std::int64_t before = in_use();
  const Tensor y = network(x);
  return in_use() - before - static_cast<std::int64_t>(y.bytes());
}

}  // namespace

KeptMemory kept_memory(Module& network, const Shape& images) {
  KeptMemory kept;
  network.train();
  const Tensor x = Tensor::zeros(images);
  kept.fused = kept_by(network, x);

  struct Block {
    std::int64_t input = 0, kept = 0;
  };
  std::map<std::string, Block> blocks;  // by the name of the network's child
  const NoFusion separately;
  std::int64_t last = in_use();
  {
    const ModuleObserver observer([&](const Module& layer, const Tensor& in, const Tensor&) {
      if (!layer.children().empty()) return;
      const std::string path = layer.path();
      const std::int64_t bytes = in_use() - last;
      last += bytes;
      kept.layers.push_back({path, layer.type(), bytes});
      const auto [block, first] = blocks.try_emplace(path.substr(0, path.find('.')));
      if (first) block->second.input = static_cast<std::int64_t>(in.bytes());
      block->second.kept += bytes;
    });
    kept.layer_by_layer = kept_by(network, x);
  }
  std::int64_t most = 0;
  for (const auto& [name, block] : blocks) {
    kept.by_blocks += block.input;
    most = std::max(most, block.kept);
  }
  kept.by_blocks += most;
  return kept;
}

}  // namespace norma
