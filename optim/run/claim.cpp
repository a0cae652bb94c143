#include "optim/run/claim.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <thread>

#include "core/error.h"
#include "core/json.h"
#include "core/save_file.h"

namespace norma {
namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
namespace {

constexpr std::size_t most_bytes = 1 << 20;  // of a claim file
constexpr const char* finished_line = "finished\n";

std::string host_name() {
  char name[256] = "";
  gethostname(name, sizeof name - 1);
  return name;
}

// Different on every machine, and after every start of the machine.
std::string boot_id() {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  return id.empty() ? host_name() : id;
}

void append(int descriptor, const std::string& text, const fs::path& file) {
  if (write(descriptor, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    fail("could not write {}: {}", file.string(), std::strerror(errno));
}

}  // namespace

// The thread that changes the time of the file.
struct Claim::Heartbeat {
  Heartbeat(int descriptor, double seconds)
      : thread([=, this] {
          std::unique_lock lock(mutex);
          while (!wake.wait_for(lock, std::chrono::duration<double>(seconds), [&] { return stop; }))
            futimens(descriptor, nullptr);
        }) {}
  ~Heartbeat() {
    {
      const std::lock_guard lock(mutex);
      stop = true;
    }
    wake.notify_one();
    thread.join();
  }
  std::mutex mutex;
  std::condition_variable wake;
  bool stop = false;
  std::thread thread;  // last: it uses the others
};

Claim::Claim(fs::path file, fs::path next, int descriptor, double seconds)
    : file_(std::move(file)),
      next_(std::move(next)),
      descriptor_(descriptor),
      heartbeat_(std::make_unique<Heartbeat>(descriptor, seconds)) {}

Claim::~Claim() {
  heartbeat_.reset();
  if (!finished_) [[maybe_unused]]
    const ssize_t done = write(descriptor_, "given up\n", 9);
  close(descriptor_);  // and unlock
}

void Claim::finish() {
  append(descriptor_, finished_line, file_);
  fsync(descriptor_);
  finished_ = true;
}

bool Claim::lost() const { return fs::exists(next_); }

// What a claim file says.
struct Claims::Entry {
  fs::path file;
  std::string owner = "another process", boot, content;
  bool locked = false, finished = false, given_up = false;
};

Claims::Claims(fs::path folder, double timeout) : folder_(std::move(folder)), timeout_(timeout) {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) fail("could not make the folder {}: {}", folder_.string(), error.message());
}

fs::path Claims::file(const std::string& name, int number) const {
  return folder_ / fmt::format("{}.{}", name, number);
}

Claims::Entry Claims::read(const std::string& name, int number) const {
  Entry entry;
  entry.file = file(name, number);
  std::istringstream text(read_file(entry.file, most_bytes));
  std::string first, second;
  std::getline(text, first);
  std::getline(text, second);
  const Json json = parse_json<Json>(first, entry.file.string());
  const JsonObject<Json> fields(json, entry.file.string());
  entry.owner =
      fmt::format("process {} on {}", fields.whole("process", 0, INT64_MAX), fields.text("host", 255));
  entry.boot = fields.text("boot", 255);
  entry.content = fields.text("content", most_bytes);
  entry.locked = fields.truth("locked");
  entry.finished = second + '\n' == finished_line;
  entry.given_up = !entry.finished && !second.empty();
  return entry;
}

bool Claims::is_dead(const Entry& entry) {
  const int descriptor = open(entry.file.c_str(), O_RDONLY | O_CLOEXEC);  // NFS: asks the server for its time
  if (descriptor < 0) fail("could not read {}: {}", entry.file.string(), std::strerror(errno));
  const bool free = flock(descriptor, LOCK_SH | LOCK_NB) == 0;
  close(descriptor);
  if (entry.locked && entry.boot == boot_id()) return free;
  const fs::file_time_type heartbeat = fs::last_write_time(entry.file);
  const auto [watched, is_new] = watched_.try_emplace(entry.file, Watched{heartbeat, Clock()});
  if (!is_new && watched->second.heartbeat != heartbeat) watched->second = {heartbeat, Clock()};
  return watched->second.since.seconds() > timeout_;
}

Claims::Answer Claims::take(const std::string& name, const std::string& content,
                            const std::function<bool()>& is_there) {
  int last = 0;
  while (fs::exists(file(name, last + 1))) ++last;
  if (last > 0) {
    const Entry entry = read(name, last);
    if (entry.finished && entry.content == content && is_there()) return {{}, true};
    if (!entry.finished && !entry.given_up && !is_dead(entry)) return {{}, false, entry.owner};
  }
  // Written and locked under another name first: no process sees a claim that is not locked yet.
  const fs::path wanted = file(name, last + 1);
  const fs::path part = fmt::format("{}.{:08x}.part", wanted.string(), std::random_device()());
  const int descriptor = open(part.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor < 0) fail("could not write {}: {}", part.string(), std::strerror(errno));
  const bool locked = flock(descriptor, LOCK_EX | LOCK_NB) == 0;
  const Json text = {{"process", getpid()},
                     {"host", host_name()},
                     {"boot", boot_id()},
                     {"locked", locked},
                     {"content", content}};
  append(descriptor, text.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n', part);
  const bool linked = link(part.c_str(), wanted.c_str()) == 0;
  const int reason = errno;
  unlink(part.c_str());
  if (linked)
    return {std::unique_ptr<Claim>(
        new Claim(wanted, file(name, last + 2), descriptor, std::clamp(timeout_ / 12, 0.1, 10.0)))};
  close(descriptor);
  if (reason != EEXIST) fail("could not make {}: {}", wanted.string(), std::strerror(reason));
  return {{}, false, "another process"};
}

}  // namespace norma
