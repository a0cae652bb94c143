#include "kernels/measure/dry_run.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "core/storage.h"

namespace norma {
namespace {

// The arrays whose addresses are among the parameters of a kernel. Only the address of an array's beginning
// counts: other words between the parameters, where structs have gaps, look like addresses now and then.
std::vector<simt_memory::Block> arrays_of(const DeviceWork& work) {
  std::set<const void*> seen;
  std::vector<simt_memory::Block> arrays;
  for (std::size_t at = 0; at + sizeof(void*) <= work.parameter_bytes; at += alignof(void*)) {
    const void* word = nullptr;
    std::memcpy(&word, static_cast<const char*>(work.parameters) + at, sizeof word);
    const simt_memory::Block block = simt_memory::block_of(word);
    if (block.begin != nullptr && block.begin == word && seen.insert(word).second) arrays.push_back(block);
  }
  return arrays;
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
  RecordedWork record{.work = work, .operation = ""};
  double arrays = static_cast<double>(work.bytes);
  if (work.kind == DeviceWork::Kind::kernel) {
    record.arrays = arrays_of(work);
    arrays = 0;
    for (const simt_memory::Block& array : record.arrays) arrays += static_cast<double>(array.bytes);
  }
  record.bytes = arrays;
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
