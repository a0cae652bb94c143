// The peer: PyTorch in a separate process (bench/peers/pytorch.py serve). Pipes connect it: a question is one
// line of text, an answer is one line of JSON.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/precision.h"
#include "layers/module.h"

namespace norma {

class Peer {
 public:
  /// Starts the first Python that has PyTorch; nullptr if none has it. With `compile`, its networks also run
  /// after torch.compile for that device.
  static std::unique_ptr<Peer> find(int threads, std::optional<Device> compile = {});
  /// The Pythons that find() tries: only $NORMA_PYTHON if it is set, else python3 and /usr/bin/python3.
  static std::vector<std::string> pythons();
  ~Peer();
  /// Peers that are started from now on use at most this instruction set, which must be AVX2.
  static void limit_simd(const std::string& name);
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  /// PyTorch's version, "1.13.0a0".
  const std::string& version() const { return version_; }
  /// "nchw", "channels-last", and with torch.compile "compiled-nchw" and "compiled-channels-last"
  const std::vector<std::string>& formats() const { return formats_; }
  /// Why there are no compiled ones, though find() was asked for them.
  const std::string& compile_problem() const { return compile_problem_; }

  /// Sends weights, by their names in the state dict, and the training batch, for a device that it has().
  void load(const std::string& preset, const std::string& norm, Device device,
            std::vector<NamedTensor> weights, const Tensor& x, const Tensor& target);
  /// Losses of the first steps from the loaded weights, without dropout.
  std::vector<double> losses(const std::string& format, DType dtype, Precision precision, int steps);
  /// The seconds of some more steps, with dropout; or of forward passes in evaluation mode.
  double seconds(const std::string& format, Precision precision, int steps, bool inference);
  /// The peak resident memory of its process.
  double peak_megabytes();

  /// Whether it can work on a device: the CPU, or a GPU if this PyTorch sees one.
  bool has(Device device) const { return device == Device::cpu || (device == Device::cuda && has_cuda_); }
  /// Makes the inputs of one operation of kernels/table.h, described as in peers/operations.py, `turns`
  /// times: calls take turns. Throws if its result does not have `numel` elements: then it is another
  /// operation.
  void prepare_operation(const std::string& description, Device device, DType dtype, std::int64_t numel,
                         int turns);
  /// Seconds per call of the prepared operation: the mean of `calls`, after one that does not count.
  double operation_seconds(int calls);
  void forget_operation();
  /// Waits until the threads of both sides sleep: in GNU's OpenMP, some milliseconds after the last loop.
  void rest();

  /// Processor seconds that the peer spent between its last answer and the last question.
  double idle_cpu_seconds() const { return idle_cpu_seconds_; }

 private:
  Peer(const std::string& python, int threads, std::optional<Device> compile);
  nlohmann::json ask(const std::string& question);
  nlohmann::json read_answer();

  pid_t process_ = -1;
  std::FILE* questions_ = nullptr;
  std::FILE* answers_ = nullptr;
  std::string version_, compile_problem_;
  std::vector<std::string> formats_;
  bool has_cuda_ = false;
  double idle_cpu_seconds_ = 0;
};

}  // namespace norma
