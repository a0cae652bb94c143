// Cases of the steps from a naive group norm to the one in use (kernels/norm/steps/README.md).
#include "bench/sizes.h"
#include "kernels/norm/steps/steps.h"

namespace norma {
namespace {

struct StepSize {
  const char* where;
  bool resnet;
  std::int64_t c, side, groups;
};

// From sets of 256 to sets of 25,088 elements, from planes of 12,544 to planes of 49.
constexpr StepSize step_sizes[] = {{"c11-48096 C1", false, 32, 32, 4}, {"c11-48096 C8", false, 32, 8, 4},
                                   {"ResNet-50", true, 64, 112, 32},   {"ResNet-50", true, 256, 56, 32},
                                   {"ResNet-50", true, 1024, 14, 32},  {"ResNet-50", true, 2048, 7, 32}};

template <class StepsOf>
void add_steps(std::vector<Case>& cases, Direction direction, const CaseSizes& sizes, StepsOf steps_of) {
  const auto steps = steps_of.template operator()<float>();
  for (std::size_t i = 0; i < steps.size(); ++i)
    for (const StepSize& s : step_sizes) {
      const NormSize size{s.resnet ? sizes.resnet_batch : sizes.batch, s.c, s.side, s.side, s.groups};
      Case c = group_norm_step_case(direction, size, i);
      c.operation = fmt::format("{}. {}", i + 1, steps[i].operation.name);
      c.note = steps[i].change;
      c.where = s.where;
      cases.push_back(std::move(c));
    }
}

}  // namespace

std::vector<Case> step_cases(const CaseSizes& sizes) {
  std::vector<Case> cases;
  add_steps(cases, Direction::forward, sizes, []<class T>() { return group_norm_forward_steps<T>(); });
  add_steps(cases, Direction::backward, sizes, []<class T>() { return group_norm_backward_steps<T>(); });
  return cases;
}

}  // namespace norma
