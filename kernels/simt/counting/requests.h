// RequestCounter: puts the accesses of a warp's lanes together into requests, and counts what they cost.
//
// Lanes run one after another, so that many requests of a warp are open at a time; each is counted, and
// forgotten, when its last lane has come, or at the end of the block.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "kernels/simt/counters.h"
#include "kernels/simt/counting/shadow.h"

namespace norma::simt {

/// Which bytes of global memory were read and written, each counted once.
class DistinctBytes {
 public:
  /// Whether any of these is new.
  bool add(const Access& access);
  void clear() { sectors_.clear(), read_ = written_ = 0; }
  std::uint64_t read() const { return read_; }
  std::uint64_t written() const { return written_; }

 private:
  struct Sector {
    std::uint32_t read = 0, written = 0;  // one bit per byte
  };
  Shadow<Sector> sectors_;
  std::uint64_t read_ = 0, written_ = 0;
};

class RequestCounter {
 public:
  void name_array(const std::string& name, std::uintptr_t begin, std::size_t bytes);
  void begin_launch();
  void begin_block(int threads);
  void access(const Access& access);
  void end_block();
  /// Of the launch: arrays and sites.
  void result(Counters& counters) const;

 private:
  struct Lane {
    std::uintptr_t begin, end;  // of the bytes it asks for
  };
  struct Request {
    std::uint32_t lanes = 0;  // that have come
    std::array<Lane, 32> lane;
  };
  struct Warp {
    std::array<std::uint32_t, 32> executions{};  // of each lane, in this block
    std::uint32_t counted = 0;                   // requests before open[0]
    std::uint32_t left = 0;                      // of open, not yet counted
    std::vector<Request> open;
  };
  struct Site {
    SiteRequests total;
    std::array<Warp, 32> warps{};
    bool in_block = false;  // executed by the block that runs
  };
  struct Array {
    std::uintptr_t begin, end;
    ArrayTraffic traffic;
  };

  Site& site_of(const Access& access);
  void count(Request& request, Site& site);
  void count_global(std::vector<Lane>& lanes, SiteRequests& total);
  void count_shared(const std::vector<Lane>& lanes, SiteRequests& total);
  void add_to_array(std::uintptr_t address, std::uint64_t bytes, Access::Kind kind);

  std::vector<std::unique_ptr<Site>> sites_;
  std::unordered_map<std::uint64_t, Site*> site_by_key_;
  std::array<Site*, 256> recent_{};  // the way to sites met before, by a few bits of their key
  std::vector<Site*> of_block_;
  std::vector<Array> arrays_;
  std::size_t last_array_ = 0;
  int threads_ = 0;
  std::vector<Lane> lanes_;            // of the request that is counted
  std::vector<std::uintptr_t> words_;  // of the part of it that is served together
};

}  // namespace norma::simt
