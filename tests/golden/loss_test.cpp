#include "layers/functional/loss.h"

#include "layers/functional/add.h"
#include "layers/functional/relu.h"
#include "optim/optimizer.h"
#include "tests/golden/golden.h"

using namespace norma;
using namespace norma::test;
using namespace norma::functional;

TEST_CASE("relu and add compute what PyTorch computes", "[golden][operation]") {
  check_function("relu", [](const Inputs& t) { return relu(t[0]); });
  check_function("add", [](const Inputs& t) { return add(t[0], t[1]); });
  check_function("add to itself", [](const Inputs& t) { return add(t[0], relu(t[0])); });
}

TEST_CASE("losses compute what PyTorch computes", "[golden][operation]") {
  check_function("log_softmax", [](const Inputs& t) { return log_softmax(t[0]); });
  check_function("log_softmax large", [](const Inputs& t) { return log_softmax(t[0]); });
  check_function("nll_loss", [](const Inputs& t) { return nll_loss(log_softmax(t[0]), t[1]); });
  check_function("cross_entropy", [](const Inputs& t) { return cross_entropy(t[0], t[1]); });
  for (const std::string smoothing : {"0.1", "0.5", "1.0"})
    check_function("cross_entropy " + smoothing,
                   [&](const Inputs& t) { return cross_entropy(t[0], t[1], std::stod(smoothing)); });
  check_function("l1 penalty", [](const Inputs& t) { return l1_penalty(t, 0.25); });
}

TEST_CASE("cross-entropy accepts scores of minus infinity outside of the target, as PyTorch does",
          "[golden][operation]") {
  check_function("cross_entropy impossible", [](const Inputs& t) { return cross_entropy(t[0], t[1]); });
}
