// Ranks without a launcher: child processes of a test, connected by sockets.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/ranks.h"

namespace norma::test {

using Body = std::function<std::string(std::shared_ptr<Ranks>)>;
using Wrap = std::function<std::unique_ptr<Transport>(std::unique_ptr<Transport>)>;

/// Calls body(ranks) in `count` child processes, on one thread each, and returns what they returned; for a
/// rank that threw, "error: " and the message. The ranks exchange through what `wrap`, if any, makes of the
/// sockets.
std::vector<std::string> in_processes(int count, const Body& body, const Wrap& wrap = {});

}  // namespace norma::test
