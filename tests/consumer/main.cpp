// A program of somebody else's: one step of training with the installed library.
#include <norma/layers/conv2d.h>
#include <norma/layers/flatten.h>
#include <norma/layers/functional/loss.h>
#include <norma/layers/functional/reshape.h>
#include <norma/layers/group_norm.h>
#include <norma/layers/pool.h>
#include <norma/layers/relu.h>
#include <norma/layers/sequential.h>
#include <norma/optim/optimizer.h>

#include <cstdio>

int main() {
  using namespace norma;
  Sequential net({std::make_shared<Conv2d>(3, 8, 3), std::make_shared<GroupNorm>(4, 8),
                  std::make_shared<ReLU>(), std::make_shared<AdaptiveAvgPool2d>(1),
                  std::make_shared<Flatten>()});
  SGD sgd(net.parameters(), {.lr = 0.1});
  Tensor x = Tensor::full({2, 3, 8, 8}, 0.5);
  x.data<float>()[0] = 2;
  const Tensor target = Tensor::from<std::int64_t>({1, 5}, {2});
  const double before = functional::cross_entropy(net(x), target).item();
  functional::cross_entropy(net(x), target).backward();
  sgd.step();
  const double after = functional::cross_entropy(net(x), target).item();
  std::printf("loss %.6f -> %.6f\n", before, after);
  return after < before ? 0 : 1;
}
