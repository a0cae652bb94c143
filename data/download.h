// Downloads one known file. A download that broke off is resumed. The file is verified, and gets its final
// name only when it is complete.
//
//   mirror ──▶ <target>.part ──▶ size and SHA-256 ──▶ fsync, rename ──▶ <target>
//              locked; kept when the download breaks off, continued by the next download
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/error.h"

namespace norma {

/// No mirror could be reached: no name resolution, no route, connection refused, or no answer in time.
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

  std::function<void(const DownloadProgress&)> progress;  ///< optional; called at most ten times per second
  std::function<bool()> cancelled;                        ///< optional; called at least once per second

  std::chrono::milliseconds connect_timeout{10'000};
  /// A transfer ends if the server sends nothing for this long. A slow server is accepted.
  std::chrono::milliseconds stall_timeout{60'000};
  int resumes = 5;  ///< how often a broken transfer is resumed at one mirror
  /// The pause before the first resume; the second resume waits twice as long, and so on.
  std::chrono::milliseconds resume_pause{1000};
};

/// Downloads request.urls[…] to request.target. Throws NoNetwork, Interrupted, or an Error that
/// says what went wrong at each mirror.
void download(const DownloadRequest& request);

}  // namespace norma
