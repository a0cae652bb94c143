// Downloading one known file: resumed where it broke off, verified, and under its final name only when it is
// complete.
//
//   mirror ──▶ <target>.part ──▶ size and SHA-256 ──▶ fsync, rename ──▶ <target>
//              locked; kept when the download breaks off, continued by the next one
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/error.h"

namespace norma {

/// No mirror could be connected to: no name resolution, no route, refused, no answer in time.
class NoNetwork : public Error {
 public:
  using Error::Error;
};

/// The `cancelled` predicate returned true.
class Interrupted : public Error {
 public:
  using Error::Error;
};

struct DownloadProgress {
  std::int64_t bytes;  ///< on disk by now, including those of an earlier download
  std::int64_t total;
  double bytes_per_second;  ///< on average since this download began
  double seconds_left;      ///< at that speed; infinite while nothing has arrived
};

struct DownloadRequest {
  std::vector<std::string> urls;  ///< http or https, tried in this order
  std::filesystem::path target;
  std::int64_t bytes = 0;
  std::string sha256;  ///< lower-case hexadecimal

  std::function<void(const DownloadProgress&)> progress;  ///< optional; called ten times a second at most
  std::function<bool()> cancelled;                        ///< optional; asked at least once a second

  std::chrono::milliseconds connect_timeout{10'000};
  /// A server that sends nothing for this long is given up; a slow server is not.
  std::chrono::milliseconds stall_timeout{60'000};
  int resumes = 5;  ///< how often a broken transfer is resumed at one mirror
  std::chrono::milliseconds resume_pause{
      1000};  ///< before the first resume; a second one waits twice as long
};

/// Downloads request.urls[…] to request.target. Throws NoNetwork, Interrupted, or an Error that
/// says what went wrong at each mirror.
void download(const DownloadRequest& request);

}  // namespace norma
