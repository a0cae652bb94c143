// The peer: PyTorch in a process of its own (bench/peers/pytorch.py serve), asked through pipes, a line of
// text for a question and a line of JSON for the answer.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "layers/module.h"

namespace norma {

class Peer {
 public:
  /// Starts the first Python that has PyTorch; nullptr where none has.
  static std::unique_ptr<Peer> find(int threads);
  /// Where find() looks: $NORMA_PYTHON alone if it is set, else python3 and /usr/bin/python3.
  static std::vector<std::string> pythons();
  ~Peer();
  /// Peers that are started from now on use no better instruction set. PyTorch knows AVX2 by that name alone.
  static void limit_simd(const std::string& name);
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  /// PyTorch's version, "1.13.0a0".
  const std::string& version() const { return version_; }
  /// "nchw" and "channels-last"
  const std::vector<std::string>& formats() const { return formats_; }

  /// Hands over weights, by their names in the state dict, and the batch to train on, on a device that it has().
  void load(const std::string& norm, Device device, std::vector<NamedTensor> weights, const Tensor& x,
            const Tensor& target);
  /// Losses of the first steps from the loaded weights, without dropout.
  std::vector<double> losses(const std::string& format, DType dtype, int steps);
  /// Seconds that some more steps take, with dropout; or forward passes in evaluation mode.
  double seconds(const std::string& format, int steps, bool inference = false);
  /// The most resident memory that its process has had.
  double peak_megabytes();

  /// Whether it can work on a device: the CPU, or a GPU if this PyTorch sees one.
  bool has(Device device) const { return device == Device::cpu || (device == Device::cuda && has_cuda_); }
  /// Makes numbers for one operation of kernels/table.h, described in the words of peers/operations.py. Throws
  /// where its result has not `numel` elements: it would be another operation.
  void prepare_operation(const std::string& description, Device device, DType dtype, std::int64_t numel);
  /// Seconds a call of the prepared operation: the mean of `calls`, after one that does not count.
  double operation_seconds(int calls);
  void forget_operation();
  /// Lets both sides' threads go to sleep, which GNU's OpenMP does some milliseconds after the last loop.
  void rest();

  /// Processor seconds that the peer spent between its last answer and the last question.
  double idle_cpu_seconds() const { return idle_cpu_seconds_; }

 private:
  Peer(const std::string& python, int threads);
  nlohmann::json ask(const std::string& question);
  nlohmann::json read_answer();

  pid_t process_ = -1;
  std::FILE* questions_ = nullptr;
  std::FILE* answers_ = nullptr;
  std::string version_;
  std::vector<std::string> formats_;
  bool has_cuda_ = false;
  double idle_cpu_seconds_ = 0;
};

}  // namespace norma
