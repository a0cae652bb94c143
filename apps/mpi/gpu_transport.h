// How bytes get from the memory of one GPU to that of another.
#pragma once

#include <memory>

#include "core/ranks.h"

namespace norma {

/// A transport that reaches the memory of cuda, by NCCL, and leaves that of the CPU to `host`. Returns `host`
/// itself, through which the bytes of GPUs travel too, in a build without NCCL, where a process does not find
/// libnccl.so.2, and where two processes use the same GPU. All ranks call this at the same time, after they
/// have chosen their GPU.
std::unique_ptr<Transport> with_gpus(std::unique_ptr<Transport> host);

}  // namespace norma
