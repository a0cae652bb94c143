#include "optim/run/claim.h"

#include <atomic>
#include <fstream>
#include <thread>
#include <vector>

#include "core/error.h"
#include "tests/data/temporary_folder.h"
#include "tests/support/catch.h"

using namespace norma;
using test::TemporaryFolder;

namespace {

bool yes() { return true; }
bool no() { return false; }

// A claim of a process on another machine: nothing here can lock its file or see its process.
void write_foreign_claim(const std::filesystem::path& file) {
  std::ofstream(file) << R"({"process":7,"host":"elsewhere","boot":"x","locked":true,"content":"work"})"
                      << '\n';
}

}  // namespace

TEST_CASE("a piece of work belongs to one owner, until it is finished or given up", "[claim]") {
  const TemporaryFolder folder;
  Claims claims(folder / "claims", 60), others(folder / "claims", 60);
  auto mine = claims.take("a", "work", yes);
  REQUIRE(mine.claim);
  const auto refused = others.take("a", "work", yes);
  CHECK((!refused.claim && !refused.finished));
  CHECK_THAT(refused.owner, Catch::Contains("process ") && Catch::Contains(" on "));
  CHECK(others.take("b", "work", yes).claim);

  mine.claim->finish();
  mine.claim.reset();
  CHECK(others.take("a", "work", yes).finished);
  CHECK(others.take("a", "work", no).claim);         // its result was removed
  CHECK(others.take("a", "other work", yes).claim);  // the flags changed

  auto second = claims.take("c", "work", yes);
  second.claim.reset();  // given up
  CHECK(others.take("c", "work", yes).claim);
}

TEST_CASE("of many that claim at once, one succeeds, whoever owned the work before", "[claim]") {
  const TemporaryFolder folder;
  for (int round = 0; round < 20; ++round) {
    Claims(folder / "claims", 60).take("a", "work", yes);  // given up at once
    std::atomic<int> ready = 0, owners = 0, checked = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&, i] {
        Claims claims(folder / "claims", 60);
        ++ready;
        while (ready < 8) std::this_thread::yield();
        const auto answer = claims.take("a", "work-" + std::to_string(i % 2), yes);
        owners += answer.claim != nullptr;
        ++checked;
        while (checked < 8) std::this_thread::yield();  // an owner keeps it until all have asked
      });
    for (std::thread& thread : threads) thread.join();
    REQUIRE(owners == 1);
  }
}

TEST_CASE("an owner on another machine is dead when its heartbeat stops, whatever the clocks say",
          "[claim]") {
  const TemporaryFolder folder;
  Claims claims(folder / "claims", 0.3);
  const auto file = folder / "claims/a.1";
  write_foreign_claim(file);
  using namespace std::chrono_literals;
  // Its clock is a year behind, and it lives.
  for (int beat = 0; beat < 6; ++beat) {
    std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() - 8760h + beat * 1s);
    CHECK(!claims.take("a", "work", yes).claim);
    std::this_thread::sleep_for(100ms);
  }
  std::this_thread::sleep_for(400ms);
  const auto taken = claims.take("a", "work", yes);
  REQUIRE(taken.claim);
  CHECK(std::filesystem::exists(folder / "claims/a.2"));

  CHECK(!taken.claim->lost());
  write_foreign_claim(folder / "claims/a.3");
  CHECK(taken.claim->lost());
}

TEST_CASE("the owner's heartbeat changes the time of its file", "[claim]") {
  const TemporaryFolder folder;
  Claims claims(folder / "claims", 1);
  const auto mine = claims.take("a", "work", yes);
  const auto first = std::filesystem::last_write_time(folder / "claims/a.1");
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  CHECK(std::filesystem::last_write_time(folder / "claims/a.1") > first);
}

TEST_CASE("a claim file with other content is refused, and named", "[claim]") {
  const TemporaryFolder folder;
  Claims claims(folder / "claims", 1);
  std::ofstream(folder / "claims/a.1") << "nonsense\n";
  CHECK_THROWS_WITH(claims.take("a", "work", yes), Catch::Contains("a.1"));
  CHECK_THROWS_WITH(Claims(folder / "claims/a.1", 1), Catch::Contains("could not make the folder"));
}
