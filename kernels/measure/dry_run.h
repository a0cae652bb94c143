// DryRun: what a piece of code asks of a GPU, without a GPU and without doing it: the launches of kernels,
// the copies, the allocations. While one lives, the device `simt` executes nothing on this thread; what is
// copied to the host is zero.
//
//   DryRun run;
//   step();
//   run.record().kernels
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/device_recorder.h"
#include "core/simt_memory.h"

namespace norma {

/// One request, with the operation of kernels/table.h that made it.
struct RecordedWork {
  DeviceWork work;
  std::string operation;   ///< "group_norm_backward relu"; "" for what no operation asked for
  std::uint64_t call = 0;  ///< the same number for all that one call of an operation asks for; 0 without one
  /// Kernels: of the arrays whose addresses are among its parameters, each once; if the operation has no
  /// other kernel, at most the least traffic of the operation. Copies: theirs.
  double bytes = 0;
  std::vector<simt_memory::Block> arrays = {};  ///< of a kernel: these arrays
  double flops = 0;                             ///< of the operation, at the first of its kernels
};

struct Record {
  std::vector<RecordedWork> work;  ///< in the order of the requests
  std::int64_t kernels = 0, copies_within = 0, copies_in = 0, copies_out = 0, clears = 0;
  double bytes = 0;              ///< of all requests
  std::int64_t allocations = 0;  ///< how often the system was asked for memory
};

class DryRun : public DeviceRecorder {
 public:
  DryRun();
  ~DryRun() override;
  DryRun(const DryRun&) = delete;
  DryRun& operator=(const DryRun&) = delete;
  void take(const DeviceWork& work) override;
  /// Forgets what was recorded so far: the first step of a training differs from the others.
  void clear();
  /// What was asked for since the beginning or the last clear().
  Record record() const;

 private:
  DeviceRecorder* before_;
  std::vector<RecordedWork> work_;
  std::uint64_t allocations_before_ = 0;
  double last_arrays_ = 0;
};

}  // namespace norma
