// Processes that train one network together: rank r of P has its share of the images of every batch, and
// all have the same weights.
//
//   batch of 8, P = 2     rank 0: images 0 1 2 3 ──▶ gradients ──┐
//                         rank 1: images 4 5 6 7 ──▶ gradients ──┴─ + ──▶ both: those of the batch
//
// Sums over images are trees over halves of the batch (core/image_tree.h), and ranks are their upper
// branches: P processes get the bits of one. Ranks exchange arrays in pairs: 0 with 1 and 2 with 3,
// then 0 with 2 and 1 with 3, so that after log₂ P exchanges every rank has the sum.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <type_traits>
#include <vector>

#include "core/image_tree.h"
#include "core/shard.h"
#include "core/tensor.h"

namespace norma {

/// How bytes get from one process to another: MPI and NCCL (apps/mpi), or sockets in tests.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  /// Whether it takes bytes from the memory of a device. Those of other devices travel through the CPU.
  virtual bool reaches(Device device) const { return on_host(device); }
  /// Sends bytes to a partner, which calls this at the same time, and receives as many from it; both are in
  /// the memory of a device that it reaches. Returns when they have arrived. Called by one thread at a time.
  /// Throws Error if the partner is gone.
  virtual void exchange(int partner, Device memory, std::span<const std::byte> send,
                        std::span<std::byte> receive) = 0;
  /// From now on, and from any thread: exchange() throws instead of waiting.
  virtual void give_up() = 0;
};

/// Fills in what the other ranks have: `all` is one block per rank, of which only this rank's is filled in.
void gather_in_pairs(Transport& transport, Device memory, std::span<std::byte> all);
/// What each rank has, in the order of the ranks.
template <class S>
std::vector<S> gather_in_pairs(Transport& transport, const S& mine) {
  static_assert(std::is_trivially_copyable_v<S>);
  std::vector<S> all(static_cast<std::size_t>(transport.size()));
  all[static_cast<std::size_t>(transport.rank())] = mine;
  gather_in_pairs(transport, Device::cpu, std::as_writable_bytes(std::span(all)));
  return all;
}

/// Throws unless it is a power of two and at most most_leaves.
void check_number_of_ranks(int processes);

class Ranks {
 public:
  /// Of a number of processes that check_number_of_ranks() accepts.
  explicit Ranks(std::unique_ptr<Transport> transport);
  ~Ranks();
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  int rank() const { return transport_->rank(); }
  int size() const { return transport_->size(); }
  bool reaches(Device device) const { return transport_->reaches(device); }

  // All ranks make the same calls in the same order, with arrays of the same size.

  /// Adds the arrays of all ranks, element by element, with +=, the lower rank's first.
  template <class S>
  void sum(std::span<S> values) {
    static_assert(std::is_trivially_copyable_v<S>);
    reduce(std::as_writable_bytes(values), add_elements<S>);
  }
  /// The arrays of all ranks, one after the other.
  template <class S>
  std::vector<S> gather(std::span<const S> values) {
    static_assert(std::is_trivially_copyable_v<S>);
    std::vector<S> all(values.size() * static_cast<std::size_t>(size()));
    std::copy(values.begin(), values.end(),
              all.begin() + static_cast<std::ptrdiff_t>(values.size()) * rank());
    gather_bytes(Device::cpu, std::as_writable_bytes(std::span(all)));
    return all;
  }
  /// The same in the memory of a device: `bytes` bytes of each rank.
  void gather(Device device, const void* mine, void* all, std::size_t bytes);
  /// Adds the tensors of all ranks into each of them; float32, float64 or int64, on any device.
  void sum(const Tensor& values);
  /// Waits for all ranks and throws if `text` differs between them; `what` describes it.
  void check_equal(const std::string& what, const std::string& text);

  /// total = the sum of `mine` over all ranks, like sum(), beside the computations of this thread. It is
  /// complete after finish(). Floating, on any device.
  void begin_sum(const Tensor& mine, const Tensor& total);
  /// Waits for the sums that were begun. Throws what stopped them.
  void finish();

  /// That this rank has sent.
  std::int64_t bytes_sent() const { return bytes_sent_; }

 private:
  using Add = void (*)(std::byte* into, const std::byte* other, std::size_t bytes);
  template <class S>
  static void add_elements(std::byte* into, const std::byte* other, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes / sizeof(S); ++i)
      reinterpret_cast<S*>(into)[i] += reinterpret_cast<const S*>(other)[i];
  }
  void reduce(std::span<std::byte> values, Add add);
  /// Where numbers of a device are when they are exchanged.
  Device meeting_place(Device device) const { return reaches(device) ? device : Device::cpu; }
  // The exchanges of a sum, on the thread of the jobs.
  void add_in_pairs(std::span<std::byte> values, Add add);
  Tensor sum_in_pairs(Tensor values);
  void gather_bytes(Device memory, std::span<std::byte> all);
  void exchange(int partner, Device memory, std::span<const std::byte> send, std::span<std::byte> receive);
  /// Posts the sums that were collected as one message.
  void flush();
  void post(std::function<void()> job);
  void wait_until_idle();
  void work();

  std::unique_ptr<Transport> transport_;
  std::vector<std::pair<Tensor, Tensor>> collected_, in_flight_;
  std::atomic<std::int64_t> bytes_sent_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;  // the first is being done
  std::exception_ptr error_;
  bool ends_ = false;
  std::thread thread_;  // the only one that exchanges
};

/// The share of the calling rank: every rank has at least one image if total is at least the number of ranks.
Shard shard_of_batch(Ranks& ranks, std::int64_t total);

/// While one lives on this thread, tensors that are sharded (core/tensor.h) hold these images of a batch.
class SharedBatch {
 public:
  explicit SharedBatch(const Shard& shard);
  ~SharedBatch();
  SharedBatch(const SharedBatch&) = delete;
  SharedBatch& operator=(const SharedBatch&) = delete;

 private:
  Shard before_;
  ImageLeaves leaves_;
};

/// What x has of the batch; of no ranks if it is not sharded, or no SharedBatch lives.
Shard shard_of(const Tensor& x);
/// The ranks that share the batch; nullptr if no SharedBatch lives.
Ranks* sharing_ranks();

}  // namespace norma
