// For a build without NCCL.
#include "apps/mpi/gpu_transport.h"

namespace norma {

std::unique_ptr<Transport> with_gpus(std::unique_ptr<Transport> host) { return host; }

}  // namespace norma
