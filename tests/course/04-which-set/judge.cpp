#include "tests/course/judge.h"
#include "docs/course/04-which-set/exercise.h"

using namespace norma::course;

COURSE_JUDGE(4) {
  auto* const batch = learner<decltype(batch_norm_set)>("batch_norm_set");
  auto* const layer = learner<decltype(layer_norm_set)>("layer_norm_set");
  auto* const instance = learner<decltype(instance_norm_set)>("instance_norm_set");
  auto* const group = learner<decltype(group_norm_set)>("group_norm_set");
  auto* const pixel = learner<decltype(pixel_norm_set)>("pixel_norm_set");

  const auto judge_element = [](const char* function, const std::string& shape, Element e, std::int64_t got,
                                std::int64_t want) {
    if (got != want)
      wrong("{} of n = {}, c = {}, i = {} is {}, but {} is right ({})", function, e.n, e.c, e.i, got, want,
            shape);
  };
  // Every norm by counting: the element that begins a set gives it the next number.
  const auto judge_shape = [&](Shape s, std::int64_t groups) {
    const std::string shape = fmt::format("N = {}, C = {}, H·W = {}", s.n, s.c, s.hw);
    const std::int64_t size = s.c / groups;
    std::int64_t channels = 0, groups_begun = 0;
    for (std::int64_t n = 0; n < s.n; ++n)
      for (std::int64_t c = 0; c < s.c; ++c) {
        channels += 1;
        if (c % size == 0) groups_begun += 1;
        for (std::int64_t i = 0; i < s.hw; ++i) {
          const Element e{n, c, i};
          judge_element("batch_norm_set", shape, e, batch(s, e), c);
          judge_element("layer_norm_set", shape, e, layer(s, e), n);
          judge_element("instance_norm_set", shape, e, instance(s, e), channels - 1);
          judge_element("group_norm_set", fmt::format("{}, G = {}", shape, groups), e, group(s, groups, e),
                        groups_begun - 1);
          judge_element("pixel_norm_set", shape, e, pixel(s, e), n * s.hw + i);
        }
      }
  };
  judge_shape({2, 4, 6}, 2);
  judge_shape({3, 6, 5}, 2);
  judge_shape({3, 6, 5}, 3);
  judge_shape({2, 8, 3}, 1);
  judge_shape({2, 8, 3}, 8);
  judge_shape({1, 4, 6}, 2);
  judge_shape({5, 1, 7}, 1);
  judge_shape({4, 12, 1}, 4);
  judge_shape({1, 1, 1}, 1);
}
