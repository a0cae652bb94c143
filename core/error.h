// Errors. Everything that goes wrong is thrown as norma::Error whose text is one clear sentence: what was
// wrong, what was expected, what to try.
#pragma once

#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace norma {

/// A failure at run time: bad data, bad shapes, a full disk. Programs end with exit status 1.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A wrong request: an unknown flag, a group count that does not divide. Programs end with exit status 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// A device has no memory left for something; what() says for what, its size, and how much is in use.
class OutOfMemory : public Error {
 public:
  using Error::Error;
};

/// Throws Error with a text in fmt's format: `fail("expected {} labels, found {}", a, b)`.
template <class... Args>
[[noreturn]] void fail(fmt::format_string<Args...> text, Args&&... args) {
  throw Error(fmt::format(text, std::forward<Args>(args)...));
}

/// As fail(), for a wrong command line.
template <class... Args>
[[noreturn]] void fail_usage(fmt::format_string<Args...> text, Args&&... args) {
  throw UsageError(fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace norma
