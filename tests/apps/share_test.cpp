// Series that several processes train: --plan, --shard, --claim.
#include <regex>
#include <set>

#include "optim/run/saved_run.h"
#include "tests/data/temporary_folder.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"
#include "tests/support/shell.h"

using namespace norma;
using test::shell;
using test::TemporaryFolder;

namespace {

std::size_t count(const std::string& text, const std::string& word) {
  std::size_t times = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++times;
  return times;
}

// The table of a series, without its times.
std::string table(const std::string& text) {
  const auto begin = text.find("norm      parameters"), end = text.find("\nAccuracies");
  return std::regex_replace(text.substr(begin, end - begin), std::regex(" +[0-9.]+\n"), "\n");
}

}  // namespace

TEST_CASE("the lines of --plan train the runs of the series, from any folder", "[share]") {
  const TemporaryFolder folder;
  const test::Finished done = shell(folder, R"(
    cd "$OUT"
    $CIFAR compare --norms bn,gn --seeds 2 $SMALL --out "a b" --plan >plan && [ ! -e "a b" ] && cd / &&
    while read -r line; do bash -c "$line" || exit 1; done <"$OUT/plan" >"$OUT/log" &&
    cd "$OUT" && $CIFAR compare --norms bn,gn --seeds 2 $SMALL --out "a b")");
  INFO(done.out << done.err);
  REQUIRE(done.status == 0);
  CHECK(count(test::read_file(folder / "plan"), "\n") == 4);
  CHECK(count(done.out, "holds this run") == 4);
  CHECK(std::filesystem::exists(folder / "a b/report.html"));
}

TEST_CASE("shards train their runs, and the same command without them makes the report", "[share]") {
  const TemporaryFolder folder;
  const std::string compare = "$CIFAR compare --norms bn,gn,ln --seeds 2 $SMALL --out \"$OUT/c\" ";
  CHECK(shell(folder, compare + "--shard 1/4 --plan").out ==
        shell(folder, compare + "--plan | sed -n '1p;5p'").out);
  const test::Finished first = shell(folder, compare + "--shard 1/4");
  INFO(first.out << first.err);
  REQUIRE(first.status == 0);
  CHECK(count(first.out, "report    ") == 2);
  CHECK_THAT(first.out, Catch::Contains("done: 2 of 6 runs"));

  const test::Finished part = shell(folder, compare);
  INFO(part.out << part.err);
  REQUIRE(part.status == 0);
  CHECK_THAT(part.out,
             Catch::Contains("missing   4 of 6 runs: bn, seed 2; gn, seed 1; gn, seed 2; ln, seed 2; "));
  CHECK(!std::filesystem::exists(folder / "c/gn-seed1"));
  const std::string page = test::read_file(folder / "c/report.html");
  CHECK_THAT(page, Catch::Contains("<b>Not complete yet:</b> bn, seed 2;"));
  CHECK_THAT(page, Catch::Contains("Batch norm and layer norm on"));

  for (const char* shard : {"--shard 2/4", "--shard 3/4", "--shard 4/4"})
    REQUIRE(shell(folder, compare + shard).status == 0);
  const test::Finished all = shell(folder, compare);
  CHECK_THAT(all.out, !Catch::Contains("missing"));
  const test::Finished alone = shell(folder, compare + "--out \"$OUT/alone\"");
  CHECK(table(all.out) == table(alone.out));
}

TEST_CASE("a study with missing runs shows the values that all norms have", "[share]") {
  const TemporaryFolder folder;
  const std::string study = "$CIFAR study batch-size --norms bn,gn --batches 16,32 $SMALL --out \"$OUT/s\" ";
  REQUIRE(shell(folder, study + "--shard 1/4").status == 0);
  const test::Finished none = shell(folder, study);
  CHECK(none.status == 1);
  CHECK_THAT(none.err, Catch::Contains("no batch size has a complete run of each norm yet"));
  REQUIRE(shell(folder, study + "--shard 3/4").status == 0);
  const test::Finished one = shell(folder, study);
  INFO(one.out << one.err);
  REQUIRE(one.status == 0);
  CHECK_THAT(one.out, Catch::Matches("[^]*batch size +16\nbn +[0-9.]+\ngn [^]*"));
}

TEST_CASE("four processes claim 24 runs, two are killed, and each run is complete once", "[share]") {
  const TemporaryFolder folder;
  const int seeds = test::sanitized ? 1 : 8;
  const test::Finished done = shell(folder, fmt::format("SEEDS={}", seeds) + R"(
    series() { $CIFAR compare --norms bn,gn,ln --seeds $SEEDS $SMALL --epochs 3 --checkpoint-every 1 --threads 1 "$@"; }
    cd "$OUT"
    for i in 1 2 3 4; do series --out c --claim --claim-timeout 5 >$i.log 2>&1 & process[i]=$!; done
    sleep 0.$((RANDOM % 9 + 1)); kill -9 ${process[1]}
    sleep 0.$((RANDOM % 9 + 1)); kill -9 ${process[2]}
    wait ${process[3]} && wait ${process[4]} || exit 1
    cat ?.log | grep -a '^done: synthetic' | sed 's/.*· //' | sort >ended
    series --out c >shared.txt && series --out alone >alone.txt)");
  INFO(done.out << done.err);
  for (int i = 1; i <= 4; ++i) UNSCOPED_INFO(test::read_file(folder / (std::to_string(i) + ".log")));
  REQUIRE(done.status == 0);
  const std::string ended = test::read_file(folder / "ended");
  for (const char* norm : {"bn", "gn", "ln"})
    for (int seed = 1; seed <= seeds; ++seed) {
      const std::string name = fmt::format("c/{}-seed{}", norm, seed);
      INFO(name);
      CHECK(count(ended, name + "\n") <= 1);  // 0: killed between its last line and the finished claim
      CHECK(read_run(folder / name).complete());
      CHECK(test::read_file(folder / (name + "/model.safetensors")).size() > 1000);
    }
  CHECK(static_cast<int>(count(ended, "\n")) >= 3 * seeds - 2);
  CHECK(table(test::read_file(folder / "shared.txt")) == table(test::read_file(folder / "alone.txt")));
}

TEST_CASE("processes with other numbers of threads accept each other's runs", "[share]") {
  const TemporaryFolder folder;
  const std::string claim = "$CIFAR compare --norms bn $SMALL --out \"$OUT/c\" --claim ";
  REQUIRE(shell(folder, claim + "--threads 1").status == 0);
  const test::Finished second = shell(folder, claim + "--threads 2 --quiet");
  CHECK(second.status == 0);
  CHECK(std::filesystem::exists(folder / "c/claims/bn-seed1.1"));
  CHECK(!std::filesystem::exists(folder / "c/claims/bn-seed1.2"));
  REQUIRE(shell(folder, claim + "--epochs 2").status == 0);  // another run: trained again
  CHECK(std::filesystem::exists(folder / "c/claims/bn-seed1.2"));
}

TEST_CASE("flags of --plan, --shard and --claim that contradict each other are refused", "[share]") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& flags) {
    const test::Finished done = shell(folder, "$CIFAR compare " + flags);
    CHECK(done.status == 2);
    return done.err;
  };
  CHECK_THAT(refused("--claim --shard 1/2"), Catch::Contains("--claim cannot be used with --shard"));
  CHECK_THAT(refused("--claim --plan"), Catch::Contains("--claim cannot be used with --plan"));
  CHECK_THAT(refused("--shard 3/2"), Catch::Contains("from 1 to 2, not '3'"));
  CHECK_THAT(refused("--shard 3"), Catch::Contains("takes K/N, for example 1/4, not '3'"));
  CHECK_THAT(refused("--claim-timeout 5"), Catch::Contains("no effect without --claim"));
}
