// What core asks of the CUDA runtime; in a build without CUDA, only the reason why it is missing. Norma uses
// one GPU, the first, and its default stream, on which everything happens in the order of the calls.
#pragma once

#include <cstddef>
#include <string>

namespace norma::cuda_runtime {

/// Empty where a GPU answers, else a clause: "this build of Norma has no CUDA (…)".
std::string unavailable_because();
/// "NVIDIA H100 (compute capability 9.0, driver 12.4)"; empty where no GPU answers.
std::string gpu_name();

void* allocate(std::size_t bytes);
void free(void* block);
void copy(void* to, const void* from, std::size_t bytes);
void clear(void* to, std::size_t bytes);
void synchronize();

}  // namespace norma::cuda_runtime
