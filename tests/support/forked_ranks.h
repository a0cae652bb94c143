// Ranks without a launcher: child processes of a test, connected by sockets.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/ranks.h"

namespace norma::test {

/// Calls body(ranks) in `count` child processes, on one thread each, and returns what they returned; for a
/// rank that threw, "error: " and the message.
std::vector<std::string> in_processes(int count,
                                      const std::function<std::string(std::shared_ptr<Ranks>)>& body);

}  // namespace norma::test
