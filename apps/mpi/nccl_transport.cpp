// NCCL takes the bytes of GPUs from one to another, beside a transport for those of the CPU. Its sums are not
// used: their order is not fixed.
#include <dlfcn.h>
#include <nccl.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>
#include <vector>

#include "apps/mpi/gpu_transport.h"
#include "core/cuda_runtime.h"

namespace norma {
namespace {

// Loaded when it is needed, so that programs start where it is not installed.
class Library {
 public:
  Library() : handle_(dlopen("libnccl.so.2", RTLD_NOW)) {}
  bool loaded() const { return handle_ != nullptr; }
  template <class F>
  F* function(const char* name, F*) const {
    void* const symbol = dlsym(handle_, name);
    if (symbol == nullptr) fail("the NCCL library has no function {}: install NCCL 2.7 or newer", name);
    return reinterpret_cast<F*>(symbol);
  }

 private:
  void* handle_;
};

const Library& library() {
  static const Library instance;
  return instance;
}

#define NORMA_NCCL(name) library().function(#name, &name)

void check(ncclResult_t status, const char* what) {
  if (status != ncclSuccess) fail("NCCL could not {}: {}", what, NORMA_NCCL(ncclGetErrorString)(status));
}

// What each rank has, sent through the host's transport. size() is a power of two.
template <class T>
std::vector<T> of_all(Transport& host, const T& mine) {
  std::vector<T> all(static_cast<std::size_t>(host.size()));
  all[static_cast<std::size_t>(host.rank())] = mine;
  for (int distance = 1; distance < host.size(); distance *= 2) {
    const auto block = [&](int rank) {
      return std::as_writable_bytes(std::span(all).subspan(
          static_cast<std::size_t>(rank / distance * distance), static_cast<std::size_t>(distance)));
    };
    const int partner = host.rank() ^ distance;
    host.exchange(partner, Device::cpu, block(host.rank()), block(partner));
  }
  return all;
}

class NcclTransport : public Transport {
 public:
  explicit NcclTransport(std::unique_ptr<Transport> host) : host_(std::move(host)) {
    ncclUniqueId id{};
    if (rank() == 0) check(NORMA_NCCL(ncclGetUniqueId)(&id), "begin");
    id = of_all(*host_, id)[0];
    cuda_runtime::stream();  // chooses the GPU of this thread
    check(NORMA_NCCL(ncclCommInitRank)(&ranks_, size(), id, rank()), "connect the GPUs");
  }
  ~NcclTransport() override {
    gave_up_ ? NORMA_NCCL(ncclCommAbort)(ranks_) : NORMA_NCCL(ncclCommDestroy)(ranks_);
  }

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
    check(NORMA_NCCL(ncclGroupStart)(), "begin an exchange");
    check(NORMA_NCCL(ncclSend)(send.data(), send.size(), ncclChar, partner, ranks_, stream), "send");
    check(NORMA_NCCL(ncclRecv)(receive.data(), receive.size(), ncclChar, partner, ranks_, stream), "receive");
    check(NORMA_NCCL(ncclGroupEnd)(), "exchange");
    while (!cuda_runtime::idle()) {
      ncclResult_t status = ncclSuccess;
      check(NORMA_NCCL(ncclCommGetAsyncError)(ranks_, &status), "tell its state");
      check(status, "exchange");
      if (gave_up_) fail("rank {} stopped while rank {} had data for it", rank(), partner);
      std::this_thread::yield();
    }
  }

 private:
  std::unique_ptr<Transport> host_;
  ncclComm_t ranks_ = nullptr;
  std::atomic<bool> gave_up_ = false;
};

}  // namespace

std::unique_ptr<Transport> with_gpus(std::unique_ptr<Transport> host) {
  struct Answer {
    bool loaded;
    cuda_runtime::GpuId gpu;
  };
  std::vector<Answer> all = of_all(*host, Answer{library().loaded(), cuda_runtime::gpu_id()});
  const auto before = [](const Answer& a, const Answer& b) { return a.gpu < b.gpu; };
  const auto same = [](const Answer& a, const Answer& b) { return a.gpu == b.gpu; };
  std::sort(all.begin(), all.end(), before);
  const bool possible = std::all_of(all.begin(), all.end(), [](const Answer& a) { return a.loaded; }) &&
                        std::adjacent_find(all.begin(), all.end(), same) == all.end();
  if (!possible) return host;
  return std::make_unique<NcclTransport>(std::move(host));
}

}  // namespace norma
