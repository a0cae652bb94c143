// All ways in which a download can end, with a server on the loopback interface that makes deliberate
// mistakes.
#include "data/download.h"

#include <unistd.h>

#include <cmath>

#include "data/checksum.h"
#include "data/part_file.h"
#include "tests/data/http_server.h"
#include "tests/data/temporary_folder.h"
#include "tests/support/catch.h"

namespace norma {
namespace {

namespace fs = std::filesystem;
using Catch::Contains;
using Catch::StartsWith;
using test::HttpConnection;
using test::HttpRequest;
using test::HttpServer;
using test::read_file;
using test::text_thrown;
using test::write_file;
using namespace std::chrono_literals;

// A file of 100,000 bytes without repetitions.
std::string make_payload() {
  std::string bytes;
  for (int i = 0; bytes.size() < 100'000; ++i) bytes += fmt::format("{},", i);
  return bytes.substr(0, 100'000);
}
const std::string payload = make_payload();
constexpr std::size_t half = 50'000;

// A folder to download the payload into, and a request with short pauses.
struct Download {
  test::TemporaryFolder folder;
  fs::path target = folder / "file";
  fs::path part = folder / "file.part";
  DownloadRequest request;

  explicit Download(std::vector<std::string> urls) {
    write_file(folder / "payload", payload);
    request.urls = std::move(urls);
    request.target = target;
    request.bytes = static_cast<std::int64_t>(payload.size());
    request.sha256 = sha256_of_file(folder / "payload");
    request.stall_timeout = 300ms;
    request.resume_pause = 1ms;
  }
  // The text of the exception E that the download throws. Only the complete payload may have the final name.
  template <class E = Error>
  std::string error() {
    const std::string text = text_thrown<E>([&] { download(request); });
    CHECK_FALSE(fs::exists(target));
    return text;
  }
  // Whether it fails with NoNetwork or another Error.
  bool no_network() {
    try {
      download(request);
    } catch (const NoNetwork&) {
      return true;
    } catch (const Error&) {
      return false;
    }
    throw std::logic_error("the download succeeded");
  }
  void succeed() {
    download(request);
    CHECK(read_file(target) == payload);
    CHECK_FALSE(fs::exists(part));
  }
};

std::vector<std::string> ranges(const HttpServer& server) {
  std::vector<std::string> ranges;
  for (const HttpRequest& request : server.requests()) ranges.push_back(request.range);
  return ranges;
}

void serve_all(const HttpRequest& request, HttpConnection& connection) { connection.serve(payload, request); }
void serve_half(const HttpRequest& request, HttpConnection& connection) {
  connection.serve(payload, request, half);
}
void answer_404(const HttpRequest&, HttpConnection& connection) {
  connection.answer("404 Not Found", "<html>no such page</html>");
}

TEST_CASE("a download succeeds and reports its progress to the end", "[data]") {
  const HttpServer server(serve_all);
  Download d({server.url()});
  std::vector<DownloadProgress> seen;
  d.request.progress = [&](const DownloadProgress& p) { seen.push_back(p); };
  d.succeed();
  CHECK(ranges(server) == std::vector<std::string>{""});
  REQUIRE_FALSE(seen.empty());
  CHECK(seen.back().bytes == 100'000);
  CHECK(seen.back().total == 100'000);
  CHECK(seen.back().bytes_per_second > 0);
  CHECK(seen.back().seconds_left == 0);
  for (const DownloadProgress& p : seen) CHECK(p.seconds_left >= 0);
}

TEST_CASE("a broken transfer is resumed where it stopped", "[data]") {
  int count = 0;
  const HttpServer server([&](const HttpRequest& request, HttpConnection& connection) {
    connection.serve(payload, request, ++count < 3 ? 30'000 * (3 - count) : 0);
  });
  Download d({server.url()});
  d.succeed();
  CHECK(ranges(server) == std::vector<std::string>{"", "bytes=40000-", "bytes=70000-"});
}

TEST_CASE("a download continues the part file of an earlier one", "[data]") {
  const HttpServer server(serve_all);
  Download d({server.url()});
  write_file(d.part, payload.substr(0, half));
  d.succeed();
  CHECK(ranges(server) == std::vector<std::string>{"bytes=50000-"});
}

TEST_CASE("a part file that is complete is only verified", "[data]") {
  const HttpServer server(serve_all);
  Download d({server.url()});
  write_file(d.part, payload);
  d.succeed();
  CHECK(server.requests().empty());
}

TEST_CASE("a part file that is longer than the file is downloaded again", "[data]") {
  const HttpServer server(serve_all);
  Download d({server.url()});
  write_file(d.part, payload + "x");
  d.succeed();
  CHECK(ranges(server) == std::vector<std::string>{""});
}

TEST_CASE("if a server cannot resume, the download begins again", "[data]") {
  SECTION("it ignores the range") {
    const HttpServer server(
        [](const HttpRequest&, HttpConnection& connection) { connection.answer("200 OK", payload); });
    Download d({server.url()});
    write_file(d.part, payload.substr(0, half));
    d.succeed();
    CHECK(ranges(server) == std::vector<std::string>{"bytes=50000-"});
  }
  SECTION("it answers 416") {
    const HttpServer server([](const HttpRequest& request, HttpConnection& connection) {
      if (request.range.empty()) return connection.serve(payload, request);
      connection.answer("416 Range Not Satisfiable", "no");
    });
    Download d({server.url()});
    write_file(d.part, payload.substr(0, half));
    d.succeed();
    CHECK(ranges(server) == std::vector<std::string>{"bytes=50000-", ""});
  }
  SECTION("it sends another range than asked for") {
    const HttpServer server([](const HttpRequest& request, HttpConnection& connection) {
      if (request.range.empty()) return connection.serve(payload, request);
      connection.head("206 Partial Content",
                      {"Content-Length: 90000", "Content-Range: bytes 10000-99999/100000"});
      connection.send(payload.substr(10'000));
    });
    Download d({server.url()});
    write_file(d.part, payload.substr(0, half));
    d.succeed();
    CHECK(ranges(server) == std::vector<std::string>{"bytes=50000-", ""});
  }
}

TEST_CASE("a server that always breaks off is given up, and the received bytes are kept", "[data]") {
  const HttpServer server(serve_half);
  Download d({server.url()});
  d.request.resumes = 2;
  CHECK_THAT(d.error(),
             Contains("127.0.0.1") && Contains("broke off") && Contains("50000 of 100000 bytes are kept"));
  CHECK(ranges(server) == std::vector<std::string>{"", "bytes=50000-", "bytes=50000-"});
  CHECK(read_file(d.part) == payload.substr(0, half));
}

TEST_CASE("the next mirror continues where the previous one broke off", "[data]") {
  const HttpServer bad(serve_half), good(serve_all);
  Download d({bad.url(), good.url()});
  d.request.resumes = 1;
  d.succeed();
  CHECK(ranges(good) == std::vector<std::string>{"bytes=50000-"});
}

TEST_CASE("a server that stops during a download is not a missing network", "[data]") {
  auto server = std::make_unique<HttpServer>(serve_half);
  Download d({server->url()});
  d.request.progress = [&](const DownloadProgress& p) {
    if (p.bytes > 0) server.reset();
  };
  CHECK_FALSE(d.no_network());
}

TEST_CASE("a slow server is not given up, however few bytes it sends at a time", "[data]") {
  const HttpServer server([](const HttpRequest&, HttpConnection& connection) {
    connection.head("200 OK", {"Content-Length: 100000"});
    for (std::size_t i = 0; i < 10;
         ++i) {  // for one second, at 100 bytes per second, with a stall time of 0.3 s
      connection.send(payload.substr(i * 10, 10));
      std::this_thread::sleep_for(100ms);
    }
    connection.send(payload.substr(100));
  });
  Download d({server.url()});
  d.request.resumes = 0;
  d.succeed();
}

TEST_CASE("a server that sends nothing is given up after the stall time", "[data]") {
  const HttpServer silent([](const HttpRequest&, HttpConnection& connection) {
    connection.head("200 OK", {"Content-Length: 100000"});
    connection.send(payload.substr(0, half));
    connection.hold();
  });
  SECTION("for another one") {
    const HttpServer good(serve_all);
    Download d({silent.url(), good.url()});
    d.request.resumes = 0;
    d.succeed();
    CHECK(ranges(good) == std::vector<std::string>{"bytes=50000-"});
  }
  SECTION("for good") {
    Download d({silent.url()});
    d.request.resumes = 0;
    CHECK_THAT(d.error(), Contains("127.0.0.1") && Contains("sent nothing for 0.3 s"));
    CHECK(fs::file_size(d.part) == half);
  }
}

TEST_CASE("a file with another checksum is removed, and the error names both checksums", "[data]") {
  std::string wrong = payload;
  wrong[77] ^= 1;
  const HttpServer server(
      [&](const HttpRequest& request, HttpConnection& connection) { connection.serve(wrong, request); });
  Download d({server.url()});
  write_file(d.folder / "wrong", wrong);
  CHECK_THAT(d.error(), Contains(d.request.sha256) && Contains(sha256_of_file(d.folder / "wrong")));
  CHECK_FALSE(fs::exists(d.part));
}

TEST_CASE("a file with another length is refused", "[data]") {
  SECTION("shorter, as the server announces: what was there is kept for a better mirror") {
    const HttpServer server([](const HttpRequest&, HttpConnection& connection) {
      connection.answer("200 OK", "a page that asks for a password");
    });
    Download d({server.url()});
    write_file(d.part, payload.substr(0, half));
    CHECK_THAT(d.error(), Contains("a file of 31 bytes instead of 100000"));
    CHECK(read_file(d.part) == payload.substr(0, half));
  }
  SECTION("of another total in a range") {
    const HttpServer server([](const HttpRequest& request, HttpConnection& connection) {
      connection.serve(payload + payload, request);
    });
    Download d({server.url()});
    write_file(d.part, payload.substr(0, half));
    CHECK_THAT(d.error(), Contains("a file of 200000 bytes instead of 100000"));
  }
  SECTION("of a length that the server does not say: a log-in page must not become the start of the file") {
    const HttpServer server([](const HttpRequest&, HttpConnection& connection) {
      connection.head("200 OK") && connection.send("log in first");
    });
    Download d({server.url()});
    write_file(d.part, payload.substr(0, half));
    CHECK_THAT(d.error(), Contains("does not say how long"));
    CHECK(read_file(d.part) == payload.substr(0, half));
  }
  SECTION("empty") {
    const HttpServer server(
        [](const HttpRequest&, HttpConnection& connection) { connection.answer("200 OK", ""); });
    Download d({server.url()});
    CHECK_THAT(d.error(), Contains("a file of 0 bytes instead of 100000"));
    CHECK_FALSE(fs::exists(d.part));
  }
}

TEST_CASE("redirects are followed, but only a limited number and only to http", "[data]") {
  const HttpServer server([](const HttpRequest& request, HttpConnection& connection) {
    if (request.path == "/file") return connection.serve(payload, request);
    const std::string to = request.path == "/once"   ? "/file"
                           : request.path == "/disk" ? "file:///etc/hostname"
                                                     : request.path;
    connection.head("302 Found", {"Location: " + to, "Content-Length: 0"});
  });
  SECTION("once") {
    Download d({server.url("/once")});
    d.succeed();
  }
  SECTION("in a circle") {
    Download d({server.url("/circle")});
    CHECK_THAT(d.error(), Contains("redirects"));
    CHECK(server.requests().size() < 20);
  }
  SECTION("to a file") {
    Download d({server.url("/disk")});
    CHECK_THAT(d.error(), Contains("Protocol \"file\""));  // the rest depends on libcurl
  }
  SECTION("to an address where no server listens") {
    const std::string nowhere = test::refused_url();
    const HttpServer first([&](const HttpRequest&, HttpConnection& connection) {
      connection.head("302 Found", {"Location: " + nowhere, "Content-Length: 0"});
    });
    Download d({first.url()});
    CHECK_FALSE(d.no_network());
  }
}

TEST_CASE("a mirror without the file is skipped", "[data]") {
  const HttpServer bad(answer_404), good(serve_all);
  SECTION("for one that has it") {
    Download d({bad.url(), good.url()});
    d.succeed();
    CHECK(bad.requests().size() == 1);
  }
  SECTION("and so is one that refuses to connect") {
    Download d({test::refused_url(), good.url()});
    d.succeed();
  }
  SECTION("if no mirror has it, the error has every reason, and the page is not taken for the file") {
    const HttpServer broken([](const HttpRequest&, HttpConnection& connection) {
      connection.answer("500 Internal Server Error", payload);
    });
    Download d({bad.url(), broken.url()});
    CHECK_THAT(d.error(), Contains("status 404") && Contains("status 500"));
    CHECK_FALSE(fs::exists(d.part));
  }
  SECTION("an answer of success other than 200 and 206 does not count") {
    const HttpServer odd([](const HttpRequest&, HttpConnection& connection) {
      connection.answer("203 Non-Authoritative Information", payload);
    });
    Download d({odd.url()});
    CHECK_THAT(d.error(), Contains("status 203"));
  }
}

TEST_CASE("no connection to any mirror is reported as no network", "[data]") {
  const std::string url = test::refused_url();
  Download d({url, url});
  const std::string text = d.error<NoNetwork>();
  CHECK_THAT(text, StartsWith("no network (could not connect to 127.0.0.1"));
  CHECK_FALSE(fs::exists(d.part));
  const HttpServer server(answer_404);
  d.request.urls = {url, server.url()};
  CHECK_FALSE(d.no_network());
}

TEST_CASE("an address that is not http or https is an error", "[data]") {
  Download d({"file:///etc/hostname"});
  CHECK_FALSE(d.no_network());
  CHECK_THAT(d.error(), Contains("Protocol \"file\""));  // the rest depends on libcurl
  d.request.urls.clear();
  CHECK_THAT(d.error(), Contains("no mirror"));
}

TEST_CASE("the error of a cancelled download names the kept part file", "[data]") {
  const HttpServer server([](const HttpRequest&, HttpConnection& connection) {
    connection.head("200 OK", {"Content-Length: 100000"});
    connection.send(payload.substr(0, half));
    connection.hold();
  });
  Download d({server.url()});
  d.request.stall_timeout = 60s;
  d.request.cancelled = [&] { return fs::exists(d.part) && fs::file_size(d.part) == half; };
  CHECK_THAT(d.error<Interrupted>(), Contains("50000 of 100000 bytes are kept in " + d.part.string()));
  CHECK(read_file(d.part) == payload.substr(0, half));
}

TEST_CASE("cancelling a download ends its pauses at once", "[data]") {
  const HttpServer server(serve_half);
  Download d({server.url()});
  d.request.resume_pause = 60s;
  d.request.cancelled = [&] { return fs::exists(d.part) && fs::file_size(d.part) == half; };
  CHECK_THAT(d.error<Interrupted>(), Contains("was interrupted"));
}

TEST_CASE("download() passes on the exception of a callback", "[data]") {
  const HttpServer server(serve_all);
  Download d({server.url()});
  d.request.progress = [](const DownloadProgress&) { throw std::logic_error("from the callback"); };
  CHECK_THROWS_AS(download(d.request), std::logic_error);
  CHECK_FALSE(fs::exists(d.target));
}

TEST_CASE("two downloads of one file do not disturb each other", "[data]") {
  const HttpServer server(serve_all);
  Download d({server.url()});
  {
    const PartFile other(d.target);
    CHECK_THAT(d.error(), Contains("another process is downloading " + d.part.string()));
    CHECK(server.requests().empty());
  }
  d.succeed();
}

TEST_CASE("a place that cannot be written to is an error that names it", "[data]") {
  const HttpServer server(serve_all);
  Download d({server.url()});
  SECTION("a full disk") {
    fs::create_symlink("/dev/full", d.part);
    CHECK_THAT(d.error(), Contains("the disk is full") && Contains("file.part"));
  }
  SECTION("no such folder") {
    d.request.target = d.folder / "none/file";
    CHECK_THAT(d.error(), Contains("none/file.part: No such file or directory"));
  }
  SECTION("a folder in its place") {
    fs::create_directory(d.target);
    CHECK_THROWS_WITH(download(d.request), Contains("is a folder where a file should be"));
    CHECK(server.requests().empty());
  }
}

}  // namespace
}  // namespace norma
