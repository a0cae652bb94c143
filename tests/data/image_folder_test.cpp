#include "data/image_folder.h"

#include <unistd.h>

#include "tests/support/catch.h"

#include "core/error.h"
#include "core/parallel.h"
#include "data/find_data.h"
#include "tests/data/temporary_folder.h"
#include "tests/data/write_image.h"

namespace norma {
namespace {

namespace fs = std::filesystem;
using Catch::Contains;
using test::plain;
using test::TemporaryFolder;
using test::text_thrown;
using test::write_file;

const LoadOptions options = {.image = {3, 2, 2}};

// A PNG file of one colour, 3 × 4 pixels, with the folders above it.
void write_plain(const fs::path& file, std::uint8_t red, std::uint8_t green = 0, std::uint8_t blue = 0) {
  fs::create_directories(file.parent_path());
  test::write_png(file, 3, 4, PNG_FORMAT_RGB, plain(3, 4, {red, green, blue}));
}

// Two classes, of 2 and 1 images to train and 1 each to test; red counts them.
void write_pets(const fs::path& folder) {
  write_plain(folder / "train/cat/a.png", 1);
  write_plain(folder / "train/cat/b.png", 2);
  write_plain(folder / "train/dog/a.png", 3);
  write_plain(folder / "test/cat/c.png", 4);
  write_plain(folder / "test/dog/c.png", 5);
}

std::vector<int> reds(const Dataset& data) {
  std::vector<int> all;
  for (std::int64_t i = 0; i < data.images.size(0); ++i)
    all.push_back(data.images.data<std::uint8_t>()[i * data.images.numel() / data.images.size(0)]);
  return all;
}

std::string error_of(const fs::path& folder, const LoadOptions& with = options) {
  return text_thrown<Error>([&] { load_image_folder(folder, with); });
}

TEST_CASE("a folder of images has one class per folder and its images in the order of their paths",
          "[data][image]") {
  const TemporaryFolder folder;
  write_pets(folder.path());
  CHECK(find_image_folder(folder.path()) == folder.path());
  const DataSplit data = load_image_folder(folder.path(), options);
  CHECK(data.name == "folder");
  CHECK(data.classes == std::vector<std::string>{"cat", "dog"});
  CHECK(data.train.images.shape() == Shape{3, 3, 2, 2});
  CHECK(data.train.labels.to_vector<std::int64_t>() == std::vector<std::int64_t>{0, 0, 1});
  CHECK(data.test.labels.to_vector<std::int64_t>() == std::vector<std::int64_t>{0, 1});
  CHECK(reds(data.train) == std::vector<int>{1, 2, 3});
  CHECK(reds(data.test) == std::vector<int>{4, 5});
  CHECK(data.note.empty());
}

TEST_CASE("images of any kind are converted to the network's input", "[data][image]") {
  const TemporaryFolder folder;
  write_pets(folder.path());
  test::write_jpeg(folder / "train/dog/b.JPEG", 40, 30, 1, plain(40, 30, {7}));
  test::write_jpeg(folder / "train/dog/c.Jpg", 40, 30, 3, plain(40, 30, {9, 9, 9}));
  test::write_png(folder / "train/dog/d.PNG", 5, 5, PNG_FORMAT_RGBA, plain(5, 5, {22, 22, 22, 128}));
  const DataSplit color = load_image_folder(folder.path(), {.image = {3, 28, 20}});
  CHECK(color.train.images.shape() == Shape{6, 3, 28, 20});
  CHECK(reds(color.train) == std::vector<int>{1, 2, 3, 7, 9, 11});
  const DataSplit grey = load_image_folder(folder.path(), {.image = {1, 28, 28}});
  CHECK(grey.train.images.shape() == Shape{6, 1, 28, 28});
  CHECK(reds(grey.train) == std::vector<int>{0, 1, 1, 7, 9, 11});  // 0.299 of red
}

TEST_CASE("names of classes and images may have spaces and letters of other scripts", "[data][image]") {
  const TemporaryFolder folder;
  const std::string cat = "кошка и кот", dog = "犬";
  write_plain(folder / "train" / cat / "eins zwei ä.png", 1);
  write_plain(folder / "train" / dog / "写真 [1].png", 2);
  write_plain(folder / "test" / dog / "写真.png", 3);
  const DataSplit data = load_image_folder(folder.path(), options);
  CHECK(data.classes == std::vector<std::string>{cat, dog});
  CHECK(data.test.labels.to_vector<std::int64_t>() ==
        std::vector<std::int64_t>{1});  // a test set without cats
}

TEST_CASE("other files are skipped and counted, but not opened", "[data][image]") {
  const TemporaryFolder folder;
  write_pets(folder.path());
  for (const char* name :
       {"train/notes.txt", "train/cat/.hidden.png", "train/cat/list.csv", "test/dog/Thumbs.db"})
    write_file(folder / name, "no image");
  fs::create_directories(folder / "train/.cache/deep");
  fs::create_directories(folder / "train/dog/more");
  write_file(folder / "train/dog/png", "no image");  // no ending
  const DataSplit data = load_image_folder(folder.path(), options);
  CHECK(reds(data.train) == std::vector<int>{1, 2, 3});
  CHECK(data.note == "7 entries in " + folder.path().string() + " skipped: not PNG or JPEG files");
}

TEST_CASE("without a folder test a share of train is held out, or the error says how to do so",
          "[data][image]") {
  const TemporaryFolder folder;
  for (int i = 0; i < 20; ++i)
    write_plain(folder / fmt::format("train/{}/{:02}.png", i % 2 == 0 ? "even" : "odd", i),
                static_cast<std::uint8_t>(i));
  CHECK_THAT(text_thrown<UsageError>([&] { load_image_folder(folder.path(), options); }),
             Contains(folder.path().string() + " has no folder test") && Contains("--val-split SHARE"));
  const auto with = [](double share, std::uint64_t seed = 1) {
    return LoadOptions{.image = {3, 2, 2}, .hold_out = HeldOut{share, seed}};
  };
  const DataSplit data = load_image_folder(folder.path(), with(0.25));
  CHECK(data.train.labels.numel() == 15);
  CHECK(data.test.labels.numel() == 5);
  std::vector<int> all = reds(data.train), test = reds(data.test);
  all.insert(all.end(), test.begin(), test.end());
  std::sort(all.begin(), all.end());
  for (int i = 0; i < 20; ++i) CHECK(all[static_cast<std::size_t>(i)] == i);
  CHECK(reds(load_image_folder(folder.path(), with(0.25)).test) == test);
  CHECK(reds(load_image_folder(folder.path(), with(0.25, 2)).test) != test);
  for (const double share : {0.0, 1.0, -1.0, std::numeric_limits<double>::quiet_NaN()})
    CHECK_THAT(error_of(folder.path(), with(share)), Contains("between 0 and 1"));
  CHECK_THAT(error_of(folder.path(), with(0.01)), Contains("leaves none to test"));
  CHECK_THAT(error_of(folder.path(), with(0.99)), Contains("leaves none to train"));
  // With DIR/test nothing is held out.
  write_plain(folder / "test/even/a.png", 100);
  CHECK(load_image_folder(folder.path(), with(0.25)).train.labels.numel() == 20);
}

TEST_CASE("a folder without folders of classes is an error that says what is wrong", "[data][image]") {
  const TemporaryFolder folder;
  write_pets(folder.path());
  SECTION("no folder train") {
    fs::remove_all(folder / "train");
    CHECK(find_image_folder(folder.path()) == std::nullopt);
    CHECK(find_image_folder(folder / "none") == std::nullopt);
    CHECK_THAT(error_of(folder.path()), Contains("there is no folder train in " + folder.path().string()));
  }
  SECTION("a file in its place") {
    fs::remove_all(folder / "train");
    write_file(folder / "train", "");
    CHECK_THAT(error_of(folder.path()), Contains("there is no folder train in"));
  }
  SECTION("a file in the folder's own place") {
    CHECK_THROWS_WITH(find_image_folder(folder / "train/cat/a.png"), Contains("a.png is not a folder"));
  }
  SECTION("images without classes") {
    fs::remove_all(folder / "train");
    write_plain(folder / "train/a.png", 1);
    CHECK_THAT(error_of(folder.path()), Contains("train holds no images: expected a folder per class"));
  }
  SECTION("one class only") {
    fs::remove_all(folder / "train/dog");
    CHECK_THAT(error_of(folder.path()), Contains("train has one class, cat: expected at least two folders"));
  }
  SECTION("a class without images") {
    fs::create_directories(folder / "train/empty/deeper");
    CHECK_THAT(error_of(folder.path()), Contains("train/empty holds no image"));
  }
  SECTION("a class without images to test") {
    fs::remove(folder / "test/dog/c.png");
    CHECK_THAT(error_of(folder.path()), Contains("test/dog holds no image"));
  }
  SECTION("a test without classes") {
    fs::remove_all(folder / "test");
    fs::create_directory(folder / "test");
    CHECK_THAT(error_of(folder.path()), Contains("test holds no images"));
  }
  SECTION("a class in test that train lacks") {
    write_plain(folder / "test/bird/a.png", 1);
    CHECK_THAT(error_of(folder.path()), Contains("test/bird is a class that train does not have"));
  }
  SECTION("a link to nowhere, and a folder, named like images") {
    fs::create_symlink("nowhere", folder / "train/cat/c.png");
    CHECK_THAT(error_of(folder.path()), Contains("train/cat/c.png has the name of an image"));
    fs::remove(folder / "train/cat/c.png");
    fs::create_directory(folder / "train/cat/c.png");
    CHECK_THAT(error_of(folder.path()), Contains("train/cat/c.png has the name of an image"));
  }
  SECTION("class names that are not text") {
    for (const char* name :
         {"a\nb", "\xFF", "\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x7F"}) {
      write_plain(folder / "train" / name / "a.png", 1);
      CHECK_THAT(error_of(folder.path()), Contains("cannot name a class: expected UTF-8"));
      fs::remove_all(folder / "train" / name);
    }
    CHECK(error_of(folder.path()).empty());
  }
  SECTION("a shape that no picture can be brought to") {
    for (const Shape& image :
         {Shape{}, Shape{28, 28}, Shape{2, 8, 8}, Shape{4, 8, 8}, Shape{3, 0, 8}, Shape{3, 8, 5000}})
      CHECK_THAT(error_of(folder.path(), {.image = image}),
                 Contains("images can be resized to 1 or 3 channels"));
  }
  SECTION("a folder that cannot be read") {
    if (geteuid() == 0) return;  // root may read it
    fs::permissions(folder / "train/cat", fs::perms::none);
    CHECK_THAT(error_of(folder.path()), Contains("cannot read the folder") && Contains("train/cat"));
    fs::permissions(folder / "train/cat", fs::perms::owner_all);
  }
}

TEST_CASE("the error names the first image that cannot be read, for any number of threads", "[data][image]") {
  const TemporaryFolder folder;
  write_pets(folder.path());
  for (int i = 0; i < 40; ++i) write_plain(folder / fmt::format("train/dog/x{:02}.png", i), 1);
  for (const int bad : {7, 8, 30, 39})
    write_file(folder / fmt::format("train/dog/x{:02}.png", bad), "not an image");
  const int before = threads();
  for (const int count : {1, 2}) {
    set_threads(count);
    CHECK_THAT(error_of(folder.path()), Contains("train/dog/x07.png is not an image"));
  }
  set_threads(before);
}

TEST_CASE("the user's own images are found only by --data, and no built-in images replace them",
          "[data][image]") {
  const TemporaryFolder folder;
  DataRequest request;
  request.set = find_data_set("folder");
  const Environment environment{.norma_data = "", .xdg_cache_home = "", .home = folder.path()};
  const auto error = [&](const std::string& data) {
    request.data = data;
    return text_thrown<Error>([&] { find_data(request, environment); });
  };
  CHECK_THAT(error(""), Contains("name their folder with --data"));
  CHECK_THAT(error("synthetic"), Contains("nothing can replace your own images"));
  CHECK_THAT(error(folder / "pets"), Contains("there is no folder ~/pets/train"));
  write_pets(folder / "pets");
  CHECK(error(folder / "pets").empty());
  const DataChoice choice = find_data(request, environment);
  CHECK(choice.folder == folder / "pets");
  CHECK(choice.reason == "your own images in ~/pets");
  const DataSplit data = load_data(request.set, choice.folder, options);
  const Normalization measured = normalization_of(request.set, data.train);
  CHECK(measured.mean == measure_normalization(data.train).mean);
  CHECK(measured.mean[0] == Approx(2.0 / 255));
  CHECK(normalization_of(mnist_data, data.train).mean == mnist_normalization.mean);
  CHECK_THROWS_AS(load_data(request.set, std::nullopt, options), UsageError);
  request.mirrors = {"http://127.0.0.1:1/"};
  CHECK_THAT(error(folder / "pets"), Contains("leave --mirror out"));
}

}  // namespace
}  // namespace norma
