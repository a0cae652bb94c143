// The batches here are sparse files of zeros (label 0, black) with a few bytes set, so that files of full
// size take little time and space.
#include "data/cifar.h"

#include <unistd.h>

#include "core/error.h"
#include "data/known_data.h"
#include "tests/data/temporary_folder.h"
#include "tests/data/write_archive.h"
#include "tests/support/catch.h"

namespace norma {
namespace {

namespace fs = std::filesystem;
using Catch::Contains;
using test::read_file;
using test::TarWriter;
using test::TemporaryFolder;
using test::text_thrown;
using test::write_file;

constexpr std::int64_t record_bytes = 3073, batch_bytes = 30'730'000;

std::string batch_name(int batch) {
  return batch == 5 ? "test_batch.bin" : fmt::format("data_batch_{}.bin", batch + 1);
}

void set_byte(const fs::path& file, std::int64_t position, int value) {
  std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
  stream.seekp(position);
  stream.put(static_cast<char>(value));
}

// Six good batches. In batch b, record 0 has label b, its first pixel is 10 + b and record 9,999 has label
// 9 − b and its last pixel is 20 + b.
void write_batches(const fs::path& folder) {
  fs::create_directories(folder);
  for (int batch = 0; batch < 6; ++batch) {
    const fs::path file = folder / batch_name(batch);
    write_file(file, "");
    fs::resize_file(file, batch_bytes);
    set_byte(file, 0, batch);
    set_byte(file, 1, 10 + batch);
    set_byte(file, 9999 * record_bytes, 9 - batch);
    set_byte(file, batch_bytes - 1, 20 + batch);
  }
}

void check_contents(const DataSplit& data) {
  CHECK(data.name == "cifar10");
  CHECK(data.train.images.shape() == Shape{50000, 3, 32, 32});
  CHECK(data.train.labels.shape() == Shape{50000});
  CHECK(data.test.images.shape() == Shape{10000, 3, 32, 32});
  CHECK(data.test.labels.shape() == Shape{10000});
  for (int batch = 0; batch < 6; ++batch) {
    INFO("batch " << batch);
    const Dataset& dataset = batch == 5 ? data.test : data.train;
    const std::int64_t first = batch == 5 ? 0 : batch * 10000;
    const std::uint8_t* image = dataset.images.data<std::uint8_t>() + first * 3072;
    const std::int64_t* label = dataset.labels.data<std::int64_t>() + first;
    CHECK(label[0] == batch);
    CHECK(label[1] == 0);
    CHECK(label[9999] == 9 - batch);
    CHECK(int{image[0]} == 10 + batch);
    CHECK(int{image[1]} == 0);
    CHECK(int{image[9999 * 3072]} == 0);
    CHECK(int{image[10000 * 3072 - 1]} == 20 + batch);
  }
}

std::string load_error(const fs::path& folder) {
  return text_thrown<Error>([&] { load_cifar10(folder); });
}

TEST_CASE("CIFAR-10 loads from its unpacked batches", "[data]") {
  const TemporaryFolder folder;
  SECTION("in the folder cifar-10-batches-bin") {
    write_batches(folder / "cifar-10-batches-bin");
    CHECK(find_cifar10(folder.path()) == folder / "cifar-10-batches-bin");
  }
  SECTION("in the folder itself") {
    write_batches(folder.path());
    CHECK(find_cifar10(folder.path()) == folder.path());
  }
  const DataSplit data = load_cifar10(folder.path());
  check_contents(data);
  CHECK(data.classes.size() == 10);
  CHECK(data.classes.front() == "airplane");
  CHECK(data.classes.back() == "truck");
}

TEST_CASE("CIFAR-10 loads from an archive, compressed or not, with any folders in it", "[data]") {
  const TemporaryFolder folder;
  write_batches(folder / "source");
  const auto write = [&](const std::string& name, int filter, const std::string& prefix) {
    TarWriter tar(folder / name, filter);
    tar.add(prefix + "readme.html", "unrelated");
    for (int batch = 5; batch >= 0; --batch)
      tar.add(prefix + batch_name(batch), read_file(folder / "source" / batch_name(batch)));
    tar.add(prefix + "batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
  };
  SECTION("gzip") { write("cifar-10-binary.tar.gz", ARCHIVE_FILTER_GZIP, "cifar-10-batches-bin/"); }
  SECTION("zstd, under a wrong name") { write("cifar-10-binary.tar.gz", ARCHIVE_FILTER_ZSTD, ""); }
  SECTION("none") { write("cifar-10-binary.tar", ARCHIVE_FILTER_NONE, "./"); }
  const DataSplit data = load_cifar10(folder.path());
  check_contents(data);
  CHECK(data.classes == std::vector<std::string>{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"});
}

TEST_CASE("class names are taken from batches.meta.txt if it has one for each class", "[data]") {
  const TemporaryFolder folder;
  write_batches(folder.path());
  const auto classes = [&](const std::string& text) {
    write_file(folder / "batches.meta.txt", text);
    return load_cifar10(folder.path()).classes;
  };
  CHECK(classes("a\r\nb\r\nc\r\nd\r\ne\r\nf\r\ng\r\nh\r\ni\r\nten\r\n").back() == "ten");
  CHECK(classes("a\nb\nc\n").back() == "truck");
  CHECK(classes("a\nb\nc\nd\ne\nf\ng\nh\ni\ni\n").back() == "truck");
  CHECK(classes(std::string(2000, '\x80')).back() == "truck");
}

TEST_CASE("a folder without CIFAR-10 gives no data set", "[data]") {
  const TemporaryFolder folder;
  CHECK(find_cifar10(folder.path()) == std::nullopt);
  CHECK(find_cifar10(folder / "none") == std::nullopt);
  write_file(folder / "cifar-10-binary.tar.gz.part", "half a download");
  write_file(folder / "cifar-100-binary.tar.gz", "another set");
  CHECK(find_cifar10(folder.path()) == std::nullopt);
  CHECK_THAT(load_error(folder.path()), Contains("there is no CIFAR-10 in " + folder.path().string()));
}

TEST_CASE("a folder that cannot be read is an error", "[data]") {
  const TemporaryFolder folder;
  write_file(folder / "file", "");
  CHECK_THROWS_WITH(find_cifar10(folder / "file"), Contains("file is not a folder"));
  fs::create_symlink("loop", folder / "loop");
  CHECK_THROWS_WITH(find_cifar10(folder / "loop"), Contains("cannot look at"));
  if (geteuid() == 0) return;  // root may read it
  fs::create_directory(folder / "locked");
  fs::permissions(folder / "locked", fs::perms::none);
  CHECK_THROWS_WITH(find_cifar10(folder / "locked"), Contains("locked: Permission denied"));
  fs::permissions(folder / "locked", fs::perms::owner_all);
}

TEST_CASE("a damaged batch is an error that names the file and what is wrong", "[data]") {
  const TemporaryFolder folder;
  write_batches(folder.path());
  const fs::path third = folder / "data_batch_3.bin";
  const auto error = [&] { return load_error(folder.path()); };
  SECTION("missing") {
    fs::remove(third);
    CHECK_THAT(error(), Contains("data_batch_3.bin is missing"));
  }
  SECTION("empty") {
    fs::resize_file(third, 0);
    CHECK_THAT(error(), Contains("data_batch_3.bin has 0 bytes instead of 30730000"));
  }
  SECTION("one byte short") {
    fs::resize_file(third, batch_bytes - 1);
    CHECK_THAT(error(), Contains("data_batch_3.bin has 30729999 bytes instead of 30730000"));
  }
  SECTION("one byte too long") {
    fs::resize_file(third, batch_bytes + 1);
    CHECK_THAT(error(), Contains("data_batch_3.bin has 30730001 bytes instead of 30730000"));
  }
  SECTION("a folder") {
    fs::remove(third);
    fs::create_directory(third);
    CHECK_THAT(error(), Contains("data_batch_3.bin is not a file"));
  }
  SECTION("a link to nowhere") {
    fs::remove(third);
    fs::create_symlink("nowhere", third);
    CHECK_THAT(error(), Contains("data_batch_3.bin is missing"));
  }
  SECTION("a label out of range") {
    set_byte(third, 17 * record_bytes, 10);
    CHECK_THAT(error(), Contains("data_batch_3.bin: record 17 ") && Contains("label 10"));
  }
  SECTION("a label out of range, in the last record") {
    set_byte(folder / "test_batch.bin", 9999 * record_bytes, 255);
    CHECK_THAT(error(), Contains("test_batch.bin: record 9999 ") && Contains("label 255"));
  }
}

TEST_CASE("an empty folder of batches, or a file with its name, is an error", "[data]") {
  const TemporaryFolder folder;
  SECTION("empty") {
    fs::create_directory(folder / "cifar-10-batches-bin");
    CHECK_THAT(load_error(folder.path()), Contains("data_batch_1.bin is missing"));
  }
  SECTION("a file") {
    write_file(folder / "cifar-10-batches-bin", "");
    CHECK_THAT(load_error(folder.path()), Contains("cifar-10-batches-bin is not a folder"));
  }
}

TEST_CASE("a damaged archive is an error that names it and what is wrong", "[data]") {
  const TemporaryFolder folder;
  const fs::path file = folder / "cifar-10-binary.tar.gz";
  const std::string batch(batch_bytes, '\0');
  SECTION("a batch of a wrong size") {
    TarWriter(file).add("./data_batch_2.bin", "too short");
    CHECK_THAT(load_error(folder.path()),
               Contains("data_batch_2.bin in " + file.string()) && Contains("9 bytes instead of 30730000"));
  }
  SECTION("a batch is missing") {
    TarWriter(file).add("cifar-10-batches-bin/data_batch_1.bin", batch);
    CHECK_THAT(load_error(folder.path()), Contains("cifar-10-binary.tar.gz holds no data_batch_2.bin"));
  }
  SECTION("a folder where a batch should be") {
    TarWriter(file).add_folder("cifar-10-batches-bin/data_batch_1.bin/");
    CHECK_THAT(load_error(folder.path()), Contains("holds no data_batch_1.bin"));
  }
  SECTION("a batch is there twice") {
    {
      TarWriter tar(file);
      tar.add("a/test_batch.bin", batch);
      tar.add("b/test_batch.bin", batch);
    }
    CHECK_THAT(load_error(folder.path()), Contains("b/test_batch.bin in ") && Contains("twice"));
  }
  SECTION("a label out of range") {
    std::string bytes = batch;
    bytes[2 * record_bytes] = 11;
    TarWriter(file).add("data_batch_1.bin", bytes);
    CHECK_THAT(load_error(folder.path()), Contains("data_batch_1.bin in ") && Contains("record 2 "));
  }
  SECTION("cut off") {
    TarWriter(file).add("data_batch_1.bin", batch);
    fs::resize_file(file, fs::file_size(file) / 2);
    CHECK_THAT(load_error(folder.path()), Contains(file.string()) && Contains("is damaged"));
  }
  SECTION("not an archive") {
    write_file(file, "not an archive");
    CHECK_THAT(load_error(folder.path()), Contains("cifar-10-binary.tar.gz is not a tar archive"));
  }
  SECTION("a folder") {
    fs::create_directory(file);
    CHECK_THAT(load_error(folder.path()), Contains("cifar-10-binary.tar.gz") && Contains("not a file"));
  }
}

// CIFAR-100: labels of two kinds, files of two sizes.

constexpr std::int64_t record100_bytes = 3074;
const std::vector<std::pair<std::string, std::int64_t>> files100 = {{"train.bin", 50000},
                                                                    {"test.bin", 10000}};

// In both files record 0 has the labels (19, 99) and ends with pixel 7, and the last record has the labels
// (3, 2) and begins with pixel 8.
void write_cifar100(const fs::path& folder) {
  fs::create_directories(folder);
  for (const auto& [name, records] : files100) {
    const fs::path file = folder / name;
    write_file(file, "");
    fs::resize_file(file, static_cast<std::uintmax_t>(records * record100_bytes));
    set_byte(file, 0, 19);
    set_byte(file, 1, 99);
    set_byte(file, record100_bytes - 1, 7);
    const std::int64_t last = (records - 1) * record100_bytes;
    set_byte(file, last, 3);
    set_byte(file, last + 1, 2);
    set_byte(file, last + 2, 8);
  }
}

void check_contents100(const DataSplit& data, std::int64_t first_label, std::int64_t last_label) {
  CHECK(data.name == "cifar100");
  for (const Dataset* set : {&data.train, &data.test}) {
    const std::int64_t n = set == &data.train ? 50000 : 10000;
    REQUIRE(set->images.shape() == Shape{n, 3, 32, 32});
    REQUIRE(set->labels.shape() == Shape{n});
    const std::uint8_t* image = set->images.data<std::uint8_t>();
    const std::int64_t* label = set->labels.data<std::int64_t>();
    CHECK(label[0] == first_label);
    CHECK(label[1] == 0);
    CHECK(label[n - 1] == last_label);
    CHECK(int{image[0]} == 0);
    CHECK(int{image[3071]} == 7);
    CHECK(int{image[(n - 1) * 3072]} == 8);
    CHECK(int{image[n * 3072 - 1]} == 0);
  }
}

TEST_CASE("CIFAR-100 loads from its unpacked files, with fine or coarse labels", "[data][cifar100]") {
  const TemporaryFolder folder;
  const bool below = GENERATE(true, false);
  const fs::path place = below ? folder / "cifar-100-binary" : folder.path();
  write_cifar100(place);
  CHECK(find_cifar100(folder.path()) == place);
  const DataSplit fine = load_cifar100(folder.path());
  check_contents100(fine, 99, 2);
  REQUIRE(fine.classes.size() == 100);
  CHECK(std::is_sorted(fine.classes.begin(), fine.classes.end()));
  CHECK(fine.classes.front() == "apple");
  CHECK(fine.classes[47] == "maple_tree");
  CHECK(fine.classes.back() == "worm");
  const DataSplit coarse = load_cifar100(folder.path(), {.labels = Labels::coarse});
  check_contents100(coarse, 19, 3);
  REQUIRE(coarse.classes.size() == 20);
  CHECK(std::is_sorted(coarse.classes.begin(), coarse.classes.end()));
  CHECK(coarse.classes[14] == "people");
}

TEST_CASE("CIFAR-100 loads from its archive, with the names of the requested labels", "[data][cifar100]") {
  const TemporaryFolder folder;
  write_cifar100(folder / "source");
  {
    TarWriter tar(folder / "cifar-100-binary.tar.gz");
    std::string fine, coarse;
    for (int i = 0; i < 100; ++i) fine += fmt::format("fine {}\r\n", i);
    for (int i = 0; i < 20; ++i) coarse += fmt::format("coarse {}\n", i);
    tar.add("cifar-100-binary/fine_label_names.txt", fine);
    for (const auto& [name, records] : files100)
      tar.add("cifar-100-binary/" + name, read_file(folder / "source" / name));
    tar.add("cifar-100-binary/coarse_label_names.txt", coarse);
  }
  CHECK(find_cifar10(folder.path()) == std::nullopt);
  const DataSplit fine = load_cifar100(folder.path());
  check_contents100(fine, 99, 2);
  CHECK(fine.classes.size() == 100);
  CHECK(fine.classes.back() == "fine 99");
  const DataSplit coarse = load_cifar100(folder.path(), {.labels = Labels::coarse});
  CHECK(coarse.classes.size() == 20);
  CHECK(coarse.classes.back() == "coarse 19");
}

TEST_CASE("CIFAR-10 and CIFAR-100 in one folder are not confused", "[data][cifar100]") {
  const TemporaryFolder folder;
  SECTION("each in its own folder") {
    write_batches(folder / "cifar-10-batches-bin");
    write_cifar100(folder / "cifar-100-binary");
    CHECK(find_cifar10(folder.path()) == folder / "cifar-10-batches-bin");
    CHECK(find_cifar100(folder.path()) == folder / "cifar-100-binary");
    CHECK(find_cifar10(folder / "cifar-100-binary") == std::nullopt);
    CHECK(find_cifar100(folder / "cifar-10-batches-bin") == std::nullopt);
  }
  SECTION("both unpacked into the folder itself") {
    write_batches(folder.path());
    write_cifar100(folder.path());
    check_contents(load_cifar10(folder.path()));
    check_contents100(load_cifar100(folder.path()), 99, 2);
  }
  SECTION("a train.bin of something else") {
    write_file(folder / "train.bin", "words");
    CHECK(find_cifar100(folder.path()) == std::nullopt);
  }
}

TEST_CASE("a damaged file of CIFAR-100 is an error that names it and what is wrong", "[data][cifar100]") {
  const TemporaryFolder folder;
  write_cifar100(folder / "cifar-100-binary");
  const fs::path train = folder / "cifar-100-binary/train.bin";
  const auto error = [&] { return text_thrown<Error>([&] { load_cifar100(folder.path()); }); };
  SECTION("missing") {
    fs::remove(train);
    CHECK_THAT(error(), Contains("train.bin is missing"));
  }
  SECTION("one byte short") {
    fs::resize_file(train, 50000 * record100_bytes - 1);
    CHECK_THAT(error(),
               Contains("train.bin has 153699999 bytes instead of 153700000") && Contains("2 labels"));
  }
  SECTION("of CIFAR-10's records") {
    fs::resize_file(train, 50000 * record_bytes);
    CHECK_THAT(error(), Contains("train.bin has 153650000 bytes instead of 153700000"));
  }
  SECTION("a fine label out of range") {
    set_byte(train, 42'000 * record100_bytes + 1, 100);
    CHECK_THAT(error(),
               Contains("record 42000 (counted from 0) has fine label 100, but fine labels are 0 to 99"));
  }
  SECTION("a coarse label out of range, although it is not asked for") {
    set_byte(train, 5 * record100_bytes, 20);
    CHECK_THAT(error(),
               Contains("record 5 (counted from 0) has coarse label 20, but coarse labels are 0 to 19"));
  }
  SECTION("nothing at all") {
    fs::remove_all(folder / "cifar-100-binary");
    CHECK_THAT(error(), Contains("there is no CIFAR-100 in") && Contains("cifar-100-binary.tar.gz"));
  }
}

TEST_CASE("images that are not the official ones are told", "[data][cifar]") {
  const test::TemporaryFolder folder;
  write_batches(folder / "cifar-10-batches-bin");  // nearly all zeros
  CHECK_THAT(
      load_data(cifar10_data, folder.path()).note,
      Catch::Contains("these are not the official images of CIFAR-10: the pixels of its training images add "
                      "up to ") &&
          Catch::Contains(" instead of 18540682003"));
}

}  // namespace
}  // namespace norma
