// A machine that does not give what programs are used to: memory, descriptors, a home, a known terminal.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "core/save_file.h"
#include "tests/data/temporary_folder.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"
#include "tests/support/shell.h"

using namespace norma::test;
namespace fs = std::filesystem;

namespace {

bool has_no_part(const fs::path& folder) {
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".part") return false;
  return true;
}

}  // namespace

TEST_CASE("too little memory is said in one sentence", "[hostile]") {
  if (sanitized) return;  // AddressSanitizer reserves terabytes of addresses
  const TemporaryFolder folder;
  const auto end =
      shell(folder, "ulimit -v 2000000; $TRAIN --batch-size 1048576 --limit-train 8000 --out $OUT/run");
  CHECK(end.status == 1);
  CHECK_THAT(end.err, Catch::Contains("cpu has no memory left for a float32 tensor [8000,") &&
                          Catch::Contains(" MB are in use; batches of ") && Catch::Contains(" images fit"));
  CHECK(std::count(end.err.begin(), end.err.end(), '\n') == 1);
  CHECK(has_no_part(folder.path()));
}

TEST_CASE("few file descriptors are enough", "[hostile]") {
  const TemporaryFolder folder;
  CHECK(shell(folder, "ulimit -n 16; $TRAIN --out $OUT/run").status == 0);
}

TEST_CASE("folders that cannot be written are named with the system's reason", "[hostile]") {
  const TemporaryFolder folder;
  const auto is_file = shell(folder, "touch $OUT/file; $TRAIN --out $OUT/file/run");
  CHECK(is_file.status == 1);
  CHECK_THAT(is_file.err,
             Catch::Contains("could not make the run folder") && Catch::Contains("Not a directory"));
  const auto loop = shell(folder, "ln -s b $OUT/a; ln -s a $OUT/b; $TRAIN --out $OUT/a/run");
  CHECK(loop.status == 1);
  CHECK_THAT(loop.err, Catch::Contains("Too many levels of symbolic links"));
  const auto too_long = shell(folder, "$TRAIN --out $OUT/$(printf 'x%.0s' {1..300})");
  CHECK(too_long.status == 1);
  CHECK_THAT(too_long.err, Catch::Contains("File name too long"));
}

TEST_CASE("a pipe or a folder in the place of a file is refused at once", "[hostile]") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& script) {
    CAPTURE(script);
    const auto end = shell(folder, "cd $OUT; timeout 20 " + script);
    CHECK(end.status == 1);
    CHECK(!end.err.empty());
  };
  if (sanitized) return;  // some twenty trainings
  REQUIRE(shell(folder, "$TRAIN --out $OUT/run --quiet; cd $OUT; mkfifo pipe; mkdir folder").status == 0);
  refused("$CIFAR eval pipe");
  refused("$CIFAR eval folder");
  for (const std::string file :
       {"config.json", "metrics.jsonl", "model.safetensors", "checkpoint.safetensors"})
    for (const std::string other : {"mkfifo", "mkdir"})
      refused(fmt::format(
          "bash -c 'rm -rf copy; cp -r run copy; rm -f copy/{0}; {1} copy/{0}; $TRAIN --lr 0.3 --resume "
          "--out copy'",
          file, other));
}

TEST_CASE("terminals of any width, without colors or without a name, get no escape codes", "[hostile]") {
  const TemporaryFolder folder;
  if (shell(folder, "command -v script stty").status != 0) {
    WARN("skipped: there is no program 'script'");
    return;
  }
  const auto on_terminal = [&](const std::string& set) {
    return shell(folder,
                 "rm -rf $OUT/run; script -qec \"" + set + " $TRAIN --epochs 2 --out $OUT/run\" /dev/null");
  };
  for (const std::string columns : {"0", "1", "5", "20", "79", "80", "300"}) {
    if (sanitized && columns != "1") continue;
    CAPTURE(columns);
    const auto end = on_terminal("stty cols " + columns + ";");
    CHECK(end.status == 0);
    CHECK_THAT(end.out, Catch::Contains("done: synthetic test accuracy"));
  }
  for (const std::string set : {"export TERM=dumb;", "export TERM=;", "unset TERM;", "export NO_COLOR=1;"}) {
    if (sanitized && set != "unset TERM;") continue;
    CAPTURE(set);
    CHECK(on_terminal(set).out.find('\033') == std::string::npos);
  }
}

TEST_CASE("a locale with decimal commas changes nothing", "[hostile]") {
  if (sanitized) return;  // the plain build has checked it
  const TemporaryFolder folder;
  const std::string loss = "sed 's/.*\"train_loss\"://; s/,.*//'";
  const auto end =
      shell(folder,
            "LC_ALL=de_DE.UTF-8 $TRAIN --out $OUT/a --quiet >/dev/null; LC_ALL=C $TRAIN --out $OUT/b "
            "--quiet >/dev/null; " +
                loss + " $OUT/a/metrics.jsonl; " + loss + " $OUT/b/metrics.jsonl");
  const auto half = end.out.size() / 2;
  CHECK(half > 3);
  CHECK(end.out.substr(0, half) == end.out.substr(half));
}

TEST_CASE("control characters of names are shown, not obeyed", "[hostile]") {
  const TemporaryFolder folder;
  const auto end = shell(folder, "$CIFAR eval $'/none/\\033[2Jx\\ny'");
  CHECK(end.status == 1);
  CHECK(end.err.find('\033') == std::string::npos);
  CHECK_THAT(end.err, Catch::Contains("\\x1b[2Jx\\ny"));
  CHECK(std::count(end.err.begin(), end.err.end(), '\n') == 1);
}

TEST_CASE("two processes in one folder: the second is refused, and the first is complete", "[hostile]") {
  const TemporaryFolder folder;
  const auto end =
      shell(folder,
            "$TRAIN --limit-train 500 --out $OUT/run >/dev/null & first=$!; while [ ! -e "
            "$OUT/run/config.json ]; do sleep 0.05; done; $TRAIN --out $OUT/run; second=$?; wait $first; "
            "echo $? $second");
  CHECK_THAT(end.out, Catch::Contains("0 1"));
  CHECK_THAT(end.err, Catch::Contains("another process is training into"));
}

TEST_CASE("parts of files that a killed process left are removed", "[hostile]") {
  const TemporaryFolder folder;
  CHECK(shell(folder, "mkdir $OUT/run; touch $OUT/run/model.safetensors.123.part; $TRAIN --out $OUT/run")
            .status == 0);
  CHECK(has_no_part(folder.path()));
}

TEST_CASE("clocks that stand still or jump change nothing but the times", "[hostile]") {
  if (sanitized) return;  // their runtime must be loaded first
  const TemporaryFolder folder;
  const std::string result = "sed 's/,\"seconds.*//'";
  REQUIRE(shell(folder, "$TRAIN --out $OUT/right --quiet").status == 0);
  for (const std::string clock : {"still", "jump"}) {
    CAPTURE(clock);
    const std::string with =
        fmt::format("timeout 300 env NORMA_CLOCK={} LD_PRELOAD={} ", clock, NORMA_CLOCKS);
    const std::string train =
        with + "$TRAIN --checkpoint-minutes 1 --tensorboard --resume --out $OUT/" + clock;
    const auto end = shell(folder, train + " && " + with + "$CIFAR eval $OUT/" + clock +
                                       " --data synthetic --limit-test 5 && rm $OUT/" + clock +
                                       "/curves.png && " + train + " --quiet");
    INFO(end.out << end.err);
    CHECK(end.status == 0);
    CHECK(fs::exists(folder / clock / "curves.png"));
    CHECK(shell(folder, fmt::format("cmp <({0} $OUT/right/metrics.jsonl) <({0} $OUT/{1}/metrics.jsonl)",
                                    result, clock))
              .status == 0);
  }
}

TEST_CASE("a file that shrinks while it is read is refused by its name", "[hostile]") {
  if (sanitized) return;  // their runtime must be loaded first
  const TemporaryFolder folder;
  REQUIRE(shell(folder, R"(mkdir -p $OUT/whole/cifar $OUT/whole/mnist; cd $OUT/whole
for name in data_batch_{1..5} test_batch; do truncate -s 30730000 cifar/$name.bin; done
tar czf cifar.tar.gz cifar
for set in train t10k; do
  (printf '\0\0\x8\x3\0\0\0\x40\0\0\0\x1c\0\0\0\x1c'; head -c 50176 /dev/zero) >mnist/$set-images-idx3-ubyte
  (printf '\0\0\x8\x1\0\0\0\x40'; head -c 64 /dev/zero) | gzip >mnist/$set-labels-idx1-ubyte.gz
done
$TRAIN --epochs 999 --checkpoint-every 1 --out run --quiet &
until [ -e run/checkpoint.safetensors -a -s run/metrics.jsonl ]; do sleep 0.1; done
kill -TERM $!; ! wait $!)")
              .status == 0);
  const std::string train = "$CIFAR --epochs 1 --limit-train 64 --limit-test 32 --out new --data ";
  const std::string resume = "$TRAIN --epochs 999 --resume --out run";
  for (const auto& [file, command] : std::vector<std::pair<std::string, std::string>>{
           {"", train + "cifar"},
           {"", train + "mnist --data-set mnist"},
           {"data_batch_2.bin", train + "cifar"},
           {"test_batch.bin", train + "cifar"},
           {"cifar.tar.gz", train + "cifar.tar.gz"},
           {"train-images-idx3-ubyte", train + "mnist --data-set mnist"},
           {"t10k-labels-idx1-ubyte.gz", train + "mnist --data-set mnist"},
           {"model.safetensors", "$CIFAR eval run --data synthetic --limit-test 32"},
           {"checkpoint.safetensors", resume}}) {
    CAPTURE(file);
    const auto end = shell(folder, fmt::format("cd $OUT; rm -rf used; cp -r whole used; cd used; "
                                               "NORMA_SHRINKS={} LD_PRELOAD={} {}",
                                               file.empty() ? "none" : file, NORMA_SHRINKING_FILES, command));
    INFO(end.out << end.err);
    CHECK(end.status == (file.empty() ? 0 : 1));
    CHECK_THAT(end.err, Catch::Contains(file));
    CHECK(has_no_part(folder / "used"));
    CHECK((file.empty() || !fs::exists(folder / "used" / "new" / "model.safetensors")));
  }
}

TEST_CASE("a full disk loses nothing but the end", "[hostile]") {
  const TemporaryFolder folder;
  // Each size in a name space of its own, where this process may mount.
  const auto in_space = [&](const std::string& script) {
    std::ofstream(folder / "script") << "set -e; mkdir -p $OUT/disk\n" << script;
    return shell(folder, "unshare -m bash $OUT/script || unshare -rm bash $OUT/script");
  };
  if (in_space("mount -t tmpfs none $OUT/disk").status != 0) {
    WARN("skipped: this process may not mount a file system");
    return;
  }
  for (const int kilobytes : {0, 100, 400, 700, 1000}) {
    if (sanitized && kilobytes != 400) continue;
    CAPTURE(kilobytes);
    const auto end = in_space(fmt::format(R"(mount -t tmpfs -o size={}k none $OUT/disk
if $TRAIN --epochs 2 --out $OUT/disk/run; then echo fits; exit; fi
! ls $OUT/disk/run | grep part
for file in model checkpoint; do [ ! -e $OUT/disk/run/$file.safetensors ] || echo complete; done
mount -o remount,size=20m $OUT/disk
$TRAIN --epochs 2 --resume --out $OUT/disk/run
)",
                                          kilobytes == 0 ? 4 : kilobytes));
    INFO(end.out << end.err);
    CHECK(end.status == 0);
    if (end.out.find("fits") == std::string::npos)
      CHECK_THAT(end.err, Catch::Contains("No space left on device"));
    CHECK_THAT(end.out, Catch::Contains("done: synthetic test accuracy"));
  }
}

TEST_CASE("more threads than cores are said, and the first line says what runs", "[hostile]") {
  const TemporaryFolder folder;
  const auto end = shell(folder, "taskset -c 0 $TRAIN --threads 3 --out $OUT/run");
  CHECK(end.status == 0);
  CHECK_THAT(end.out, Catch::Contains("3 threads on 1 core"));
}
