// course_judge NUMBER FILE: judges the learner's compiled file. Prints "right", or "wrong: …" and exits
// with 1.
#include "tests/course/judge.h"

#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>

#include "core/random.h"
#include "kernels/simt/code_names.h"
#include "kernels/simt/counters.h"
#include "kernels/simt/schedule.h"

namespace norma::course {
namespace {

void* library = nullptr;
constexpr unsigned longest = 12;  // seconds

std::string line_of(const std::map<std::uintptr_t, CodeName>& code, std::uintptr_t site) {
  const std::string& place = code.at(site).line;
  return place.substr(place.rfind('/') + 1);
}

const char* verb(simt::Access::Kind kind) {
  return kind == simt::Access::Kind::read    ? "reads"
         : kind == simt::Access::Kind::write ? "writes"
                                             : "updates";
}

void check_races(const simt::Counters& counted) {
  if (counted.races.empty()) return;
  const simt::Race& race = counted.races.front();
  const auto code = code_names({race.first_site, race.second_site});
  wrong("a race: thread {} {} at {}, and thread {}{} {} the same bytes at {}; nothing orders the two",
        race.first_thread, verb(race.first_kind), line_of(code, race.first_site), race.second_thread,
        race.between_blocks ? " of another block" : "", verb(race.second_kind),
        line_of(code, race.second_site));
}

double waste(const simt::Requests& r) {
  return r.ideal == 0 ? 0 : static_cast<double>(r.waste()) / static_cast<double>(r.ideal);
}

void check_limit(const char* what, double got, double most) {
  if (got > most + 1e-9)
    wrong("the results are right, but {} {:.2f}, and at most {:.2f} is allowed", what, got, most);
}

void check_limits(const simt::CountLaunches& counting, const Limits& limits) {
  const simt::Counters c = counting.result();
  if (!c.seen_memory()) wrong("no kernel was launched, or it touched no memory");
  const double threads = static_cast<double>(c.threads);
  check_limit("the number of launches is", static_cast<double>(counting.launches().size()), limits.launches);
  check_limit("wasted sectors per necessary one when reading are", waste(c.global_reads), limits.read_waste);
  check_limit("wasted sectors per necessary one when writing are", waste(c.global_writes),
              limits.write_waste);
  check_limit("bytes that are read, per byte of the arrays, are",
              static_cast<double>(c.global_reads.moved) /
                  static_cast<double>(std::max<std::uint64_t>(1, c.global_bytes_read)),
              limits.times_read);
  simt::Requests shared = c.shared_reads;
  shared += c.shared_writes;
  check_limit("bank conflicts per necessary pass are", waste(shared), limits.bank_conflicts);
  check_limit("barriers per thread are", static_cast<double>(c.barriers) / threads, limits.barriers);
  check_limit("shuffles per thread are", static_cast<double>(c.shuffles) / threads, limits.shuffles);
}

int judge(int number) {
  for (const Exercise& exercise : exercises())
    if (exercise.number == number) try {
        exercise.judge();
        return std::puts("right"), 0;
      } catch (const Wrong& w) {
        return std::printf("wrong: %s\n", w.text.c_str()), 1;
      } catch (const std::exception& e) {
        return std::printf("wrong: %s\n", e.what()), 1;
      }
  return std::fprintf(stderr, "course_judge: there is no exercise %d\n", number), 2;
}

}  // namespace

std::vector<Exercise>& exercises() {
  static std::vector<Exercise> all;
  return all;
}

void* find_function(const char* name) {
  void* const found = dlsym(library, name);
  if (found == nullptr) wrong("the file does not define {}()", name);
  return found;
}

std::string shown(double number) { return std::isnan(number) ? "NaN" : fmt::format("{:.7g}", number); }

void expect(const std::string& what, double got, double want, double tolerance) {
  if (!(std::abs(got - want) <= tolerance * std::max(1.0, std::abs(want))))
    wrong("{} is {}, but {:.10g} is right", what, std::isnan(got) ? "NaN" : fmt::format("{:.10g}", got),
          want);
}

std::vector<float> numbers(std::size_t count, std::uint64_t seed, double low, double high) {
  const RandomSequence random{seed};
  std::vector<float> values;
  for (std::size_t i = 0; i < count; ++i)
    values.push_back(static_cast<float>(low + (high - low) * random.uniform(i)));
  return values;
}

void judge_kernels(const std::function<void()>& run, const std::function<void()>& check,
                   const Limits& limits) {
  for (const simt::Schedule& schedule : simt::all_schedules) {
    const simt::UseSchedule use(schedule);
    const simt::CountLaunches counting;
    run();
    check_races(counting.result());
    try {
      check();
    } catch (Wrong& w) {
      w.text += fmt::format("; order of the threads: {}", name(schedule.order));
      throw;
    }
    if (&schedule == &simt::all_schedules.back()) check_limits(counting, limits);
  }
}

}  // namespace norma::course

int main(int argc, char** argv) {
  using namespace norma::course;
  if (argc != 3) return std::fprintf(stderr, "Usage: course_judge NUMBER FILE\n"), 2;
  library = dlopen(argv[2], RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) return std::printf("wrong: the file cannot be loaded: %s\n", dlerror()), 1;
  // A process of its own, so that a crash and an endless loop are verdicts too.
  const pid_t child = fork();
  if (child == 0) {
    alarm(longest);
    const int status = judge(std::atoi(argv[1]));
    std::fflush(stdout);
    _exit(status);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  if (WTERMSIG(status) == SIGALRM)
    std::printf("wrong: it did not end within %u seconds\n", longest);
  else
    std::printf("wrong: it crashed (%s): does it read or write outside of the arrays?\n",
                strsignal(WTERMSIG(status)));
  return 1;
}
