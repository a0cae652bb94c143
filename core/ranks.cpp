#include "core/ranks.h"

#include <bit>
#include <cstring>

#include "core/arithmetic.h"
#include "core/device_memory.h"
#include "core/work_mark.h"

namespace norma {
namespace {

constexpr std::size_t message_bytes = 32768;  // gradients are collected up to this size before they are sent

thread_local Shard shard;

std::span<std::byte> bytes_of(const Tensor& t) { return {static_cast<std::byte*>(t.raw()), t.bytes()}; }

}  // namespace

void check_number_of_ranks(int n) {
  if (n < 1 || n > most_leaves || !std::has_single_bit(static_cast<unsigned>(n)))
    fail("a network can be trained by 1, 2, 4, 8 or {} processes, not by {}", most_leaves, n);
}

void gather_in_pairs(Transport& transport, Device memory, std::span<std::byte> all) {
  const int rank = transport.rank(), size = transport.size();
  const std::size_t share = all.size() / static_cast<std::size_t>(size);
  for (int distance = 1; distance < size; distance *= 2) {  // blocks of so many ranks are known
    const auto block = [&](int r) {
      return all.subspan(static_cast<std::size_t>(r / distance * distance) * share,
                         static_cast<std::size_t>(distance) * share);
    };
    transport.exchange(rank ^ distance, memory, block(rank), block(rank ^ distance));
  }
}

Ranks::Ranks(std::unique_ptr<Transport> transport) : transport_(std::move(transport)) {
  check_number_of_ranks(size());
  thread_ = std::thread([this] { work(); });
}

Ranks::~Ranks() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  if (std::uncaught_exceptions() > 0) transport_->give_up();  // the partners may have stopped elsewhere
  thread_.join();
}

void Ranks::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return ends_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    const std::function<void()>& job = jobs_.front();
    const bool failed = error_ != nullptr;
    lock.unlock();
    std::exception_ptr error;
    try {
      if (!failed) job();
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    if (error) error_ = error;
    jobs_.pop_front();
    changed_.notify_all();
  }
}

void Ranks::post(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  changed_.notify_all();
}

void Ranks::wait_until_idle() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return jobs_.empty(); });
  if (error_) std::rethrow_exception(error_);
}

void Ranks::exchange(int partner, Device memory, std::span<const std::byte> send,
                     std::span<std::byte> receive) {
  transport_->exchange(partner, memory, send, receive);
  bytes_sent_ += static_cast<std::int64_t>(send.size());
}

void Ranks::add_in_pairs(std::span<std::byte> values, Add add) {
  std::vector<std::byte> theirs(values.size());
  for (int distance = 1; distance < size(); distance *= 2) {
    exchange(rank() ^ distance, Device::cpu, values, theirs);
    if ((rank() & distance) == 0) {
      add(values.data(), theirs.data(), values.size());
    } else {
      add(theirs.data(), values.data(), values.size());
      std::memcpy(values.data(), theirs.data(), values.size());
    }
  }
}

Tensor Ranks::sum_in_pairs(Tensor values) {
  const Tensor theirs = Tensor::empty_like(values);
  Tensor sum = Tensor::empty_like(values);
  for (int distance = 1; distance < size(); distance *= 2) {
    exchange(rank() ^ distance, values.device(), bytes_of(values), bytes_of(theirs));
    const bool first = (rank() & distance) == 0;
    detail::add(first ? values : theirs, first ? theirs : values, sum);
    std::swap(values, sum);
    synchronize(values.device());
  }
  return values;
}

void Ranks::reduce(std::span<std::byte> values, Add add) {
  flush();
  post([=, this] { add_in_pairs(values, add); });
  wait_until_idle();
}

void Ranks::sum(const Tensor& values) {
  const Tensor host = values.to(Device::cpu);  // few numbers: the large sums are those of begin_sum()
  if (values.dtype() == DType::int64)
    sum(host.span<std::int64_t>());
  else
    dispatch_float("the sum over ranks", values.dtype(), [&]<class T>() { sum(host.span<T>()); });
  if (host.raw() != values.raw())
    copy_bytes(values.device(), values.raw(), Device::cpu, host.raw(), host.bytes());
}

void Ranks::gather(Device device, const void* mine, void* all, std::size_t bytes) {
  const Device memory = meeting_place(device);
  const std::size_t total = bytes * static_cast<std::size_t>(size()),
                    own = bytes * static_cast<std::size_t>(rank());
  const Storage staging(memory == device ? 0 : total);
  const std::span<std::byte> blocks(static_cast<std::byte*>(memory == device ? all : staging.data()), total);
  copy_bytes(memory, &blocks[own], device, mine, bytes);
  gather_bytes(memory, blocks);
  if (memory != device) copy_bytes(device, all, memory, blocks.data(), total);
}

void Ranks::gather_bytes(Device memory, std::span<std::byte> all) {
  flush();
  synchronize(memory);
  post([=, this] {
    gather_in_pairs(*transport_, memory, all);
    bytes_sent_ += static_cast<std::int64_t>(all.size() - all.size() / static_cast<std::size_t>(size()));
  });
  wait_until_idle();
}

void Ranks::check_equal(const std::string& what, const std::string& text) {
  const std::size_t hash = std::hash<std::string>()(text);
  const std::vector<std::size_t> hashes = gather(std::span<const std::size_t>(&hash, 1));
  for (std::size_t r = 1; r < hashes.size(); ++r)
    if (hashes[r] != hashes[0])
      fail("rank 0 and rank {} differ in {}: run the same program with the same flags in every process", r,
           what);
}

void Ranks::begin_sum(const Tensor& mine, const Tensor& total) {
  if (!collected_.empty() && (collected_.front().first.dtype() != mine.dtype() ||
                              collected_.front().first.device() != mine.device()))
    flush();
  collected_.emplace_back(mine, total);
  std::size_t bytes = 0;
  for (const auto& [part, sum] : collected_) bytes += part.bytes();
  if (bytes >= message_bytes) flush();
}

void Ranks::flush() {
  if (collected_.empty()) return;
  struct Part {
    const void* mine;
    void* total;
    std::size_t bytes;
  };
  std::vector<Part> parts;  // the tensors stay with the calling thread
  std::int64_t count = 0;
  for (const auto& [mine, total] : collected_) {
    parts.push_back({mine.raw(), total.raw(), mine.bytes()});
    count += mine.numel();
  }
  const DType dtype = collected_.front().first.dtype();
  const Device device = collected_.front().first.device();
  const auto computed = std::make_shared<WorkMark>(device);
  in_flight_.insert(in_flight_.end(), collected_.begin(), collected_.end());
  collected_.clear();
  post([=, this] {
    computed->wait();
    Tensor sums = Tensor::empty({count}, dtype, meeting_place(device));
    std::byte* at = bytes_of(sums).data();
    for (const Part& part : parts)
      copy_bytes(sums.device(), std::exchange(at, at + part.bytes), device, part.mine, part.bytes);
    sums = sum_in_pairs(sums);
    at = bytes_of(sums).data();
    for (const Part& part : parts)
      copy_bytes(device, part.total, sums.device(), std::exchange(at, at + part.bytes), part.bytes);
    synchronize(device);
  });
}

void Ranks::finish() {
  flush();
  wait_until_idle();
  in_flight_.clear();
}

Shard shard_of_batch(Ranks& ranks, std::int64_t total) {
  std::int64_t first = 0, images = total;
  for (int group = ranks.size(); group > 1;
       group /= 2) {  // so many ranks share images [first, first + images)
    const std::int64_t half = ImageTree::first_half(images);
    const bool upper = ranks.rank() % group >= group / 2;
    first += upper ? half : 0;
    images = upper ? images - half : half;
  }
  return {&ranks, first, images, total};
}

SharedBatch::SharedBatch(const Shard& of)
    : before_(std::exchange(shard, of)), leaves_(of.ranks ? most_leaves / of.ranks->size() : most_leaves) {}
SharedBatch::~SharedBatch() { shard = before_; }

Shard shard_of(const Tensor& x) { return x.defined() && x.sharded() ? shard : Shard{}; }
Ranks* sharing_ranks() { return shard.ranks; }

}  // namespace norma
