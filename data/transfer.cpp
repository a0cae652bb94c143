#include "data/transfer.h"

#include <algorithm>
#include <cstdio>

namespace norma {
namespace {

double seconds(std::chrono::steady_clock::duration d) { return std::chrono::duration<double>(d).count(); }

}  // namespace

Transfer::Transfer(const DownloadRequest& request, PartFile& part) : request_(request), part_(part) {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (initialised == CURLE_OK) curl_.reset(curl_easy_init());
  if (!curl_) fail("libcurl could not be initialised");
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 1L);
  set(CURLOPT_MAXREDIRS, 5L);
  set(CURLOPT_FAILONERROR, 1L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count()));
  set(CURLOPT_USERAGENT, "norma");
  set(CURLOPT_ERRORBUFFER, message_.data());
  set(CURLOPT_WRITEDATA, this);
  set(
      CURLOPT_WRITEFUNCTION, +[](char* bytes, std::size_t, std::size_t count, void* self) -> std::size_t {
        auto& t = *static_cast<Transfer*>(self);
        return t.guarded([&] { return t.receive(bytes, count); }) ? count : CURL_WRITEFUNC_ERROR;
      });
  set(CURLOPT_XFERINFODATA, this);
  set(
      CURLOPT_XFERINFOFUNCTION, +[](void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) -> int {
        auto& t = *static_cast<Transfer*>(self);
        return t.guarded([&] { return t.tick(); }) ? 0 : 1;
      });
}

Attempt Transfer::run(const std::string& url) {
  heard_ = Clock::now();
  answered_ = false;
  verdict_.reset();
  message_[0] = '\0';
  const std::string range = fmt::format("{}-", part_.size());
  set(CURLOPT_URL, url.c_str());
  // RANGE, not RESUME_FROM: with the latter libcurl refuses a server that sends the whole file instead.
  set(CURLOPT_RANGE, part_.size() > 0 ? range.c_str() : nullptr);
  const CURLcode code = curl_easy_perform(curl_.get());
  if (thrown_) std::rethrow_exception(thrown_);
  return judge(code);
}

// Checks the head of the answer before the first byte is written. The bytes that we have are dropped only if
// the server sends the right file from its beginning.
bool Transfer::accept_answer() {
  answered_ = true;
  const long status = get<long>(CURLINFO_RESPONSE_CODE);
  long long first = 0, total = -1;
  if (status == 206) {
    curl_header* header = nullptr;
    if (curl_easy_header(curl_.get(), "content-range", 0, CURLH_HEADER, -1, &header) != CURLHE_OK ||
        std::sscanf(header->value, "bytes %lld-%*d/%lld", &first, &total) < 1 || first != part_.size()) {
      part_.clear();
      return stop(Outcome::cut, fmt::format("{} answered with another range than requested", host()));
    }
  } else if (status == 200) {
    total = get<curl_off_t>(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T);
  } else {
    return stop(Outcome::refused, fmt::format("{} answered with HTTP status {}", host(), status));
  }
  if (total < 0)  // e.g. the log-in page of a network: its bytes must not become the start of the file
    return stop(Outcome::refused, fmt::format("{} does not say how long its file is", host()));
  if (total != request_.bytes)
    return stop(Outcome::refused,
                fmt::format("{} has a file of {} bytes instead of {}", host(), total, request_.bytes));
  if (status == 200) part_.clear();
  return true;
}

bool Transfer::receive(const char* bytes, std::size_t count) {
  heard_ = Clock::now();
  if (!answered_ && !accept_answer()) return false;
  if (part_.size() + static_cast<std::int64_t>(count) > request_.bytes) {
    part_.clear();
    return stop(Outcome::refused, fmt::format("{} sends more than {} bytes", host(), request_.bytes));
  }
  part_.append(bytes, count);
  received_ += static_cast<std::int64_t>(count);
  return true;
}

// Called by libcurl when bytes arrive, and once per second when no bytes arrive.
bool Transfer::tick() {
  check_not_cancelled(request_, part_);
  const auto now = Clock::now();
  if (now - heard_ > request_.stall_timeout)
    return stop(Outcome::cut,
                fmt::format("{} sent nothing for {} s", host(), seconds(request_.stall_timeout)));
  if (now - reported_ < std::chrono::milliseconds(100)) return true;
  reported_ = now;
  report();
  return true;
}

Attempt Transfer::judge(CURLcode code) {
  if (code == CURLE_OK && !answered_) accept_answer();  // an answer without a body
  if (verdict_) return *verdict_;
  if (part_.size() == request_.bytes) {
    report();
    return {Outcome::complete, ""};
  }
  // A mirror that redirects us to a server that does not answer has been reached; a mirror behind a proxy
  // that refuses the connection has not.
  const Outcome unreachable =
      get<long>(CURLINFO_REDIRECT_COUNT) == 0 ? Outcome::unreachable : Outcome::refused;
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return {unreachable, "could not resolve " + host()};
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {unreachable, "could not resolve the proxy's name"};
    case CURLE_COULDNT_CONNECT:
      return {unreachable, "could not connect to " + host()};
    case CURLE_SSL_CONNECT_ERROR:
      return {unreachable, "could not make a secure connection to " + host()};
    case CURLE_OPERATION_TIMEDOUT:
      return {unreachable,
              fmt::format("{} did not answer within {} s", host(), seconds(request_.connect_timeout))};
    default:
      break;
  }
  if (const long proxy = get<long>(CURLINFO_HTTP_CONNECTCODE); proxy >= 400)
    return {unreachable, fmt::format("the proxy refused a connection to {} (HTTP status {})", host(), proxy)};
  switch (code) {
    case CURLE_HTTP_RETURNED_ERROR:
      return judge_status();
    case CURLE_OK:
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return {Outcome::cut, fmt::format("{} broke off the transfer", host())};
    default:
      return {Outcome::refused,
              fmt::format("{}: {}", host(), message_[0] ? message_.data() : curl_easy_strerror(code))};
  }
}

Attempt Transfer::judge_status() {
  const long status = get<long>(CURLINFO_RESPONSE_CODE);
  const std::string reason = fmt::format("{} answered with HTTP status {}", host(), status);
  if (status != 416 || part_.size() == 0) return {Outcome::refused, reason};
  part_.clear();  // the server knows no such range: begin again
  return {Outcome::cut, reason};
}

bool Transfer::stop(Outcome outcome, std::string reason) {
  verdict_ = {outcome, std::move(reason)};
  return false;
}

void Transfer::report() {
  if (!request_.progress) return;
  const double speed = static_cast<double>(received_) / std::max(seconds(Clock::now() - began_), 1e-3);
  const auto missing = static_cast<double>(request_.bytes - part_.size());
  const double left = missing == 0 ? 0 : missing / speed;
  request_.progress({part_.size(), request_.bytes, speed, left});
}

// The host of the last address, e.g. "www.cs.toronto.edu". After a redirect it is not the mirror's.
std::string Transfer::host() const {
  const char* address = get<const char*>(CURLINFO_EFFECTIVE_URL);
  const std::string url = address ? address : "";
  const auto scheme = url.find("://");
  std::string host = scheme == std::string::npos ? url : url.substr(scheme + 3);
  host.erase(std::min(host.find_first_of("/?#"), host.size()));
  host.erase(0, host.find('@') + 1);  // user and password
  return host.empty() ? url : host;   // file:///… has no host
}

}  // namespace norma
