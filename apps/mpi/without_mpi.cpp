// For a build without MPI.
#include "apps/mpi/launched_ranks.h"

namespace norma {

std::shared_ptr<Ranks> launched_ranks(Device) {
  if (const int n = launched_processes(); n > 1)
    fail(
        "a launcher started {} processes, but this program was built without MPI, and each would train by "
        "itself: install "
        "libopenmpi-dev (or another MPI) and build with -DNORMA_MPI=ON, or start one process",
        n);
  return nullptr;
}

}  // namespace norma
