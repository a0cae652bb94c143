// The commands in the documents exist and are valid.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include "tests/support/catch.h"

#include "core/save_file.h"
#include "tests/data/temporary_folder.h"
#include "tests/data/write_image.h"
#include "tests/support/process.h"

namespace fs = std::filesystem;
using namespace norma;
using norma::test::Finished;
using norma::test::run_program;

namespace {

const fs::path source = NORMA_SOURCE_DIR;
const fs::path programs = fs::path(NORMA_BINARY_DIR) / "bin";

std::vector<fs::path> documents() {
  std::vector<fs::path> files;
  for (auto entry = fs::recursive_directory_iterator(source); entry != fs::recursive_directory_iterator();
       ++entry) {
    const std::string name = entry->path().filename().string();
    if (entry.depth() == 0 && (name == "build" || name == "runs" || name == ".git"))
      entry.disable_recursion_pending();
    if (entry->path().extension() == ".md") files.push_back(entry->path());
  }
  return files;
}

std::string help_of_run() {
  const Finished help = run_program({source / "run", "help"});
  REQUIRE(help.status == 0);
  return help.out;
}

bool is_app(const std::string& word) { return fs::exists(source / "apps" / (word + ".cpp")); }

std::vector<std::string> matches(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::vector<std::string> found;
  for (auto match = std::sregex_iterator(text.begin(), text.end(), regex); match != std::sregex_iterator();
       ++match)
    found.push_back((*match)[1]);
  return found;
}

// The command lines in a page's code, without the explanation after three blanks or a #.
std::vector<std::string> command_lines(const std::string& page) {
  const std::string word =
      "(?:\\./run )?(?:cifar_norm|mnist_norm|norma_export|norm_lab|reproduce|simt_profile)";
  std::vector<std::string> lines = matches(page, "`(" + word + " [^`\n]*)`");
  bool code = false;
  std::istringstream in(page);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("```")) code = !code;
    if (line.starts_with("$ ")) line.erase(0, 2);
    if (code && std::regex_search(line, std::regex("^" + word + "( |$)")))
      lines.push_back(line.substr(0, std::min(line.find("   "), line.find(" #"))));
  }
  return lines;
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;)
    if (word != "./run") words.push_back(word);
  return words;
}

}  // namespace

TEST_CASE("every ./run WORD in the documents and in ./run help is an app or a listed command",
          "[repository][documents]") {
  const std::string help = help_of_run();
  const auto listed_words = matches(help, "\\./run ([a-z_]+)");
  const std::set<std::string> listed(listed_words.begin(), listed_words.end());
  std::set<std::string> words = listed;
  for (const fs::path& file : documents())
    for (const std::string& word : matches(read_file(file), "\\./run ([a-z_]+)")) {
      CAPTURE(file.string(), word);
      CHECK((is_app(word) || listed.contains(word)));
      words.insert(word);
    }
  CHECK(words.size() > 8);
  for (const std::string& word : words) {
    if (!is_app(word)) continue;
    const Finished shown = run_program({programs / word, "--help"});
    CAPTURE(word, shown.err);
    CHECK(shown.status == 0);
    CHECK(shown.out.find("Usage: " + word) != std::string::npos);
  }
}

TEST_CASE("every program is an app of ./run, and its main is in apps/NAME.cpp", "[repository][documents]") {
  const std::string help = help_of_run();
  for (const char* app :
       {"cifar_norm", "mnist_norm", "norma_export", "norm_lab", "reproduce", "simt_profile"}) {
    CAPTURE(app);
    CHECK(is_app(app));
    CHECK(help.find(app) != std::string::npos);
  }
}

TEST_CASE("every command line in README.md is valid", "[repository][documents]") {
  const test::TemporaryFolder photos;  // what README calls photos
  for (const char* file : {"train/cat/1.png", "train/cat/2.png", "train/dog/1.png"}) {
    fs::create_directories((photos / file).parent_path());
    test::write_png(photos / file, 2, 2, PNG_FORMAT_GRAY, {0, 100, 200, 255});
  }
  int seen = 0;
  for (const std::string& line : command_lines(read_file(source / "README.md"))) {
    std::vector<std::string> argv = words_of(line);
    const auto is_output = [](const std::string& w) { return w.find("…") != w.npos || w == "·"; };
    if (std::any_of(argv.begin(), argv.end(), is_output)) continue;
    const bool trains = argv[0].ends_with("_norm") && (argv.size() == 1 || argv[1].starts_with("--"));
    argv[0] = programs / argv[0];
    std::replace(argv.begin(), argv.end(), std::string("photos"), photos.path().string());
    argv.push_back(trains ? "--summary" : "--help");  // --summary reads all flags and makes the network
    const Finished finished = run_program(argv);
    CAPTURE(line, finished.err);
    CHECK(finished.status == 0);
    CHECK(!finished.out.empty());
    ++seen;
  }
  CHECK(seen > 15);
}
