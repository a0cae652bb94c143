// The exercises of docs/course: each fails as it is shipped, its solution is right, and typical wrong
// answers are judged as what they are.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <regex>

#include "core/error.h"
#include "core/parallel.h"
#include "tests/data/temporary_folder.h"
#include "tests/support/catch.h"
#include "tests/support/process.h"

namespace fs = std::filesystem;
using namespace norma::test;

namespace {

const fs::path source = NORMA_SOURCE_DIR, judge = fs::path(NORMA_BINARY_DIR) / "bin/course_judge";

struct Answer {
  int exercise;
  fs::path file;
  int status;            ///< that the judge must end with
  std::string contains;  ///< in what it prints
  Finished got = {};
};

std::vector<fs::path> exercises() {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(source / "docs/course"))
    if (entry.is_directory()) folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  return folders;
}

/// The text after "// judged: " in the first line.
std::string judgement_of(const fs::path& file) {
  const std::string text = read_file(file), begin = "// judged: ";
  if (!text.starts_with(begin)) return "";
  return text.substr(begin.size(), text.find('\n') - begin.size());
}

std::vector<Answer> answers_to(const fs::path& folder) {
  const int number = std::stoi(folder.filename().string());
  std::vector<Answer> answers = {{number, folder / "start.cpp", 1, "wrong: "}};
  for (const auto& entry : fs::directory_iterator(source / "tests/course" / folder.filename())) {
    const std::string name = entry.path().filename().string();
    if (name == "solution.cpp") answers.push_back({number, entry.path(), 0, "right"});
    if (name.starts_with("wrong_")) answers.push_back({number, entry.path(), 1, judgement_of(entry.path())});
  }
  return answers;
}

// As ./run course check does it.
void give(Answer& answer, const fs::path& library) {
  const Finished compiled = run_program(
      {"/usr/bin/env", "bash", "-c",
       "root=\"$1\"; source \"$1/docs/course/course.sh\"; CXX=\"$2\" course_compile \"$3\" \"$4\"", "course",
       source.string(), NORMA_CXX, answer.file.string(), library.string()});
  answer.got = compiled.status == 0 && compiled.err.empty()
                   ? run_program({judge.string(), std::to_string(answer.exercise), library.string()})
                   : compiled;
}

}  // namespace

TEST_CASE("every exercise of the course has a text, three hints, a solution and a wrong answer", "[course]") {
  int next = 1;
  for (const fs::path& folder : exercises()) {
    CAPTURE(folder.string());
    CHECK(std::stoi(folder.filename().string()) == next++);
    const std::string text = read_file(folder / "text.md"), hints = read_file(folder / "hints.md");
    CHECK(text.starts_with(fmt::format("# {}. ", next - 1)));
    CHECK_THAT(text, Catch::Contains("**Right if**"));
    for (const char* hint : {"## 1\n", "## 2\n", "## 3\n"}) CHECK_THAT(hints, Catch::Contains(hint));
    CHECK(fs::exists(folder / "exercise.h"));
    const auto answers = answers_to(folder);
    const auto count = [&](int status) {
      return std::count_if(answers.begin(), answers.end(),
                           [&](const Answer& a) { return a.status == status; });
    };
    CHECK(count(0) == 1);
    CHECK(count(1) >= 2);
    for (const Answer& a : answers) CHECK(a.contains != "");
  }
  CHECK(next > 20);
}

// All judges are in one program.
TEST_CASE("no name has two definitions in the headers of the exercises", "[course]") {
  const TemporaryFolder work;
  std::string includes;
  for (const fs::path& folder : exercises())
    includes += fmt::format("#include \"{}\"\n", (folder / "exercise.h").string());
  write_file(work / "all.cpp", includes);
  CHECK(run_program(
            {NORMA_CXX, "-std=c++20", "-fsyntax-only", "-I" + source.string(), (work / "all.cpp").string()})
            .err == "");
}

TEST_CASE("the judge of the course says of every answer what it is", "[course]") {
  if (!fs::exists(judge)) {
    std::cout << "skipped: the judge of the course needs g++ and no sanitizer\n";
    return;
  }
  std::vector<Answer> answers;
  for (const fs::path& folder : exercises())
    for (const Answer& a : answers_to(folder)) answers.push_back(a);
  const TemporaryFolder work;
  norma::parallel_for(static_cast<std::int64_t>(answers.size()), [&](std::int64_t i) {
    give(answers[static_cast<std::size_t>(i)], work / fmt::format("{}.so", i));
  });
  for (const Answer& a : answers) {
    CAPTURE(a.file.string(), a.got.out, a.got.err);
    CHECK(a.got.status == a.status);
    CHECK_THAT(a.got.out, Catch::Contains(a.contains));
  }
}

TEST_CASE("the judge names what does not exist, crashes or does not end", "[course]") {
  if (!fs::exists(judge)) return;
  const TemporaryFolder work;
  const auto verdict = [&](const std::string& code) {
    write_file(work / "a.cpp", "#include \"docs/course/01-mean/exercise.h\"\n" + code);
    Answer answer{1, work / "a.cpp", 1, ""};
    give(answer, work / "a.so");
    return answer.got.out;
  };
  using Catch::Contains;
  CHECK_THAT(verdict("int unrelated;"), Contains("does not define set_mean()"));
  CHECK_THAT(verdict("double set_mean(const float*, std::int64_t) { return *(volatile double*)8; }"),
             Contains("it crashed"));
  CHECK(run_program({judge.string(), "99", (work / "a.so").string()}).status == 2);
  CHECK_THAT(run_program({judge.string(), "1", (work / "none.so").string()}).out,
             Contains("cannot be loaded"));
}

TEST_CASE("./run course lists exercises, keeps what is solved and gives three hints", "[course][run]") {
  const TemporaryFolder home;
  const auto course = [&](const std::vector<std::string>& words) {
    std::vector<std::string> command = {"/usr/bin/env", "NORMA_COURSE=" + home.path().string(),
                                        (source / "run").string(), "course"};
    command.insert(command.end(), words.begin(), words.end());
    return run_program(command);
  };
  CHECK_THAT(course({}).out, Catch::Contains("Part 1: the set\n  [ ] 1. The mean of a set"));
  CHECK_THAT(course({"1"}).out, Catch::Contains("set_mean") && Catch::Contains("01-mean.cpp"));
  CHECK(read_file(home / "01-mean.cpp") == read_file(source / "docs/course/01-mean/start.cpp"));
  write_file(home / "01-mean.cpp", "// mine");
  course({"1"});
  CHECK(read_file(home / "01-mean.cpp") == "// mine");  // what the learner wrote stays
  for (int i = 0; i < 3; ++i) CHECK(course({"hint", "1"}).status == 0);
  CHECK(course({"hint", "1"}).status == 1);
  write_file(home / "progress", "solved 01-mean\n");
  CHECK_THAT(course({}).out, Catch::Contains("[x] 1. The mean of a set"));
  CHECK(course({"99"}).status == 2);
  CHECK(course({"mean"}).status == 2);
}
