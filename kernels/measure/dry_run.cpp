#include "kernels/measure/dry_run.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "core/simt_memory.h"
#include "core/storage.h"

namespace norma {
namespace {

// The bytes of the arrays whose addresses are among the parameters of a kernel.
double bytes_of_arrays(const DeviceWork& work) {
  std::set<const void*> seen;
  double bytes = 0;
  for (std::size_t at = 0; at + sizeof(void*) <= work.parameter_bytes; at += alignof(void*)) {
    const void* word = nullptr;
    std::memcpy(&word, static_cast<const char*>(work.parameters) + at, sizeof word);
    const simt_memory::Block block = simt_memory::block_of(word);
    if (block.begin != nullptr && seen.insert(block.begin).second) bytes += static_cast<double>(block.bytes);
  }
  return bytes;
}

}  // namespace

DryRun::DryRun() : before_(current), allocations_before_(memory_statistics(Device::simt).system_calls) {
  current = this;
}
DryRun::~DryRun() { current = before_; }

void DryRun::clear() {
  work_.clear();
  allocations_before_ = memory_statistics(Device::simt).system_calls;
}

void DryRun::take(const DeviceWork& work) {
  const double arrays =
      work.kind == DeviceWork::Kind::kernel ? bytes_of_arrays(work) : static_cast<double>(work.bytes);
  RecordedWork record{.work = work, .operation = "", .bytes = arrays};
  record.work.parameters = nullptr;
  if (const RunningOperation* operation = RunningOperation::current; operation != nullptr) {
    record.operation = operation->name;
    record.call = operation->number;
    const bool first = work_.empty() || work_.back().call != record.call;
    if (first) {
      record.bytes = std::min(arrays, operation->bytes);
      record.flops = operation->flops;
    } else {
      work_.back().bytes = std::max(work_.back().bytes, last_arrays_);  // not the only one after all
    }
  }
  last_arrays_ = arrays;
  work_.push_back(std::move(record));
}

Record DryRun::record() const {
  using Kind = DeviceWork::Kind;
  Record r;
  r.work = work_;
  for (const RecordedWork& of : work_) {
    const Kind kind = of.work.kind;
    r.kernels += kind == Kind::kernel;
    r.copies_within += kind == Kind::copy_within;
    r.copies_in += kind == Kind::copy_in;
    r.copies_out += kind == Kind::copy_out;
    r.clears += kind == Kind::clear;
    r.bytes += of.bytes;
  }
  r.allocations =
      static_cast<std::int64_t>(memory_statistics(Device::simt).system_calls - allocations_before_);
  return r;
}

}  // namespace norma
