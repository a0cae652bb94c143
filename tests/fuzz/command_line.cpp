// The command lines of all programs that train, a word a line.
#include "apps/commands/program.h"
#include "apps/commands/series_options.h"
#include "layers/summary.h"
#include "optim/presets.h"
#include "tests/fuzz/input.h"

using namespace norma;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(fuzz::text_of(data, size));
  for (char& c : text)
    if (c == '\0') c = '0';  // no word has one
  std::vector<std::string> words = {"cifar_norm"};
  for (const std::string_view word : fuzz::parts_of(text, '\n', 40)) words.emplace_back(word);
  std::vector<const char*> argv;
  for (const std::string& word : words) argv.push_back(word.c_str());
  const int argc = static_cast<int>(argv.size());
  command_line("cifar_norm", argc, argv.data());
  for (const Program* program : {&cifar_norm, &mnist_norm})
    fuzz::try_to([&] {
      const Options options = parse_options(argc, argv.data(), *program);
      load_options(options);
      if (size % 16 == 0 && options.network.classes <= 100) make_network(options);  // takes long
    });
  fuzz::try_to([&] {
    std::vector<std::string> others;
    const SeriesOptions series = parse_series(argc, argv.data(), &others);
    variant_of(cifar_norm, series, "gn", Norm::gn);
  });
  return 0;
}
