// The processes of one training that a launcher started: mpirun -n 2 cifar_norm …
#pragma once

#include <memory>

#include "core/ranks.h"

namespace norma {

/// How many processes mpirun (or srun --mpi=…) started together with this one; 1 without a launcher.
int launched_processes();

/// They as ranks, connected by MPI, and for the device cuda by NCCL (gpu_transport.h); nullptr without a
/// launcher. Throws if this program was built without MPI, if the number of processes cannot share a batch,
/// or if they have different devices. The first call begins MPI, and the end of the ranks ends it.
std::shared_ptr<Ranks> launched_ranks(Device device);

}  // namespace norma
