// What a launcher of several processes, such as mpirun, tells each of them.
#pragma once

namespace norma {

/// How many processes mpirun (or srun --mpi=…) started together with this one; 1 without a launcher.
int launched_processes();
/// The number of this one among those on the same machine, from 0; 0 without a launcher.
int rank_on_this_machine();

}  // namespace norma
