// Weights between Norma and PyTorch, both ways.
#include <catch2/catch.hpp>
#include <iostream>

#include "tests/support/process.h"
#include "tests/support/python.h"

using namespace norma::test;

TEST_CASE("PyTorch loads Norma's weights by name and Norma PyTorch's, for the same outputs",
          "[app][python]") {
  const std::string python = python_with("torch, numpy");
  if (python.empty()) {
    std::cout << no_python_with("torch, numpy") << "\n";
    return;
  }
  const Finished exchange =
      run_program({"/usr/bin/env", python, NORMA_SOURCE_DIR "/bench/peers/exchange.py", "--cifar-norm",
                   NORMA_CIFAR_NORM, "--images", "500", "--norms", "bn,ln-chw,ln-pixel,gn,in"});
  std::cout << exchange.out;
  INFO(exchange.out << exchange.err);
  CHECK(exchange.status == 0);
  using Catch::Contains;
  CHECK_THAT(exchange.out, Contains("gn        norma → pytorch  500 images") &&
                               Contains("gn        pytorch → norma  500 images") && Contains("ln-pixel"));
}
