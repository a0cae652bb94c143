// load_images as CUDA source on simt: the same bits as the CPU's.
#include "kernels/table.h"
#include "tests/support/on_simt.h"

using namespace norma;
using namespace norma::test;

TEST_CASE("load_images on simt gives the cpu executor's very bits", "[load_images][simt]") {
  struct Case {
    std::int64_t c, h, w;
  };
  const Tensor indices = Tensor::from<std::int64_t>({8, 0, 3, 3, 7}, {5});
  for (const auto& [c, h, w] : std::vector<Case>{{1, 1, 1}, {3, 7, 5}, {4, 3, 8}, {1, 28, 28}, {3, 32, 32}}) {
    const Tensor images = Tensor::empty({9, c, h, w}, DType::uint8);
    for (std::int64_t i = 0; i < images.numel(); ++i)
      images.data<std::uint8_t>()[i] = static_cast<std::uint8_t>(i * 37 % 251 + 1);
    for (const bool flip : {false, true})
      for (const std::int64_t pad : {0, 1, 4}) {
        CAPTURE(c, h, w, flip, pad);
        const auto compare = [&]<class T>(T) {
          const auto load = [&](Device device) {
            const Tensor y = Tensor::empty({5, c, h, w}, dtype_of<T>, device);
            kernels<T>.load_images(device, {5,
                                            c,
                                            h,
                                            w,
                                            images.data<std::uint8_t>(),
                                            indices.data<std::int64_t>(),
                                            {0.4, 0.5, 0.3, 0.1},
                                            {0.2, 0.3, 0.25, 0.9},
                                            flip,
                                            pad,
                                            {3, 2, 1},
                                            y.template data<T>()});
            return y;
          };
          const Tensor got = same_under_all_schedules([&] { return std::vector{load(Device::simt)}; })[0];
          CHECK(got.to_vector<double>() == load(Device::cpu).template to_vector<double>());
        };
        compare(float{}), compare(double{});
      }
  }
}
