// One training on several processes that mpirun started.
#include <cstdlib>
#include <filesystem>

#include "tests/data/temporary_folder.h"
#include "tests/support/catch.h"
#include "tests/support/check.h"
#include "tests/support/compare_runs.h"
#include "tests/support/shell.h"

using namespace norma;
using namespace norma::test;
namespace fs = std::filesystem;

namespace {

// A script with "$MPI" for mpirun and "$RUN" for a training of 200 steps, which still needs its --out.
Finished mpi_shell(const TemporaryFolder& folder, const std::string& script) {
  return shell(folder, "MPI=\"" NORMA_MPI_LAUNCHER
                       " --allow-run-as-root --oversubscribe -n\"\n"
                       "RUN=\"$CIFAR --data synthetic --limit-train 1590 --limit-test 70 --epochs 4 "
                       "--batch-size 32 --threads 1 "
                       "--preset skip-37108 --norm bn --checkpoint-every 3 --augment flip+crop\"\n" +
                           script);
}

// What mpiexec says of itself; empty if this build has no MPI, or not Open MPI's.
std::string mpi_version() {
  if (std::string_view(NORMA_MPI_LAUNCHER).empty()) return "";
  const std::string version = run_program({NORMA_MPI_LAUNCHER, "--version"}).out;
  return version.find("Open") == std::string::npos ? "" : version;
}
bool has_mpi() { return !mpi_version().empty(); }

}  // namespace

TEST_CASE("mpirun trains with the bits of one process, and a killed training continues with any number",
          "[mpi]") {
  if (!has_mpi() || sanitized) return;  // Open MPI leaks
  const TemporaryFolder folder;
  REQUIRE(mpi_shell(folder, "$RUN --out \"$OUT/whole\"").status == 0);
  const Finished two = mpi_shell(folder, "$MPI 2 $RUN --out \"$OUT/two\"");
  INFO(two.out << two.err);
  CHECK(two.status == 0);
  CHECK_THAT(two.out, Catch::Contains("1 thread") && Catch::Contains("· 2 processes"));
  check_same(folder.path() / "two", folder.path() / "whole");
  CHECK_THAT(norma::read_file(folder.path() / "two/report.html"),
             Catch::Contains("of all processes together"));

  const Finished local = mpi_shell(folder, "$MPI 2 $RUN --epochs 1 --bn local --out \"$OUT/local\"");
  CHECK(local.status == 0);
  CHECK_THAT(norma::read_file(folder.path() / "local/report.html"),
             Catch::Contains("of each of 2 processes"));
  const Finished other = mpi_shell(folder, "$RUN --epochs 1 --resume --out \"$OUT/local\"");
  CHECK(other.status == 1);
  CHECK_THAT(other.err, Catch::Contains("local_statistics"));

  const Finished killed = mpi_shell(folder, R"(
$MPI 4 $RUN --out "$OUT/four" >"$OUT/log" 2>&1 &
until [ -f "$OUT/four/checkpoint.safetensors" ] || ! kill -0 $!; do sleep 0.1; done
for p in /proc/[0-9]*; do
  if tr '\0' '\n' <"$p/environ" 2>/dev/null | grep -qx OMPI_COMM_WORLD_RANK=1 && grep -q "$OUT/four" "$p/cmdline"; then
    kill -KILL "${p#/proc/}"
  fi
done
wait $!; status=$?
cat "$OUT/log"; exit $status)");
  CHECK(killed.status != 0);
  CHECK_THAT(killed.out, Catch::Contains("rank 1"));
  const Finished resumed = mpi_shell(folder, R"($MPI 2 $RUN --out "$OUT/four" --resume)");
  INFO(resumed.out << resumed.err);
  CHECK(resumed.status == 0);
  CHECK_THAT(resumed.out, Catch::Contains("resumed   after epoch"));
  check_same(folder.path() / "four", folder.path() / "whole");
}

TEST_CASE("two hosts, each with a network of its own, train with the bits of one process", "[mpi]") {
  if (mpi_version().find(" 4.") == std::string::npos || sanitized) return;  // version 5 has other options
  const TemporaryFolder folder;
  const Finished both = mpi_shell(folder, R"sh(
here=norma_here_$$ there=norma_there_$$
trap 'ip netns del $here; ip netns del $there' EXIT
ip netns add $here && ip netns add $there && ip link add veth_a netns $here type veth peer name veth_b netns $there ||
  { echo "no network namespaces here"; exit 0; }
ip netns exec $here sh -c 'ip addr add 10.9.0.1/24 dev veth_a; ip link set lo up; ip link set veth_a up'
ip netns exec $there sh -c 'ip addr add 10.9.0.2/24 dev veth_b; ip link set lo up; ip link set veth_b up'
printf '10.9.0.1 slots=1\n10.9.0.2 slots=1\n' >"$OUT/hosts"
# In the place of ssh: HOST COMMAND…
printf '#!/bin/sh\nshift\nexec ip netns exec %s unshare --uts sh -c "hostname there; $*"\n' $there >"$OUT/agent"
chmod +x "$OUT/agent"
MPI="$MPI 2 --mca plm_rsh_agent $OUT/agent --mca btl tcp,self --hostfile $OUT/hosts --map-by node"
MPI="$MPI --mca btl_tcp_if_include 10.9.0.0/24 --mca oob_tcp_if_include 10.9.0.0/24"
ip netns exec $here unshare --uts sh -c "hostname here; $MPI hostname; $MPI $RUN --out $OUT/hosts_run" || exit 1
echo "bytes over the network: $(ip netns exec $here cat /sys/class/net/veth_a/statistics/tx_bytes)")sh");
  INFO(both.out << both.err);
  REQUIRE(both.status == 0);
  if (both.out.find("no network namespaces here") != std::string::npos) return;
  for (const std::string host : {"here", "there"})
    CHECK_THAT(both.out, Catch::Contains(host + "\n") || Catch::Contains(host + "\r\n"));
  const std::string before = "bytes over the network: ";
  CHECK(std::stoll(both.out.substr(both.out.find(before) + before.size())) > 1'000'000);
  REQUIRE(mpi_shell(folder, "$RUN --out \"$OUT/whole\"").status == 0);
  check_same(folder.path() / "hosts_run", folder.path() / "whole");
}

TEST_CASE("what mpirun cannot do is said by every process in one sentence", "[mpi]") {
  const TemporaryFolder folder;
  const Finished alone = shell(folder, "$TRAIN --norm bn --bn local --out \"$OUT/run\"");
  CHECK(alone.status == 2);
  CHECK_THAT(alone.err, Catch::Contains("--bn local has an effect on several processes only"));
  for (const std::string how : {"local", "sync"})
    CHECK(shell(folder, "$TRAIN --norm gn --bn " + how).status == 2);
  if (std::string_view(NORMA_MPI_LAUNCHER).empty()) {
    const Finished without = shell(folder, "OMPI_COMM_WORLD_SIZE=2 $TRAIN --out \"$OUT/run\"");
    CHECK(without.status == 1);
    CHECK_THAT(without.err, Catch::Contains("was built without MPI"));
  }
  if (!has_mpi() || sanitized) return;
  const Finished three = mpi_shell(folder, "$MPI 3 $RUN --out \"$OUT/run\"");
  CHECK(three.status == 1);
  CHECK_THAT(three.err, Catch::Contains("1, 2, 4, 8 or 16 processes, not by 3"));
  const Finished differ =
      mpi_shell(folder, "$MPI 1 $RUN --out \"$OUT/run\" : -n 1 $RUN --lr 0.5 --out \"$OUT/run\"");
  CHECK(differ.status == 1);
  CHECK_THAT(differ.err, Catch::Contains("rank 0 and rank 1 differ in"));
  CHECK_FALSE(fs::exists(folder.path() / "run"));
}
