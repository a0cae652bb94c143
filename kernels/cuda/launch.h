// launch(kernel, config, arguments…): starts a kernel on a GPU or under simt; throws where it cannot start.
//
//   launch(scale<float>, {.grid = blocks, .block = 256}, n, x, y);
//
// An error names the line on which its LaunchConfig was written. On a GPU a launch is asynchronous and only
// its start is checked here; under simt it returns when the kernel has ended.
#pragma once

#include <cstddef>
#include <memory>
#include <source_location>
#include <tuple>
#include <type_traits>
#include <utility>

#include "core/dtype.h"
#include "core/error.h"
#include "kernels/cuda/cuda.h"
#ifdef __CUDACC__
#include "core/cuda_runtime.h"
#include "core/launch_timer.h"
#else
#include "kernels/simt/grid.h"
#endif

namespace norma::NORMA_EXECUTOR {

struct LaunchConfig {
  dim3 grid = 1;
  dim3 block = 1;
  std::size_t shared_bytes = 0;  ///< of dynamic_shared<T>()
  std::source_location where = std::source_location::current();
};

/// Shared memory that a block may have without asking (static and dynamic together), and by asking.
inline constexpr std::size_t shared_bytes_by_default = 48 * 1024;
/// 64 KiB on compute capability 7.5, the smallest of those that Norma is built for; 99 on 8.9 and 12.0, 163
/// on 8.0, 227 on 9.0.
inline constexpr std::size_t shared_bytes_at_most = 64 * 1024;

#ifdef __CUDACC__

template <class... Parameters, class... Arguments>
void launch(void (*kernel)(Parameters...), const LaunchConfig& config, Arguments&&... arguments) {
  cudaError_t status = cudaSuccess;
  if (config.shared_bytes > shared_bytes_by_default)
    status = cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                  static_cast<int>(config.shared_bytes));
  LaunchTimer* const timer = LaunchTimer::current;
  const dim3 g = config.grid, b = config.block;
  if (timer != nullptr) timer->begin({g.x, g.y, g.z}, {b.x, b.y, b.z});
  if (status == cudaSuccess) {
    kernel<<<config.grid, config.block, config.shared_bytes,
             static_cast<cudaStream_t>(cuda_runtime::stream())>>>(std::forward<Arguments>(arguments)...);
    status = cudaGetLastError();
  }
  if (timer != nullptr) timer->end();
  if (status == cudaSuccess && cuda_runtime::launch_blocking()) {
    status = cudaStreamSynchronize(static_cast<cudaStream_t>(cuda_runtime::stream()));
    if (status != cudaSuccess)
      fail("the kernel launched at {}:{} failed: {}", config.where.file_name(), config.where.line(),
           cudaGetErrorString(status));
  }
  if (status == cudaSuccess) return;
  fail(
      "the kernel launched at {}:{} cannot start with grid ({}, {}, {}), block ({}, {}, {}) and {} bytes: {}",
      config.where.file_name(), config.where.line(), g.x, g.y, g.z, b.x, b.y, b.z, config.shared_bytes,
      cuda_runtime::describe(status));
}

#else

template <class... Parameters, class... Arguments>
void launch(void (*kernel)(Parameters...), const LaunchConfig& config, Arguments&&... arguments) {
  static_assert((!std::is_reference_v<Parameters> && ...), "a kernel takes its parameters by value");
  // Every thread gets a copy of the parameters, as on a GPU.
  const auto call = [kernel, parameters = std::tuple<Parameters...>(std::forward<Arguments>(arguments)...)] {
    std::apply(kernel, parameters);
  };
  const auto thread = [](const void* body) { (*static_cast<decltype(&call)>(body))(); };
  const auto keep = [](const void* body) -> std::shared_ptr<const void> {
    return std::make_shared<std::remove_const_t<decltype(call)>>(*static_cast<decltype(&call)>(body));
  };
  detail::run_grid({config.grid, config.block, config.shared_bytes, config.where,
                    reinterpret_cast<const void*>(kernel), thread, &call, sizeof call, keep});
}

#endif

}  // namespace norma::NORMA_EXECUTOR
