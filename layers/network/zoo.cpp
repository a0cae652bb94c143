#include "layers/network/zoo.h"

namespace norma {
namespace {

using Choice = const NetworkChoice&;

// C1 C2 c3 P1 C4 C5 C6 c7 P2 C8 C9 C10 GAP c11; c3, c7 and c11 are 1×1 convolutions without a norm.
Network c11(Choice choice, double dropout, std::int64_t wide, std::int64_t c4) {
  return NetworkBuilder(choice, {3, 32, 32}, {.dropout = dropout, .drop = Drop::channel})
      .block("C1", wide, {.padding = 1, .groups = 4})
      .block("C2", wide, {.padding = 1, .groups = 4})
      .conv("c3", 10)
      .max_pool("P1", 2)
      .block("C4", c4, {.padding = 1, .groups = 4})
      .block("C5", wide, {.padding = 1, .groups = 8})
      .block("C6", wide, {.padding = 1, .groups = 8})
      .conv("c7", 10)
      .max_pool("P2", 2)
      .block("C8", wide, {.padding = 1, .groups = 4})
      .block("C9", wide, {.padding = 1, .groups = 4})
      .block("C10", wide, {.padding = 1, .groups = 4})
      .global_avg_pool("GAP")
      .classifier("c11")
      .flatten("flat")
      .build();
}

}  // namespace

Network c11_48096(Choice choice) { return c11(choice, 0.05, 32, 16); }
Network c11_111568(Choice choice) { return c11(choice, 0.1, 16, 16); }

// The same structure, but wider, with a norm in every block, also in the 1×1 blocks.
Network wide_48512(Choice choice) {
  return NetworkBuilder(choice, {3, 32, 32}, {.dropout = 0.05, .drop = Drop::element})
      .block("C1", 16, {.padding = 1})
      .block("C2", 32, {.padding = 1})
      .block("c3", 16, {.kernel = 1})
      .max_pool("P1", 2)
      .block("C4", 24, {.padding = 1})
      .block("C5", 32, {.padding = 1, .drop = Drop::none})
      .block("C6", 40, {.padding = 1})
      .block("c7", 16, {.kernel = 1})
      .max_pool("P2", 2)
      .block("C8", 24, {.padding = 1})
      .block("C9", 32, {.padding = 1, .drop = Drop::none})
      .block("C10", 32, {.padding = 1})
      .global_avg_pool("GAP")
      .classifier("c11")
      .flatten("flat")
      .build();
}

// The same structure, but narrower, with a norm in only five blocks.
Network narrow_18212(Choice choice) {
  return NetworkBuilder(choice, {3, 32, 32}, {.dropout = 0.05, .drop = Drop::element})
      .block("C1", 12, {.groups = 3})
      .block("C2", 24, {.norm = false})
      .block("c3", 10, {.kernel = 1, .norm = false})
      .max_pool("P1", 2)
      .block("C4", 16, {.groups = 4})
      .block("C5", 16, {.padding = 1, .groups = 4, .drop = Drop::none})
      .block("C6", 24, {.padding = 1, .norm = false})
      .block("c7", 8, {.kernel = 1, .norm = false})
      .max_pool("P2", 2)
      .block("C8", 12, {.padding = 1, .groups = 3})
      .block("C9", 16, {.padding = 1, .groups = 4, .drop = Drop::none})
      .block("C10", 32, {.padding = 1, .norm = false})
      .global_avg_pool("GAP")
      .classifier("c11")
      .flatten("flat")
      .build();
}

// Residual additions around 1×1 blocks; no padding anywhere: 32 → 28 → 14 → 10 → 5 → 1.
Network skip_37108(Choice choice) {
  const auto same = [](std::int64_t channels) {
    return [=](NetworkBuilder& body) { body.block("block", channels, {.kernel = 1, .groups = 2}); };
  };
  return NetworkBuilder(choice, {3, 32, 32}, {.dropout = 0.2})
      .block("C1", 16, {.groups = 2})
      .block("C2", 16, {.groups = 2})
      .residual("R3", same(16))
      .dropout("D3")
      .max_pool("P1", 2)
      .block("C4", 32, {.groups = 2})
      .block("C5", 32, {.groups = 2})
      .residual("R6", same(32))
      .dropout("D6")
      .max_pool("P2", 2)
      .block("C7", 32, {.groups = 2})
      .block("C8", 32, {.groups = 2})
      .classifier("c9")
      .global_avg_pool("GAP")
      .residual("R10", [](NetworkBuilder& body) { body.classifier("conv"); })
      .flatten("flat")
      .build();
}

// 1×1 convolutions of stride 2 before each pool: 32 → 16 → 8 → 10 → 5 → 2 → 1.
Network stride_29472(Choice choice) {
  return NetworkBuilder(choice, {3, 32, 32}, {.dropout = 0.03, .drop = Drop::element, .relu_first = true})
      .block("C1", 8, {.padding = 1, .groups = 2})
      .block("C2", 16, {.padding = 1, .groups = 4})
      .conv("c3", 8, {.stride = 2, .bias = true})
      .max_pool("P1", 2)
      .block("C4", 16, {.padding = 1, .groups = 4})
      .block("C5", 32, {.kernel = 1, .padding = 1, .groups = 4, .drop = Drop::channel})
      .conv("c6", 16, {.stride = 2, .bias = true})
      .max_pool("P2", 2)
      .block("C7", 32, {.padding = 1, .groups = 4})
      .block("C8", 64, {.padding = 1, .groups = 2})
      .conv("c9", 32, {.stride = 2, .bias = true})
      .relu("relu9")
      .global_avg_pool("GAP")
      .classifier("c10")
      .flatten("flat")
      .build();
}

// Norma's own network: residual additions, standardized filters, and the norm after ReLU, which makes layer
// and group norm nearly as good as batch norm (docs/results/norma-49k.md lists the experiments).
Network norma_49k(Choice choice) {
  const auto once = [](NetworkBuilder& body) { body.block("a", 32, {.padding = 1}); };
  const auto twice = [](std::int64_t channels) {
    return [=](NetworkBuilder& body) {
      body.block("a", channels, {.padding = 1}).block("b", channels, {.padding = 1});
    };
  };
  return NetworkBuilder(choice, {3, 32, 32}, {.relu_first = true, .standardize = true})
      .block("C1", 16, {.padding = 1})
      .residual("R2", twice(16))
      .max_pool("P1", 2)
      .block("C3", 32, {.padding = 1})
      .residual("R4", twice(32))
      .max_pool("P2", 2)
      .residual("R5", once)
      .residual("R6", once)
      .block("c7", 64, {.kernel = 1, .relu_first = false})
      .global_avg_pool("GAP")
      .classifier("c8")
      .flatten("flat")
      .build();
}

Network mnist_9752(Choice choice) {
  return NetworkBuilder(choice, {1, 28, 28}, {.relu_first = true})
      .block("C1", 8, {.groups = 8})
      .block("C2", 24, {.groups = 8})
      .block("c3", 18, {.kernel = 1, .norm = false})
      .max_pool("P1", 2)
      .block("C4", 16, {.groups = 8})
      .block("C5", 16, {.groups = 8})
      .block("C6", 16, {.groups = 8})
      .avg_pool("GAP", 6)
      .classifier("c7")
      .flatten("flat")
      .build();
}

}  // namespace norma
