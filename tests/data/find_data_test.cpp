#include "data/find_data.h"

#include <catch2/catch.hpp>

#include "data/checksum.h"
#include "tests/data/http_server.h"
#include "tests/data/temporary_folder.h"

namespace norma {
namespace {

namespace fs = std::filesystem;
using Catch::Contains;
using Catch::Equals;
using test::HttpConnection;
using test::HttpRequest;
using test::HttpServer;
using test::text_thrown;
using test::write_file;

const std::string payload = "stands for the archive: finding it is by name";

// A home with nothing in it, and a request for a small archive from where nobody listens.
struct Home {
  test::TemporaryFolder folder;
  Environment environment{.norma_data = "", .xdg_cache_home = "", .home = folder.path()};
  fs::path cache = folder / ".cache/norma";
  DataRequest request;

  Home() {
    write_file(folder / "payload", payload);
    request.archive.bytes = static_cast<std::int64_t>(payload.size());
    request.archive.sha256 = sha256_of_file(folder / "payload");
    request.archive.urls = {test::refused_url()};
  }
  DataChoice find() const { return find_data(request, environment); }
  std::string error() const {
    return text_thrown<Error>([&] { find(); });
  }
  fs::path make_data(const fs::path& at) const {
    fs::create_directories(at / "cifar-10-batches-bin");
    return at;
  }
};

void serve(const HttpRequest& request, HttpConnection& connection) { connection.serve(payload, request); }

TEST_CASE("data is looked for in --data, else NORMA_DATA, else the cache", "[data]") {
  Home h;
  h.make_data(h.cache);
  CHECK(h.find().folder == h.cache);
  CHECK_THAT(h.find().reason, Equals("CIFAR-10 in ~/.cache/norma"));
  h.environment.xdg_cache_home = h.folder / "xdg";
  CHECK(h.find().folder == std::nullopt);
  h.make_data(h.folder / "xdg/norma");
  CHECK(h.find().folder == h.folder / "xdg/norma");
  h.environment.norma_data = h.make_data(h.folder / "variable");
  CHECK(h.find().folder == h.folder / "variable");
  h.request.data = h.make_data(h.folder / "flag");
  CHECK(h.find().folder == h.folder / "flag");
}

TEST_CASE("a relative XDG_CACHE_HOME is ignored, and a missing HOME is asked about", "[data]") {
  Home h;
  h.make_data(h.cache);
  h.environment.xdg_cache_home = "relative";
  CHECK(h.find().folder == h.cache);
  h.environment.home = "";
  CHECK_THROWS_AS(h.find(), UsageError);
}

TEST_CASE("the synthetic set is used where it is asked for", "[data]") {
  Home h;
  h.make_data(h.cache);
  SECTION("by the flag") { h.request.data = "synthetic"; }
  SECTION("by the variable") { h.environment.norma_data = "synthetic"; }
  CHECK(h.find().folder == std::nullopt);
  CHECK_THAT(h.find().reason, Contains("as asked"));
}

TEST_CASE("what is missing is downloaded, into folders made for it", "[data]") {
  const HttpServer server(serve);
  Home h;
  h.request.archive.urls = {server.url("/cifar")};
  SECTION("to the cache") {
    CHECK(h.find().folder == h.cache);
    CHECK(test::read_file(h.cache / "cifar-10-binary.tar.gz") == payload);
  }
  SECTION("to a folder that is named and new") {
    h.request.data = h.folder / "a/b";
    CHECK_THAT(h.find().reason, Equals("CIFAR-10, downloaded to ~/a/b"));
    CHECK(test::read_file(h.folder / "a/b/cifar-10-binary.tar.gz") == payload);
  }
  h.find();
  CHECK(server.requests().size() == 1);  // the second time it is there
}

TEST_CASE("mirrors that are named replace the built-in ones", "[data]") {
  const HttpServer built_in(serve), mirror(serve);
  Home h;
  h.request.archive.urls = {built_in.url()};
  h.request.mirrors = {mirror.url("/lab/")};
  CHECK(h.find().folder == h.cache);
  CHECK(built_in.requests().empty());
  REQUIRE(mirror.requests().size() == 1);
  CHECK(mirror.requests()[0].path == "/lab/cifar-10-binary.tar.gz");
}

TEST_CASE("without a network and without data the synthetic set stands in", "[data]") {
  Home h;
  SECTION("in the cache") {
    const DataChoice choice = h.find();
    CHECK(choice.folder == std::nullopt);
    CHECK_THAT(choice.reason, Contains("no network (could not connect to 127.0.0.1") &&
                                  Contains("and no CIFAR-10 in ~/.cache/norma: training on the built-in"));
  }
  SECTION("in a folder that is named and there") {
    h.request.data = h.folder / "empty";
    fs::create_directory(h.folder / "empty");
    CHECK(h.find().folder == std::nullopt);
    CHECK(fs::is_empty(h.folder / "empty"));
  }
  CHECK_FALSE(fs::exists(h.folder / ".cache"));
}

TEST_CASE("a named folder that does not exist is not replaced by the synthetic set", "[data]") {
  Home h;
  SECTION("by the flag") { h.request.data = h.folder / "typo/data"; }
  SECTION("by the variable") { h.environment.norma_data = h.folder / "typo/data"; }
  CHECK_THAT(h.error(), Contains("~/typo/data does not exist") && Contains("no network"));
  CHECK_FALSE(fs::exists(h.folder / "typo"));
}

TEST_CASE("a named place that is no folder is an error", "[data]") {
  Home h;
  h.request.data = h.folder / "payload";
  CHECK_THAT(h.error(), Contains("payload is not a folder"));
  h.request.data = h.folder / "payload/below";
  CHECK_THAT(h.error(), Contains("payload/below"));
}

TEST_CASE("a download that fails otherwise is an error, not a reason for the synthetic set", "[data]") {
  Home h;
  SECTION("404") {
    const HttpServer server(
        [](const HttpRequest&, HttpConnection& connection) { connection.answer("404 Not Found", "no"); });
    h.request.mirrors = {server.url()};
    CHECK_THAT(h.error(), Contains("status 404"));
  }
  SECTION("another checksum") {
    const HttpServer server([](const HttpRequest& request, HttpConnection& connection) {
      connection.serve(std::string(payload.size(), 'x'), request);
    });
    h.request.mirrors = {server.url()};
    CHECK_THAT(h.error(), Contains("SHA-256"));
  }
  CHECK_FALSE(fs::exists(h.folder / ".cache"));
}

TEST_CASE("a download that is interrupted keeps its folder and what arrived", "[data]") {
  const HttpServer server([](const HttpRequest&, HttpConnection& connection) {
    connection.head("200 OK", {fmt::format("Content-Length: {}", payload.size())});
    connection.send(payload.substr(0, 10));
    connection.hold();
  });
  Home h;
  h.request.mirrors = {server.url()};
  const fs::path part = h.cache / "cifar-10-binary.tar.gz.part";
  h.request.cancelled = [&] { return fs::exists(part) && fs::file_size(part) == 10; };
  CHECK_THROWS_AS(h.find(), Interrupted);
  CHECK(fs::file_size(part) == 10);
}

TEST_CASE("damaged data is found, so that loading it can say what is wrong", "[data]") {
  Home h;
  h.request.data = h.folder.path();
  write_file(h.folder / "cifar-10-binary.tar.gz", "broken");
  CHECK(h.find().folder == h.folder.path());
}

}  // namespace
}  // namespace norma
