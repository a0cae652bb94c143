#include "data/download.h"

#include <fmt/ranges.h>

#include <thread>

#include "data/checksum.h"
#include "data/part_file.h"
#include "data/transfer.h"

namespace norma {
namespace {

// Sleeps, unless the download is cancelled.
void pause(const DownloadRequest& request, const PartFile& part, std::chrono::milliseconds duration) {
  const auto end = std::chrono::steady_clock::now() + duration;
  while (std::chrono::steady_clock::now() < end) {
    check_not_cancelled(request, part);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

Attempt run_with_resumes(Transfer& transfer, const std::string& url, const DownloadRequest& request,
                         const PartFile& part) {
  Attempt attempt = transfer.run(url);
  for (int resume = 1; resume <= request.resumes && attempt.outcome == Outcome::cut; ++resume) {
    pause(request, part, resume * request.resume_pause);
    attempt = transfer.run(url);
    if (attempt.outcome == Outcome::unreachable) attempt.outcome = Outcome::cut;  // it had answered before
  }
  return attempt;
}

void verify(const DownloadRequest& request, PartFile& part) {
  const std::string found = sha256_of_file(part.path());
  if (found == request.sha256) return;
  part.clear();
  fail("the download of {} has SHA-256 {} instead of {} and was removed: try again, or another mirror",
       request.target.filename().string(), found, request.sha256);
}

}  // namespace

void check_not_cancelled(const DownloadRequest& request, const PartFile& part) {
  if (!request.cancelled || !request.cancelled()) return;
  throw Interrupted(fmt::format("the download of {} was interrupted: {}", request.target.filename().string(),
                                part.what_is_kept(request.bytes)));
}

void download(const DownloadRequest& request) {
  if (request.urls.empty()) fail("there is no mirror to download {} from", request.target.string());
  PartFile part(request.target);
  if (part.size() > request.bytes) part.clear();
  Transfer transfer(request, part);
  std::vector<std::string> reasons;
  bool reached = false;
  for (const std::string& url : request.urls) {
    if (part.size() == request.bytes) break;
    const Attempt attempt = run_with_resumes(transfer, url, request, part);
    if (attempt.outcome == Outcome::complete) break;
    reached = reached || attempt.outcome != Outcome::unreachable;
    reasons.push_back(attempt.reason);
  }
  if (part.size() != request.bytes) {
    const std::string reason = fmt::format("{}", fmt::join(reasons, "; "));
    if (!reached) throw NoNetwork(fmt::format("no network ({})", reason));
    fail("could not download {} ({}): try again, or another mirror; {}", request.target.filename().string(),
         reason, part.what_is_kept(request.bytes));
  }
  verify(request, part);
  part.publish();
}

}  // namespace norma
