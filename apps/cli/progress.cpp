#include "apps/cli/progress.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "apps/cli/run_app.h"

namespace norma {
namespace {

volatile sig_atomic_t caught = 0;

constexpr double plain_interval = 60, bar_interval = 0.1;  // seconds

int columns() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

bool wants_color() {
  if (host()) return false;
  const char* no_color = std::getenv("NO_COLOR");  // https://no-color.org: any value but the empty one
  return no_color == nullptr || *no_color == '\0';
}

// A terminal that can go back to the beginning of a line.
bool on_terminal() {
  if (host()) return host()->rewrites;
  const char* term = std::getenv("TERM");
  return isatty(STDOUT_FILENO) == 1 && term != nullptr && *term != '\0' && std::string(term) != "dumb";
}

}  // namespace

bool shows_colours() { return on_terminal() && wants_color(); }

std::string duration(double seconds) {
  if (!(seconds < 1e9)) return "-:--";  // not known yet
  const std::int64_t whole = std::llround(seconds);
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

void say(bool quiet, const std::string& line) {
  if (quiet) return;
  print(printable(line) + "\n");
}

Progress::Progress(bool quiet) : quiet_(quiet), terminal_(on_terminal()), color_(wants_color()) {
  next_ = terminal_ ? 0 : plain_interval;
}

void Progress::show(double share, const std::string& label, const std::string& text) {
  if (!due()) return;
  next_ = clock_.seconds() + (terminal_ ? bar_interval : plain_interval);
  if (!terminal_) {
    print(fmt::format("{} {:3.0f} %  {}\n", label, 100 * share, text));
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
  clear();
  print(line);
  shown_ = line.size();
}

void Progress::clear() {
  if (shown_ > 0)
    print("\r" + std::string(std::min(shown_, static_cast<std::size_t>(columns() - 1)), ' ') + "\r");
  shown_ = 0;
  if (!terminal_) next_ = clock_.seconds() + plain_interval;
}

void watch_for_interrupt() {
  static constexpr int signals[] = {SIGINT, SIGTERM, SIGHUP};
  struct sigaction action {};
  action.sa_handler = [](int number) {
    caught = number;
    for (const int s : signals) signal(s, SIG_DFL);  // a second one of any kind ends the process
  };
  for (const int s : signals) {
    struct sigaction before {};
    sigaction(s, nullptr, &before);
    if (before.sa_handler != SIG_IGN) sigaction(s, &action, nullptr);  // as nohup has it
  }
  signal(SIGPIPE, SIG_IGN);  // a reader that has gone does not end a training
}

bool interrupted() { return caught != 0 || (host() && host()->stop()); }

int interrupt_status() { return 128 + caught; }

}  // namespace norma
