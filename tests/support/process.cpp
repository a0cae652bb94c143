#include "tests/support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"

namespace norma::test {
namespace {

[[noreturn]] void become(const std::vector<std::string>& argv, int out, int err) {
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  std::vector<char*> arguments;
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  execv(arguments[0], arguments.data());
  _exit(127);
}

// Reads the available bytes; false at the end.
bool drain(int from, std::string& into) {
  char buffer[4096];
  const ssize_t count = read(from, buffer, sizeof buffer);
  if (count > 0) into.append(buffer, static_cast<std::size_t>(count));
  return count > 0;
}

}  // namespace

Finished run_program(const std::vector<std::string>& argv, const std::string& interrupt_when) {
  int out[2], err[2];
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) fail("no pipe");
  const pid_t child = fork();
  if (child == 0) become(argv, out[1], err[1]);
  close(out[1]), close(err[1]);
  Finished result{};
  bool interrupted = interrupt_when.empty(), open_out = true, open_err = true;
  while (open_out || open_err) {
    pollfd watched[] = {{open_out ? out[0] : -1, POLLIN, 0}, {open_err ? err[0] : -1, POLLIN, 0}};
    poll(watched, 2, 1000);
    if (watched[0].revents != 0) open_out = drain(out[0], result.out);
    if (watched[1].revents != 0) open_err = drain(err[0], result.err);
    if (!interrupted && result.out.find(interrupt_when) != std::string::npos)
      interrupted = kill(child, SIGINT) == 0;
  }
  close(out[0]), close(err[0]);
  int status = 0;
  waitpid(child, &status, 0);
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

}  // namespace norma::test
