// Ranks connected by MPI.
#include <mpi.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <thread>

#include "apps/mpi/gpu_transport.h"
#include "apps/mpi/launched_ranks.h"

namespace norma {
namespace {

void check(int status, const char* what) {
  if (status == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING] = {};
  int length = 0;
  MPI_Error_string(status, text, &length);
  fail("MPI could not {}: {}", what, std::string_view(text, static_cast<std::size_t>(length)));
}

class MpiTransport : public Transport {
 public:
  MpiTransport() {
    int provided = 0;
    check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided), "begin");
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    check(MPI_Comm_rank(MPI_COMM_WORLD, &rank_), "tell the rank");
    check(MPI_Comm_size(MPI_COMM_WORLD, &size_), "tell the number of processes");
    if (provided < MPI_THREAD_SERIALIZED)
      fail(
          "this MPI cannot be used by one thread while another computes: it was built without support for "
          "threads");
  }
  // After a failure the partners wait for this process. It must not: the launcher ends them when it has gone.
  ~MpiTransport() override {
    if (!gave_up_ && std::uncaught_exceptions() == 0) MPI_Finalize();
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  void give_up() override { gave_up_ = true; }

  void exchange(int partner, Device, std::span<const std::byte> send, std::span<std::byte> receive) override {
    MPI_Request requests[2];
    constexpr int tag = 0;
    check(MPI_Irecv(receive.data(), static_cast<int>(receive.size()), MPI_BYTE, partner, tag, MPI_COMM_WORLD,
                    &requests[0]),
          "receive");
    check(MPI_Isend(send.data(), static_cast<int>(send.size()), MPI_BYTE, partner, tag, MPI_COMM_WORLD,
                    &requests[1]),
          "send");
    // A wait of MPI's would take a core from the computations. So it sleeps between looks, after some
    // without.
    constexpr int looks = 100;
    for (int look = 0, done = 0; true; ++look) {
      check(MPI_Testall(2, requests, &done, MPI_STATUSES_IGNORE), "exchange");
      if (done) return;
      if (gave_up_) fail("rank {} stopped while rank {} had data for it", rank_, partner);
      if (look > looks) std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
  }

 private:
  int rank_ = 0, size_ = 1;
  std::atomic<bool> gave_up_ = false;
};

}  // namespace

std::shared_ptr<Ranks> launched_ranks(Device device) {
  if (launched_processes() == 1) return nullptr;
  std::unique_ptr<Transport> transport = std::make_unique<MpiTransport>();
  check_number_of_ranks(transport->size());
  const std::vector<Device> devices = gather_in_pairs(*transport, device);
  for (std::size_t rank = 1; rank < devices.size(); ++rank)
    if (devices[rank] != devices[0])
      fail("rank 0 uses {}, and rank {} {}: choose one --device for all", name(devices[0]), rank,
           name(devices[rank]));
  if (device == Device::cuda) transport = with_gpus(std::move(transport));
  return std::make_shared<Ranks>(std::move(transport));
}

}  // namespace norma
