#include "apps/cli/run_app.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <new>
#include <system_error>

#include "apps/cli/progress.h"
#include "core/error.h"
#include "data/download.h"

namespace norma {
namespace {

int lost_output = 0;  // errno of the first text that stdout did not take

void remember_lost_output() {
  if (lost_output == 0) lost_output = errno != 0 ? errno : EIO;
  std::clearerr(stdout);
}

// A closed stream gives its number to the next file that is opened, and what is printed would go there.
void open_standard_streams() {
  for (int stream = 0; stream <= 2; ++stream) {
    if (fcntl(stream, F_GETFD) >= 0) continue;
    // It gets this number, the lowest free one. Neither reading from stdin nor writing to the others
    // succeeds.
    [[maybe_unused]] const int opened = open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY);
  }
}

int complain(const std::string& name, const std::string& sentence, int status) {
  std::fputs(fmt::format("{}: {}\n", name, printable(sentence)).c_str(), stderr);
  return status;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n')
      shown += "\\n";
    else if (byte < ' ' || byte == 0x7F)
      shown += fmt::format("\\x{:02x}", byte);
    else
      shown += c;
  }
  return shown;
}

std::optional<Host>& host() {
  static std::optional<Host> one;
  return one;
}

void print(std::string_view text) {
  if (host()) return host()->write(text);
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    remember_lost_output();
}

int run_app(const std::string& name, const std::function<int()>& body) {
  open_standard_streams();
  signal(SIGXFSZ, SIG_IGN);  // a file beyond the size limit is an error with a reason
  try {
    const int status = body();
    print("");
    if (lost_output != 0 && lost_output != EPIPE)
      fail("the text on stdout could not be written: {}", std::strerror(lost_output));
    return status;
  } catch (const UsageError& e) {
    return complain(name, e.what(), 2);
  } catch (const Interrupted& e) {
    return complain(name, e.what(), interrupt_status());
  } catch (const std::bad_alloc&) {
    return complain(name, "not enough memory; try a smaller --batch-size", 1);
  } catch (const std::filesystem::filesystem_error& e) {
    return complain(name, fmt::format("{}: {}", e.path1().string(), e.code().message()), 1);
  } catch (const std::system_error& e) {  // of fmt::print, where stdout takes no more
    return complain(name, fmt::format("the text on stdout could not be written: {}", e.code().message()), 1);
  } catch (const std::exception& e) {
    return complain(name, e.what(), 1);
  }
}

}  // namespace norma
