#include "apps/cli/launcher.h"

#include <algorithm>
#include <cstdlib>

namespace norma {

int launched_processes() {
  for (const char* name :
       {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"})  // Open MPI; MPICH, Intel MPI, srun --mpi=pmi2
    if (const char* const size = std::getenv(name)) return std::max(1, std::atoi(size));
  const char* const tasks = std::getenv("SLURM_NTASKS");
  return std::getenv("PMIX_RANK") && tasks ? std::max(1, std::atoi(tasks)) : 1;  // srun --mpi=pmix
}

int rank_on_this_machine() {
  for (const char* name : {"OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID"})
    if (const char* const rank = std::getenv(name)) return std::max(0, std::atoi(rank));
  return 0;
}

}  // namespace norma
