// Beginning and end of every program: three open streams, and an exit status.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace norma {

/// Runs the body of a program. An error becomes one sentence on stderr and its exit status: 2 for a wrong
/// command line, 1 for any other failure, 128 + the signal's number where a signal interrupted it. Text on
/// stdout that could not be written (a full disk) is a failure too; a reader that has gone (`| head`) is
/// none.
int run_app(const std::string& name, const std::function<int()>& body);

/// The text with control characters as \n or \x1b, for names of files, which may have any: a terminal obeys
/// some.
std::string printable(std::string_view text);

/// What replaces stdout and signals where these functions are part of another program, as Python
/// (apps/python).
struct Host {
  std::function<void(std::string_view)> write;
  std::function<bool()> stop;  ///< whether the user asked to stop
  bool rewrites = false;       ///< \r goes back to the beginning of a line
};
/// Empty in Norma's own programs.
std::optional<Host>& host();

/// Prints at once. If that fails, the program continues, and run_app() reports the failure at its end.
void print(std::string_view text);

}  // namespace norma
