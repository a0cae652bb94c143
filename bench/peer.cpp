#include "bench/peer.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "bench/machine.h"
#include "core/error.h"
#include "core/json.h"
#include "layers/safetensors.h"

namespace norma {
namespace {

// A new folder in the system's temporary folder. The destructor removes it with its contents.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = std::filesystem::temp_directory_path() / "norma-bench-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) fail("could not make the temporary folder {}", name);
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct Pipe {
  int read = -1, write = -1;
};

// Both ends are closed in the child, except the two that become its stdin and stdout.
Pipe make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) fail("could not make a pipe to the peer");
  return {ends[0], ends[1]};
}

}  // namespace

std::vector<std::string> Peer::pythons() {
  const char* chosen = std::getenv("NORMA_PYTHON");
  if (chosen != nullptr && *chosen != '\0') return {chosen};
  return {"python3", "/usr/bin/python3"};
}

std::unique_ptr<Peer> Peer::find(int threads, std::optional<Device> compile) {
  for (const std::string& python : pythons()) {
    std::unique_ptr<Peer> peer(new Peer(python, threads, compile));
    if (!peer->version_.empty()) return peer;
  }
  return nullptr;
}

void Peer::limit_simd(const std::string& name) {
  if (name != "AVX2") fail_usage("--simd {}: the peer can be limited to AVX2 only; add --peer none", name);
  setenv("ATEN_CPU_CAPABILITY", "avx2", 1);
  setenv("ONEDNN_MAX_CPU_ISA", "AVX2", 1);
  setenv("DNNL_MAX_CPU_ISA", "AVX2", 1);
  setenv("MKL_ENABLE_INSTRUCTIONS", "AVX2", 1);
}

// The version stays empty if this Python does not exist or has no PyTorch.
Peer::Peer(const std::string& python, int threads, std::optional<Device> compile) {
  signal(SIGPIPE, SIG_IGN);  // a peer that has ended is noticed when its answer is missing
  const Pipe to = make_pipe(), from = make_pipe();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to.read, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, from.write, STDOUT_FILENO);
  std::vector<std::string> words = {python, source_folder() + "/bench/peers/pytorch.py", "serve", "--threads",
                                    std::to_string(threads)};
  if (compile) words.insert(words.end(), {"--compile", norma::name(*compile)});
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  if (posix_spawnp(&process_, python.c_str(), &actions, nullptr, arguments.data(), environ) != 0)
    process_ = -1;
  posix_spawn_file_actions_destroy(&actions);
  close(to.read);
  close(from.write);
  questions_ = fdopen(to.write, "w");
  answers_ = fdopen(from.read, "r");

  const nlohmann::json hello = read_answer();
  if (!hello.contains("torch")) return;
  version_ = hello["torch"].get<std::string>();
  formats_ = hello["formats"].get<std::vector<std::string>>();
  compile_problem_ = hello["compile_problem"].get<std::string>();
  has_cuda_ = hello["cuda"].get<bool>();
}

Peer::~Peer() {
  std::fclose(questions_);  // the peer ends at the end of its input
  std::fclose(answers_);
  if (process_ > 0) waitpid(process_, nullptr, 0);
}

// Null if the peer has ended or its answer is not JSON.
nlohmann::json Peer::read_answer() {
  std::string line;
  for (int c = std::fgetc(answers_); c != EOF && c != '\n'; c = std::fgetc(answers_))
    line += static_cast<char>(c);
  try {
    const auto answer = parse_json<nlohmann::json>(line, "an answer of the PyTorch peer");
    return answer.is_object() ? answer : nlohmann::json();
  } catch (const Error&) {
    return nlohmann::json();
  }
}

nlohmann::json Peer::ask(const std::string& question) {
  fmt::print(questions_, "{}\n", question);
  std::fflush(questions_);
  const nlohmann::json answer = read_answer();
  if (answer.is_null()) fail("the PyTorch peer ended when it was asked '{}'", question);
  if (answer.contains("error"))
    fail("the PyTorch peer failed when it was asked '{}': {}", question, answer["error"].get<std::string>());
  idle_cpu_seconds_ = answer["idle_cpu_seconds"].get<double>();
  return answer;
}

void Peer::load(const std::string& preset, const std::string& norm, Device device,
                std::vector<NamedTensor> weights, const Tensor& x, const Tensor& target) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "start.safetensors";
  weights.push_back({"batch.x", x});
  weights.push_back({"batch.target", target});
  save_safetensors(file, weights, {{"preset", preset}, {"norm", norm}});
  ask(fmt::format("load {} {}", file.string(), norma::name(device)));
}

std::vector<double> Peer::losses(const std::string& format, DType dtype, Precision precision, int steps) {
  const std::string question =
      fmt::format("losses {} {} {} {}", format, name(dtype), norma::name(precision), steps);
  return ask(question)["losses"].get<std::vector<double>>();
}

double Peer::seconds(const std::string& format, Precision precision, int steps, bool inference) {
  const std::string question =
      fmt::format("{} {} {} {}", inference ? "infer" : "time", format, norma::name(precision), steps);
  return ask(question)["seconds"].get<double>();
}

double Peer::peak_megabytes() { return ask("peak")["megabytes"].get<double>(); }

void Peer::prepare_operation(const std::string& description, Device device, DType dtype, std::int64_t numel,
                             int turns) {
  const auto answer = ask(
      fmt::format("prepare {} {} device={} dtype={}", turns, description, norma::name(device), name(dtype)));
  if (const auto theirs = answer["numel"].get<std::int64_t>(); theirs != numel)
    fail("PyTorch's result of {} has {} elements, but Norma's has {}: the operations differ", description,
         theirs, numel);
}

double Peer::operation_seconds(int calls) {
  return ask(fmt::format("call {}", calls))["seconds"].get<double>();
}

void Peer::forget_operation() { ask("forget"); }

void Peer::rest() { ask("rest"); }

}  // namespace norma
