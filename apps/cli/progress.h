// What a person sees while a program works: a bar on a terminal, plain lines elsewhere, nothing when quiet.
#pragma once

#include <string>

#include "core/clock.h"

namespace norma {

/// "1:04:09" or "4:09"
std::string duration(double seconds);

/// Prints a line at once, unless quiet.
void say(bool quiet, const std::string& line);

/// A line that is rewritten in place on a terminal, at most ten times per second. Elsewhere it becomes a plain line
/// wherever a minute has passed since the last one or since clear(): a log of epochs shorter than that has the epochs' lines
/// alone, and a log of longer ones shows that the run is alive.
class Progress {
 public:
  explicit Progress(bool quiet);
  ~Progress() { clear(); }

  /// True where show() would show something now.
  bool due() const { return !quiet_ && clock_.seconds() >= next_; }
  /// `share` of the work is done, in [0, 1]; `text` goes right of the bar, `label` left of it.
  void show(double share, const std::string& label, const std::string& text);
  /// Takes the bar away; to be called before something else is printed.
  void clear();

 private:
  bool quiet_, terminal_, color_;
  bool shown_ = false;
  Clock clock_;
  double next_ = 0;
};

/// True once after SIGINT or SIGTERM; the second signal ends the process as usual.
void watch_for_interrupt();
bool interrupted();
/// 128 + the signal's number, the shell's convention.
int interrupt_status();

}  // namespace norma
