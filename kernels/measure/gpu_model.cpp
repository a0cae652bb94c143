#include "kernels/measure/gpu_model.h"

#include <algorithm>
#include <cmath>
#include <list>
#include <map>

#include "kernels/measure/kernel_figures.h"

namespace norma {
namespace {

constexpr double busy = 0.85;  // share of the clocks in which a full multiprocessor starts an instruction
constexpr double other_share = 0.25;  // of multiply-adds, in kernels whose work is not arithmetic
// Share of the tensor cores' peak that mma.sync reaches, an estimate for 9.0; multiply-adds of a thread per
// m16n8k8; and per instruction, where shuffles do its work (kernels/cuda/mma.cuh).
constexpr double mma_share = 0.62, mma_multiply_adds = 32, shuffle_share = 0.14;
constexpr int starts = 128;  // instructions of threads that a multiprocessor starts per clock
constexpr int bytes_per_load = 16, loads_together = 4, registers = 65536;

// The arrays in L2. A new one drives out those that were used longest ago.
class Cache {
 public:
  explicit Cache(double capacity) : capacity_(capacity) {}

  /// Touches an array; returns the bytes of it that were not there.
  double missing(const void* array, double bytes) {
    double there = 0;
    if (const auto found = where_.find(array); found != where_.end()) {
      there = std::min(found->second->bytes, bytes);
      used_ -= found->second->bytes;
      order_.erase(found->second);
    }
    order_.push_front({array, std::min(bytes, capacity_)});
    where_[array] = order_.begin();
    used_ += order_.front().bytes;
    while (used_ > capacity_) {
      Entry& oldest = order_.back();
      const double out = std::min(oldest.bytes, used_ - capacity_);
      used_ -= out;
      oldest.bytes -= out;
      if (oldest.bytes > 0) break;
      where_.erase(oldest.array);
      order_.pop_back();
    }
    return bytes - there;
  }

 private:
  struct Entry {
    const void* array;
    double bytes;
  };
  double capacity_, used_ = 0;
  std::list<Entry> order_;  // the last used first
  std::map<const void*, std::list<Entry>::iterator> where_;
};

double product(const std::array<unsigned, 3>& size) { return 1.0 * size[0] * size[1] * size[2]; }

// Blocks of the kernel that a multiprocessor holds at once.
double blocks_held(const Gpu& gpu, const DeviceWork& work, const KernelFigures* figures) {
  const double threads = product(work.block);
  double held = std::min<double>(gpu.blocks, std::floor(gpu.threads / threads));
  if (figures != nullptr) {
    const double shared = figures->shared_bytes + static_cast<double>(work.shared_bytes);
    held = std::min(held, std::floor(registers / (figures->registers * threads)));
    if (shared > 0) held = std::min(held, std::floor(gpu.shared_bytes / shared));
  }
  return std::max(held, 1.0);
}

// Multiply-adds that a multiprocessor does per clock.
double multiply_adds(const Gpu& gpu, const KernelFigures* figures) {
  if (figures != nullptr && figures->precision != Precision::exact) {
    const bool bf16 = figures->precision == Precision::bf16;  // m16n8k16
    const int peak = bf16 ? gpu.bf16 : gpu.tf32;
    if (peak == 0) return busy * starts * shuffle_share;
    return std::min(mma_share * peak,
                    busy * starts * figures->multiply_add * mma_multiply_adds * (bf16 ? 2 : 1));
  }
  const double share = figures != nullptr && figures->multiply_add > 0 ? figures->multiply_add : other_share;
  return busy * std::min<double>(gpu.multiply_adds, starts * share);
}

ModelledLaunch model(const Gpu& gpu, const RecordedWork& of, const std::string& kernel, Cache& cache) {
  ModelledLaunch result;
  double arrays = 0;
  for (const auto& array : of.arrays) arrays += static_cast<double>(array.bytes);
  for (const auto& array : of.arrays) {
    const double bytes = of.bytes * static_cast<double>(array.bytes) / arrays;
    const double missing = cache.missing(array.begin, bytes);
    result.dram_bytes += missing;
    result.l2_bytes += bytes - missing;
  }
  result.memory = std::max(result.dram_bytes / gpu.dram, of.bytes / gpu.l2);
  if (of.work.kind == DeviceWork::Kind::kernel) {
    const KernelFigures* const figures = figures_of(kernel);
    const double blocks = product(of.work.grid), threads = product(of.work.block);
    const double held = blocks_held(gpu, of.work, figures);
    result.waves = blocks / (held * gpu.multiprocessors);
    result.arithmetic = std::ceil(blocks / gpu.multiprocessors) * of.flops / blocks /
                        (2 * multiply_adds(gpu, figures) * gpu.clock);
    const double clocks = result.dram_bytes > result.l2_bytes ? gpu.dram_clocks : gpu.l2_clocks;
    const double loads = of.bytes / (blocks * threads * bytes_per_load);
    result.latency = std::ceil(result.waves) * (1 + std::ceil(loads / loads_together)) * clocks / gpu.clock;
  }
  const double body = result.body();
  result.seconds = body + launch_seconds;
  result.bound = body < launch_seconds       ? "launch"
                 : body == result.memory     ? "memory"
                 : body == result.arithmetic ? "arithmetic"
                                             : "latency";
  return result;
}

}  // namespace

const std::vector<Gpu>& known_gpus() {
  // From the vendor ("NVIDIA H100 Tensor Core GPU Architecture", "NVIDIA A100 Tensor Core GPU
  // Architecture", "NVIDIA Ada GPU Architecture", "NVIDIA Turing GPU Architecture"): boost clock, units,
  // dense multiply-adds of tensor cores, sizes, and 90 % of the bandwidth of DRAM. Estimates: the bandwidth
  // of L2, and that arrays fill 80 % of L2.
  static const std::vector<Gpu> all = {
      {"h100", "NVIDIA H100 SXM", 132, 1.98e9, 128, 1024, 2048, 3.0e12, 4.5e12, 40e6, 2048, 32, 233'472},
      {"a100", "NVIDIA A100 SXM 40 GB", 108, 1.41e9, 64, 512, 1024, 1.4e12, 3.0e12, 32e6, 2048, 32, 167'936},
      {"rtx4090", "NVIDIA GeForce RTX 4090", 128, 2.52e9, 128, 128, 256, 0.91e12, 3.5e12, 58e6, 1536, 24,
       102'400},
      {"t4", "NVIDIA T4", 40, 1.59e9, 64, 0, 0, 0.288e12, 0.9e12, 3.2e6, 1024, 16, 65'536},
  };
  return all;
}

std::vector<std::string> gpu_names() {
  std::vector<std::string> names;
  for (const Gpu& gpu : known_gpus()) names.push_back(gpu.name);
  return names;
}

std::vector<ModelledLaunch> model_step(const Gpu& gpu, const Record& step,
                                       const std::vector<std::string>& kernels) {
  Cache cache(gpu.l2_bytes);
  std::vector<ModelledLaunch> launches;
  for (int repetition = 0; repetition < 2; ++repetition) {
    launches.clear();
    for (std::size_t i = 0; i < step.work.size(); ++i)
      launches.push_back(model(gpu, step.work[i], kernels[i], cache));
  }
  return launches;
}

}  // namespace norma
