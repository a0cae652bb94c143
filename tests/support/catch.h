// Catch2 2 or 3, with the names of version 2.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>

namespace Catch {
namespace clara = Clara;
using Matchers::EndsWith, Matchers::Equals, Matchers::Matches, Matchers::StartsWith;
inline auto Contains(const std::string& text) { return Matchers::ContainsSubstring(text); }
}  // namespace Catch

using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
