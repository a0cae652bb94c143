// NCCL takes the bytes of GPUs from one to another, beside a transport for those of the CPU. Its sums are not
// used: their order is not fixed.
#include <dlfcn.h>
#include <nccl.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "apps/mpi/gpu_transport.h"
#include "core/cuda_runtime.h"

namespace norma {
namespace {

// The functions of the library, which is loaded when it is needed: programs start where it is not installed.
struct Nccl {
  void* library = dlopen("libnccl.so.2", RTLD_NOW);
#define NORMA_NCCL(name) decltype(&::name) name = find<decltype(&::name)>(#name)
  NORMA_NCCL(ncclGetErrorString);
  NORMA_NCCL(ncclGetUniqueId);
  NORMA_NCCL(ncclCommInitRankConfig);
  NORMA_NCCL(ncclCommGetAsyncError);
  NORMA_NCCL(ncclCommAbort);
  NORMA_NCCL(ncclCommDestroy);
  NORMA_NCCL(ncclGroupStart);
  NORMA_NCCL(ncclGroupEnd);
  NORMA_NCCL(ncclSend);
  NORMA_NCCL(ncclRecv);
#undef NORMA_NCCL

 private:
  template <class F>
  F find(const char* name) {
    return library == nullptr ? nullptr : reinterpret_cast<F>(dlsym(library, name));
  }
};

const Nccl& nccl() {
  static const Nccl instance;
  return instance;
}

bool is_installed() { return nccl().ncclCommInitRankConfig != nullptr; }  // the newest of them, of NCCL 2.14

class NcclTransport : public Transport {
 public:
  explicit NcclTransport(std::unique_ptr<Transport> host) : host_(std::move(host)) {
    ncclUniqueId id{};
    if (rank() == 0) check(nccl().ncclGetUniqueId(&id), "begin");
    id = gather_in_pairs(*host_, id)[0];
    cuda_runtime::stream();  // chooses the GPU of this thread
    ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
    config.blocking = 0;
    wait_for(nccl().ncclCommInitRankConfig(&ranks_, size(), id, rank(), &config), "connect the GPUs");
  }
  ~NcclTransport() override { gave_up_ ? nccl().ncclCommAbort(ranks_) : nccl().ncclCommDestroy(ranks_); }

  int rank() const override { return host_->rank(); }
  int size() const override { return host_->size(); }
  bool reaches(Device device) const override { return device == Device::cuda || host_->reaches(device); }
  void give_up() override {
    gave_up_ = true;
    host_->give_up();
  }

  void exchange(int partner, Device memory, std::span<const std::byte> send,
                std::span<std::byte> receive) override {
    if (memory != Device::cuda) return host_->exchange(partner, memory, send, receive);
    const auto stream = static_cast<cudaStream_t>(cuda_runtime::stream());
    check(nccl().ncclGroupStart(), "begin an exchange");
    check(nccl().ncclSend(send.data(), send.size(), ncclChar, partner, ranks_, stream), "send");
    check(nccl().ncclRecv(receive.data(), receive.size(), ncclChar, partner, ranks_, stream), "receive");
    wait_for(nccl().ncclGroupEnd(), "exchange");
    while (!cuda_runtime::idle()) wait_for(ncclSuccess, "exchange");
  }

 private:
  // Nothing blocks: a call that has begun what it was asked for returns ncclInProgress.
  static void check(ncclResult_t status, const char* what) {
    if (status != ncclSuccess && status != ncclInProgress)
      fail("NCCL could not {}: {}", what, nccl().ncclGetErrorString(status));
  }
  // Until all that was begun is in the stream.
  void wait_for(ncclResult_t status, const char* what) {
    do {
      check(status, what);
      if (gave_up_) fail("rank {} gave up while NCCL was to {}", rank(), what);
      std::this_thread::yield();
      check(nccl().ncclCommGetAsyncError(ranks_, &status), what);
    } while (status != ncclSuccess);
  }

  std::unique_ptr<Transport> host_;
  ncclComm_t ranks_ = nullptr;
  std::atomic<bool> gave_up_ = false;
};

}  // namespace

std::unique_ptr<Transport> with_gpus(std::unique_ptr<Transport> host) {
  struct Answer {
    bool installed;
    cuda_runtime::GpuId gpu;
  };
  std::vector<Answer> all = gather_in_pairs(*host, Answer{is_installed(), cuda_runtime::gpu_id()});
  std::sort(all.begin(), all.end(), [](const Answer& a, const Answer& b) { return a.gpu < b.gpu; });
  const auto same = [](const Answer& a, const Answer& b) { return a.gpu == b.gpu; };
  const bool possible = std::all_of(all.begin(), all.end(), [](const Answer& a) { return a.installed; }) &&
                        std::adjacent_find(all.begin(), all.end(), same) == all.end();
  if (!possible) return host;
  return std::make_unique<NcclTransport>(std::move(host));
}

}  // namespace norma
