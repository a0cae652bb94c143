#include <cstdlib>

#include "apps/mpi/launched_ranks.h"

namespace norma {

int launched_processes() {
  for (const char* name :
       {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"})  // Open MPI; MPICH, Intel MPI, srun --mpi=pmi2
    if (const char* const size = std::getenv(name)) return std::max(1, std::atoi(size));
  const char* const tasks = std::getenv("SLURM_NTASKS");
  return std::getenv("PMIX_RANK") && tasks ? std::max(1, std::atoi(tasks)) : 1;  // srun --mpi=pmix
}

}  // namespace norma
