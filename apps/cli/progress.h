// The display while a program works: a bar on a terminal, plain lines elsewhere, nothing when quiet.
#pragma once

#include <string>

#include "core/clock.h"

namespace norma {

/// "1:04:09" or "4:09"
std::string duration(double seconds);

/// Prints a line at once, unless quiet.
void say(bool quiet, const std::string& line);

/// Whether stdout is a terminal that shows colours, and the user has not turned them off.
bool shows_colours();

/// A line that is rewritten in place on a terminal, at most ten times per second. Elsewhere it is a plain
/// line, only if a minute has passed since the last one or since clear(). So a log of short epochs has one
/// line per epoch, and a log of long epochs shows that the run continues.
class Progress {
 public:
  explicit Progress(bool quiet);
  ~Progress() { clear(); }

  /// True if show() would print something now.
  bool due() const { return !quiet_ && clock_.seconds() >= next_; }
  /// `share` of the work is done, in [0, 1]; `text` goes right of the bar, `label` left of it.
  void show(double share, const std::string& label, const std::string& text);
  /// Removes the bar. Call it before printing anything else.
  void clear();

 private:
  bool quiet_, terminal_, color_;
  std::size_t shown_ = 0;  // bytes of the line on the terminal
  Clock clock_;
  double next_ = 0;
};

/// Catches SIGINT, SIGTERM and SIGHUP, unless they are ignored (as under nohup). The second signal ends the
/// process as usual. Ignores SIGPIPE.
void watch_for_interrupt();
/// Whether a signal was caught.
bool interrupted();
/// 128 + the number of the signal, as in shells.
int interrupt_status();

}  // namespace norma
