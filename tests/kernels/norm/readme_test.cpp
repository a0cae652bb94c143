// The example of kernels/norm/README.md: the executors compute the same numbers.
#include <fstream>
#include <map>
#include <sstream>
#include "tests/support/catch.h"

#include "kernels/table.h"
#include "tests/support/check.h"

using namespace norma;

namespace {

// "dx = 0.02 0.16 … | -2.96 …   words" → {"dx", {0.02, 0.16, …, -2.96, …}}: the numbers up to the first word.
std::map<std::string, std::vector<double>> example() {
  std::ifstream in(NORMA_SOURCE_DIR "/kernels/norm/README.md");
  std::map<std::string, std::vector<double>> lines;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("## ")) inside = line.starts_with("## An example");
    if (!inside) continue;
    std::istringstream words(line);
    std::string name, word;
    if (!(words >> name >> word) || word != "=") continue;
    std::vector<double>& numbers = lines[name];
    while (words >> word) {
      if (word == "|") continue;
      std::istringstream text(word);
      double number;
      if (!(text >> number) || !text.eof()) break;
      numbers.push_back(number);
    }
  }
  return lines;
}

void check_close(const std::vector<double>& got, const std::vector<double>& want) {
  REQUIRE(got.size() == want.size());
  for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == Approx(want[i]).margin(1e-12));
}

}  // namespace

TEST_CASE("the norms compute the example in their README", "[norm][layer_norm]") {
  auto of = example();
  REQUIRE(of.size() == 14);
  REQUIRE(of.at("x").size() == 8);
  std::vector<double> y(8), mean(2), rstd(2), dx(8), dweight(4), dbias(4);
  for (const Device device : {Device::reference, Device::cpu}) {
    CAPTURE(name(device));
    kernels<double>.layer_norm_forward(device, {2, 4, 0, of["x"].data(), of["weight"].data(),
                                                of["bias"].data(), y.data(), mean.data(), rstd.data()});
    check_close(mean, of["mean"]);
    check_close(rstd, of["rstd"]);
    check_close(y, of["y"]);
    kernels<double>.layer_norm_backward(
        device, {2, 4, of["dy"].data(), of["x"].data(), of["weight"].data(), mean.data(), rstd.data(),
                 dx.data(), dweight.data(), dbias.data()});
    check_close(dx, of["dx"]);
    check_close(dweight, of["dweight"]);
    check_close(dbias, of["dbias"]);
  }
  // The intermediate results, which no executor stores.
  std::vector<double> xhat(8), g(8), sum_g(2), sum_gx(2);
  for (std::size_t i = 0; i < 8; ++i) {
    xhat[i] = (of["x"][i] - mean[i / 4]) * rstd[i / 4];
    g[i] = of["dy"][i] * of["weight"][i % 4];
    sum_g[i / 4] += g[i], sum_gx[i / 4] += g[i] * xhat[i];
  }
  check_close(xhat, of["xhat"]);
  check_close(g, of["g"]);
  check_close(sum_g, of["sum_g"]);
  check_close(sum_gx, of["sum_gx"]);
}
