#include "apps/cli/progress.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace norma {
namespace {

volatile sig_atomic_t caught = 0;

constexpr double plain_interval = 60, bar_interval = 0.1;  // seconds

int columns() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

bool wants_color() {
  const char* no_color = std::getenv("NO_COLOR");  // https://no-color.org: any value but the empty one
  const char* term = std::getenv("TERM");
  return (no_color == nullptr || *no_color == '\0') && term != nullptr && std::string(term) != "dumb";
}

}  // namespace

std::string duration(double seconds) {
  if (!(seconds < 1e9)) return "-:--";  // not known yet
  const auto whole = static_cast<std::int64_t>(seconds + 0.5);
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

void say(bool quiet, const std::string& line) {
  if (quiet) return;
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

Progress::Progress(bool quiet) : quiet_(quiet), terminal_(isatty(STDOUT_FILENO) == 1), color_(wants_color()) {
  next_ = terminal_ ? 0 : plain_interval;
}

void Progress::show(double share, const std::string& label, const std::string& text) {
  if (!due()) return;
  next_ = clock_.seconds() + (terminal_ ? bar_interval : plain_interval);
  if (!terminal_) {
    fmt::print("{} {:3.0f} %  {}\n", label, 100 * share, text);
    std::fflush(stdout);
    return;
  }
  const int room = columns() - 1 - static_cast<int>(label.size() + text.size()) - 12;
  const int width = std::clamp(room, 0, 30), done = static_cast<int>(share * width);
  std::string bar;
  if (width >= 5)
    bar = fmt::format(" {}{}{}{}", color_ ? "\033[32m" : "", std::string(static_cast<std::size_t>(done), '#'),
                      color_ ? "\033[0m" : "", std::string(static_cast<std::size_t>(width - done), '.'));
  std::string line = fmt::format("{}{} {:3.0f} %  {}", label, bar, 100 * share, text);
  if (width < 5) line.resize(std::min(line.size(), static_cast<std::size_t>(columns() - 1)));
  fmt::print("\r\033[K{}", line);
  std::fflush(stdout);
  shown_ = true;
}

void Progress::clear() {
  if (shown_) fmt::print("\r\033[K");
  shown_ = false;
  if (!terminal_) next_ = clock_.seconds() + plain_interval;
  std::fflush(stdout);
}

void watch_for_interrupt() {
  struct sigaction action {};
  action.sa_handler = [](int number) {
    caught = number;
    signal(SIGINT, SIG_DFL);  // a second one of either kind ends the process
    signal(SIGTERM, SIG_DFL);
  };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() { return caught != 0; }

int interrupt_status() { return 128 + caught; }

}  // namespace norma
