// Cases of the steps from a naive group norm to the kernel in use (kernels/norm/steps/README.md).
#include "bench/sizes.h"
#include "kernels/measure/example_arguments.h"
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

// Adds each step on a device. On the reference executor, a step is the operation itself.
template <template <class> class Args, class StepsOf, class Pick>
void add_steps(std::vector<Case>& cases, const CaseSizes& sizes, StepsOf steps_of, Pick pick) {
  const auto steps = steps_of.template operator()<float>();
  for (std::size_t i = 0; i < steps.size(); ++i)
    for (const StepSize& at : step_sizes) {
      const ExampleSetting s{
          .shape = {{at.resnet ? sizes.resnet_batch : sizes.batch, at.c, at.side, at.side}},
          .groups = at.groups};
      Case c = case_of(pick(kernels<float>).name, s);
      c.make = [=](Device device, DType dtype, std::int64_t batch) {
        return dispatch_float("a benchmark", dtype, [&]<class T>() {
          using namespace example_arguments;
          Work work(device);
          const Args<T> args = example(Of<Args<T>>{}, work.arrays, setting_for(s, dtype, batch));
          const auto operation =
              device == Device::reference ? pick(kernels<T>) : steps_of.template operator()<T>()[i].operation;
          work.run = [=] { operation(device, args); };
          return work;
        });
      };
      c.operation = fmt::format("{}. {}", i + 1, steps[i].operation.name);
      c.note = steps[i].change;
      c.where = at.where;
      cases.push_back(std::move(c));
    }
}

}  // namespace

std::vector<Case> step_cases(const CaseSizes& sizes) {
  std::vector<Case> cases;
  add_steps<GroupNormForward>(
      cases, sizes, []<class T>() { return group_norm_forward_steps<T>(); },
      [](const auto& table) { return table.group_norm_forward; });
  add_steps<GroupNormBackward>(
      cases, sizes, []<class T>() { return group_norm_backward_steps<T>(); },
      [](const auto& table) { return table.group_norm_backward; });
  return cases;
}

}  // namespace norma
