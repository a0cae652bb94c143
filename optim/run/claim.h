// Claims: several processes, on one machine or on many with a common folder, share pieces of work, and each
// piece is done by one of them.
//
//   FOLDER/gn-seed1.1   the first owner of the piece "gn-seed1"
//   FOLDER/gn-seed1.2   the next one, after the first gave it up or died; the last file counts
//
// A file appears complete or not at all, and of several processes that make the same one, the first
// succeeds: link(2) promises both, on NFS too. While its owner lives, the file is locked, and its time
// changes every few seconds: a heartbeat. An owner on the same machine is dead when its lock is gone. An
// owner elsewhere is dead when its heartbeat was watched for `timeout` seconds and did not change; no
// clocks are compared.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "core/clock.h"

namespace norma {

/// A piece of work that this process owns, until it is finished, given up or destroyed. A thread keeps the
/// heartbeat.
class Claim {
 public:
  ~Claim();
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

  /// The work is done; no process needs to take it again.
  void finish();
  /// Whether another process has taken the work over, because this one showed no life: after a machine slept.
  bool lost() const;

 private:
  friend class Claims;
  struct Heartbeat;
  Claim(std::filesystem::path file, std::filesystem::path next, int descriptor, double seconds);

  std::filesystem::path file_, next_;
  int descriptor_;
  bool finished_ = false;
  std::unique_ptr<Heartbeat> heartbeat_;
};

/// The claims in a folder, as one process sees them.
class Claims {
 public:
  /// Makes the folder. Throws if that fails.
  Claims(std::filesystem::path folder, double timeout);

  struct Answer {
    std::unique_ptr<Claim> claim;  ///< the work belongs to this process now
    bool finished = false;         ///< it is done
    std::string owner = {};        ///< else who does it: "process 4711 on hostname"
  };
  /// Claims a piece of work. It is done where a claim of the same content was finished and is_there() is
  /// true.
  Answer take(const std::string& name, const std::string& content, const std::function<bool()>& is_there);

 private:
  struct Entry;
  std::filesystem::path file(const std::string& name, int number) const;
  Entry read(const std::string& name, int number) const;
  bool is_dead(const Entry& entry);

  std::filesystem::path folder_;
  double timeout_;
  struct Watched {
    std::filesystem::file_time_type heartbeat;
    Clock since;
  };
  std::map<std::filesystem::path, Watched> watched_;
};

}  // namespace norma
