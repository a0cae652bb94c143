// One HTTP transfer into a part file, through libcurl: requests the missing bytes from a mirror and returns
// how that ended. download() decides which mirror to ask, how often, and what to do next.
#pragma once

#include <curl/curl.h>

#include <array>
#include <exception>
#include <memory>
#include <optional>
#include <string>

#include "data/download.h"
#include "data/part_file.h"

namespace norma {

enum class Outcome {
  complete,
  cut,          ///< broke off: resuming may help
  refused,      ///< this mirror does not have the file: the next may
  unreachable,  ///< never connected
};

struct Attempt {
  Outcome outcome;
  std::string reason;
};

/// Throws Interrupted where the request's `cancelled` returns true.
void check_not_cancelled(const DownloadRequest& request, const PartFile& part);

class Transfer {
 public:
  Transfer(const DownloadRequest& request, PartFile& part);

  /// Requests the missing bytes. Throws what the callbacks of the request throw, and if writing fails.
  Attempt run(const std::string& url);

 private:
  using Clock = std::chrono::steady_clock;

  bool accept_answer();
  bool receive(const char* bytes, std::size_t count);
  bool tick();
  void report();
  Attempt judge(CURLcode code);
  Attempt judge_status();
  bool stop(Outcome outcome, std::string reason);
  std::string host() const;

  template <class T>
  void set(CURLoption option, T value) {
    curl_easy_setopt(curl_.get(), option, value);
  }
  template <class T>
  T get(CURLINFO info) const {
    T value{};
    curl_easy_getinfo(curl_.get(), info, &value);
    return value;
  }
  // libcurl's callbacks may not throw: an exception of f ends the transfer, and run() throws it again.
  template <class F>
  bool guarded(F f) {
    try {
      return f();
    } catch (...) {
      thrown_ = std::current_exception();
      return false;
    }
  }

  const DownloadRequest& request_;
  PartFile& part_;
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl_{nullptr, curl_easy_cleanup};
  std::array<char, CURL_ERROR_SIZE> message_{};
  Clock::time_point began_ = Clock::now(), reported_{};
  std::int64_t received_ = 0;

  // Of the current run:
  Clock::time_point heard_{};  // when it began or bytes last arrived
  bool answered_ = false;
  std::optional<Attempt> verdict_;
  std::exception_ptr thrown_;
};

}  // namespace norma
