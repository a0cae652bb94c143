#include "data/find_data.h"

#include <fmt/format.h>

#include "data/checksum.h"
#include "tests/data/http_server.h"
#include "tests/data/temporary_folder.h"
#include "tests/support/catch.h"

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

// An empty home, and a request for a small archive from an address where no server listens.
struct Home {
  test::TemporaryFolder folder;
  Environment environment{.norma_data = "", .xdg_cache_home = "", .home = folder.path()};
  fs::path cache = folder / ".cache/norma";
  DataRequest request;

  Home() {
    write_file(folder / "payload", payload);
    archive().bytes = static_cast<std::int64_t>(payload.size());
    archive().sha256 = sha256_of_file(folder / "payload");
    archive().urls = {test::refused_url()};
  }
  RemoteFile& archive() { return request.set.files[0]; }
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

TEST_CASE("a relative XDG_CACHE_HOME is ignored, and a missing HOME is an error", "[data]") {
  Home h;
  h.make_data(h.cache);
  h.environment.xdg_cache_home = "relative";
  CHECK(h.find().folder == h.cache);
  h.environment.home = "";
  CHECK_THROWS_AS(h.find(), UsageError);
}

TEST_CASE("the synthetic set is used if it is requested", "[data]") {
  Home h;
  h.make_data(h.cache);
  SECTION("by the flag") { h.request.data = "synthetic"; }
  SECTION("by the variable") { h.environment.norma_data = "synthetic"; }
  CHECK(h.find().folder == std::nullopt);
  CHECK_THAT(h.find().reason, Contains("as asked"));
}

TEST_CASE("missing data is downloaded, into new folders", "[data]") {
  const HttpServer server(serve);
  Home h;
  h.archive().urls = {server.url("/cifar")};
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
  CHECK(server.requests().size() == 1);  // the second time it exists
}

TEST_CASE("given mirrors replace the built-in ones", "[data]") {
  const HttpServer built_in(serve), mirror(serve);
  Home h;
  h.archive().urls = {built_in.url()};
  h.request.mirrors = {mirror.url("/lab/")};
  CHECK(h.find().folder == h.cache);
  CHECK(built_in.requests().empty());
  REQUIRE(mirror.requests().size() == 1);
  CHECK(mirror.requests()[0].path == "/lab/cifar-10-binary.tar.gz");
}

TEST_CASE("without a network and without data the synthetic set is used", "[data]") {
  Home h;
  SECTION("in the cache") {
    const DataChoice choice = h.find();
    CHECK(choice.folder == std::nullopt);
    CHECK_THAT(choice.reason, Contains("no network (could not connect to 127.0.0.1") &&
                                  Contains("and no CIFAR-10 in ~/.cache/norma: using the built-in"));
  }
  SECTION("in a folder that is named and there") {
    h.request.data = h.folder / "empty";
    fs::create_directory(h.folder / "empty");
    CHECK(h.find().folder == std::nullopt);
    CHECK(fs::is_empty(h.folder / "empty"));
  }
  CHECK_FALSE(fs::exists(h.folder / ".cache"));
}

TEST_CASE("a given folder that does not exist is not replaced by the synthetic set", "[data]") {
  Home h;
  SECTION("by the flag") { h.request.data = h.folder / "typo/data"; }
  SECTION("by the variable") { h.environment.norma_data = h.folder / "typo/data"; }
  CHECK_THAT(h.error(), Contains("~/typo/data does not exist") && Contains("no network"));
  CHECK_FALSE(fs::exists(h.folder / "typo"));
}

TEST_CASE("a given folder with something else in it is not replaced by the synthetic set", "[data]") {
  const auto error_with = [](const std::string& name, bool by_flag) {
    Home h;
    const fs::path data = h.folder / "data";
    fs::create_directories(data);
    write_file(data / "beach.jpg", "x");
    write_file(data / name, "x");
    (by_flag ? h.request.data : h.environment.norma_data) = data;
    return h.error();
  };
  for (const bool by_flag : {true, false}) {
    CAPTURE(by_flag);
    CHECK_THAT(error_with("beach.jpg", by_flag),
               Contains("there is no CIFAR-10 in ~/data, which has beach.jpg, and there is no network"));
    for (const std::string name : {"cifar-10-batches-py", "cifar-10-python.tar.gz"})
      CHECK_THAT(error_with(name, by_flag),
                 Contains("~/data has " + name + ", the Python version of CIFAR-10"));
    for (const std::string name :
         {"cifar-10-binary (1).tar.gz", "CIFAR-10-binary.tgz", "cifar_10_binary.zip"})
      CHECK_THAT(error_with(name, by_flag),
                 Contains(name + ", which may be the archive of CIFAR-10 under another name: rename it"));
  }
}

TEST_CASE("a set one folder deeper is found", "[data]") {
  Home h;
  h.request.data = h.folder / "data";
  fs::create_directories(h.folder / "data/downloads/cifar-10-batches-bin");
  const DataChoice choice = h.find();
  CHECK(choice.folder == fs::path(h.request.data) / "downloads");
  CHECK(choice.reason == "CIFAR-10 in ~/data/downloads");
}

TEST_CASE("a given path that is not a folder is an error", "[data]") {
  Home h;
  h.request.data = h.folder / "payload";
  CHECK_THAT(h.error(), Contains("payload is not a folder"));
  h.request.data = h.folder / "payload/below";
  CHECK_THAT(h.error(), Contains("payload/below"));
}

TEST_CASE("a download that fails for another reason is an error and not replaced by the synthetic set",
          "[data]") {
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

TEST_CASE("an interrupted download keeps its folder and the received bytes", "[data]") {
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

// MNIST as four files of a few bytes each, and an empty home.
struct MnistHome : Home {
  fs::path folder_of_files = cache / "mnist", part = cache / "mnist.part";

  MnistHome() {
    request.set = mnist_data;
    for (RemoteFile& file : request.set.files) {
      write_file(folder / "payload", contents(file.name));
      file.bytes = static_cast<std::int64_t>(contents(file.name).size());
      file.sha256 = sha256_of_file(folder / "payload");
      file.urls = {test::refused_url()};
    }
  }
  static std::string contents(const std::string& name) { return "stands for " + name; }
  static std::string name(const HttpRequest& request) {
    return request.path.substr(request.path.rfind('/') + 1);
  }
  static void serve(const HttpRequest& request, HttpConnection& connection) {
    connection.serve(contents(name(request)), request);
  }
  void check_files() const {
    for (const RemoteFile& file : request.set.files)
      CHECK(test::read_file(folder_of_files / file.name) == contents(file.name));
    CHECK(std::distance(fs::directory_iterator(folder_of_files), {}) == 4);
    CHECK_FALSE(fs::exists(part));
  }
};

// Serves the files of MNIST up to one of them, for which it calls `there`.
HttpServer::Handler serve_until(const std::string& name, HttpServer::Handler there) {
  return [=](const HttpRequest& request, HttpConnection& connection) {
    MnistHome::name(request) == name ? there(request, connection) : MnistHome::serve(request, connection);
  };
}

TEST_CASE("the files of MNIST are downloaded to their own folder, with one common progress",
          "[data][mnist]") {
  const HttpServer server(MnistHome::serve);
  MnistHome h;
  std::vector<DownloadProgress> seen;
  h.request.progress = [&](const DownloadProgress& p) { seen.push_back(p); };
  for (RemoteFile& file : h.request.set.files) file.urls = {server.url("/built-in/")};
  SECTION("which is new") {}
  SECTION("which is there, but empty") { fs::create_directories(h.folder_of_files); }
  SECTION("from a mirror that is named") { h.request.mirrors = {server.url("/built-in/")}; }
  CHECK_THAT(h.find().reason, Equals("MNIST, downloaded to ~/.cache/norma"));
  h.check_files();
  REQUIRE(server.requests().size() == 4);
  CHECK(server.requests()[1].path == "/built-in/train-labels-idx1-ubyte.gz");
  std::int64_t total = 0;
  for (const RemoteFile& file : h.request.set.files) total += file.bytes;
  REQUIRE(seen.size() >= 4);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    CHECK(seen[i].total == total);
    if (i > 0) CHECK(seen[i].bytes >= seen[i - 1].bytes);
    CHECK(seen[i].seconds_left >= 0);
  }
  CHECK(seen.back().bytes == total);
  CHECK(seen.back().seconds_left == 0);
  CHECK_THAT(h.find().reason, Equals("MNIST in ~/.cache/norma"));
  CHECK(server.requests().size() == 4);  // the second time they exist
}

TEST_CASE("MNIST and CIFAR-10 are kept side by side", "[data][mnist]") {
  const HttpServer server(MnistHome::serve);
  MnistHome h;
  h.make_data(h.cache);
  h.request.mirrors = {server.url("/")};
  CHECK_THAT(h.find().reason, Equals("MNIST, downloaded to ~/.cache/norma"));
  h.request.set = cifar10_data;
  CHECK_THAT(h.find().reason, Equals("CIFAR-10 in ~/.cache/norma"));
}

TEST_CASE("MNIST and Fashion-MNIST are downloaded side by side, although their files have the same names",
          "[data][mnist]") {
  const HttpServer server(MnistHome::serve);
  MnistHome h;
  h.request.mirrors = {server.url("/")};
  h.find();
  const std::vector<RemoteFile> files = h.request.set.files;
  h.request.set = find_data_set("fashion-mnist");
  h.request.set.files = files;  // the same short contents
  CHECK_THAT(h.find().reason, Equals("Fashion-MNIST, downloaded to ~/.cache/norma"));
  CHECK(server.requests().size() == 8);
  CHECK(fs::exists(h.cache / "fashion-mnist/train-images-idx3-ubyte.gz"));
  CHECK(mnist_data.find(h.cache) == h.cache / "mnist");
  CHECK(find_data_set("fashion-mnist").find(h.cache) == h.cache / "fashion-mnist");
}

TEST_CASE("an incomplete MNIST is not used: the next run continues where one broke off", "[data][mnist]") {
  const std::string third = "t10k-images-idx3-ubyte.gz";
  MnistHome h;
  SECTION("at a file that the mirror does not have") {
    const HttpServer server(serve_until(third, [](const HttpRequest&, HttpConnection& connection) {
      connection.answer("404 Not Found", "no");
    }));
    h.request.mirrors = {server.url("/")};
    CHECK_THAT(h.error(), Contains(third) && Contains("status 404"));
  }
  SECTION("at a file with another checksum") {
    const HttpServer server(serve_until(third, [&](const HttpRequest& request, HttpConnection& connection) {
      connection.serve(std::string(MnistHome::contents(third).size(), 'x'), request);
    }));
    h.request.mirrors = {server.url("/")};
    CHECK_THAT(h.error(), Contains(third) && Contains("SHA-256"));
  }
  SECTION("by Ctrl-C") {
    const HttpServer server(serve_until(third, [&](const HttpRequest&, HttpConnection& connection) {
      connection.head("200 OK", {fmt::format("Content-Length: {}", MnistHome::contents(third).size())});
      connection.send(MnistHome::contents(third).substr(0, 10));
      connection.hold();
    }));
    h.request.mirrors = {server.url("/")};
    const fs::path third_part = h.part / (third + ".part");
    h.request.cancelled = [&] { return fs::exists(third_part) && fs::file_size(third_part) == 10; };
    CHECK_THROWS_AS(h.find(), Interrupted);
  }
  CHECK_FALSE(fs::exists(h.folder_of_files));
  CHECK(mnist_data.find(h.cache) == std::nullopt);
  CHECK(fs::exists(h.part / "train-labels-idx1-ubyte.gz"));

  const HttpServer server(MnistHome::serve);
  h.request.cancelled = nullptr;
  h.request.mirrors = {server.url("/")};
  h.find();
  h.check_files();
  CHECK(server.requests().size() == 2);
}

TEST_CASE("losing the network between two files is an error, having none from the start is not",
          "[data][mnist]") {
  MnistHome h;
  CHECK(h.find().folder == std::nullopt);
  CHECK_THAT(h.find().reason, Contains("no network") && Contains("and no MNIST in ~/.cache/norma"));
  CHECK_FALSE(fs::exists(h.folder / ".cache"));

  const HttpServer server(MnistHome::serve);
  for (int i = 0; i < 2; ++i) h.request.set.files[static_cast<std::size_t>(i)].urls = {server.url("/")};
  CHECK_THAT(h.error(), Contains("no network") && Contains("before all of MNIST had arrived") &&
                            Contains("t10k-images-idx3-ubyte.gz"));
  CHECK(h.find().folder == std::nullopt);  // two files exist, but there is no network
}

TEST_CASE("a mirror for several files must be a folder", "[data][mnist]") {
  MnistHome h;
  h.request.mirrors = {"http://127.0.0.1:1/train-images-idx3-ubyte.gz"};
  CHECK_THROWS_AS(h.find(), UsageError);
  CHECK_THAT(h.error(), Contains("MNIST has 4 files") && Contains("with a / at its end"));
  CHECK_FALSE(fs::exists(h.folder / ".cache"));
}

TEST_CASE("other files in the place of MNIST are an error before anything is downloaded", "[data][mnist]") {
  const HttpServer server(MnistHome::serve);
  MnistHome h;
  h.request.mirrors = {server.url("/")};
  fs::create_directories(h.cache);
  SECTION("a file") { write_file(h.folder_of_files, ""); }
  SECTION("a folder of other things") {
    fs::create_directory(h.folder_of_files);
    write_file(h.folder_of_files / "notes", "");
  }
  CHECK_THAT(h.error(), Contains("norma/mnist already exists, but contains no file of MNIST"));
  CHECK(server.requests().empty());
  CHECK_FALSE(fs::exists(h.part));
}

TEST_CASE("each known set has a name, files with checksums, and built-in images of its shape", "[data]") {
  for (const KnownDataSet& set : known_data_sets()) {
    CAPTURE(set.title);
    CHECK(&find_data_set(set.name) == &set);
    if (set.files.empty()) {  // the user's own images, about which nothing is known
      CHECK((set.make_synthetic == nullptr && set.normalization.mean.empty() && set.image.rank() == 0));
      continue;
    }
    for (const RemoteFile& file : set.files) {
      CHECK(file.bytes > 0);
      CHECK(file.md5.size() == 32);
      CHECK(file.sha256.size() == 64);
      CHECK_FALSE(file.urls.empty());
      // A mirror may use http: the checksum verifies the file.
      CHECK(std::any_of(file.urls.begin(), file.urls.end(),
                        [](const std::string& u) { return u.starts_with("https://"); }));
    }
    CHECK((set.files.size() == 1 || !set.folder.empty()));
    check_normalization(set.normalization, set.image[0]);
    const DataSplit synthetic = load_data(set, std::nullopt);
    CHECK(synthetic.name == "synthetic");
    CHECK(synthetic.train.images.shape() ==
          Shape{set.name == "cifar10" ? 12000 : 8000, set.image[0], set.image[1], set.image[2]});
    CHECK(static_cast<std::int64_t>(synthetic.classes.size()) == set.classes);
  }
  CHECK(load_data(find_data_set("cifar100"), std::nullopt, {.labels = Labels::coarse}).classes.size() == 20);
}

TEST_CASE("an unknown set, or labels that a set does not have, are errors", "[data]") {
  std::vector<std::string> names;
  for (const KnownDataSet& set : known_data_sets()) names.push_back(set.name);
  CHECK_THAT(text_thrown<UsageError>([] { find_data_set("cifar"); }),
             Equals(fmt::format("there is no data set called 'cifar': the known ones are {}",
                                fmt::join(names, ", "))));
  for (const char* name : {"cifar10", "mnist", "fashion-mnist"})
    CHECK_THAT(text_thrown<UsageError>(
                   [&] { load_data(find_data_set(name), std::nullopt, {.labels = Labels::coarse}); }),
               Contains("only CIFAR-100 has coarse labels, not"));
}

TEST_CASE("damaged data is found, so that the loader can report the damage", "[data]") {
  Home h;
  h.request.data = h.folder.path();
  write_file(h.folder / "cifar-10-binary.tar.gz", "broken");
  CHECK(h.find().folder == h.folder.path());
}

}  // namespace
}  // namespace norma
