#include "apps/cli/arguments.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "core/error.h"

namespace norma {
namespace {

// The Damerau distance: a swap of two neighbours counts as one edit ("ng" is one edit from "gn").
std::size_t edits(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  std::iota(d[0].begin(), d[0].end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

template <class T>
bool parses(const std::string& text, T& value) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end;
}

}  // namespace

std::string nearest(const std::string& word, const std::vector<std::string>& candidates) {
  const std::string best = *std::min_element(
      candidates.begin(), candidates.end(),
      [&](const std::string& a, const std::string& b) { return edits(word, a) < edits(word, b); });
  return 2 * edits(word, best) <= std::max(word.size(), best.size()) ? best : "";
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
  const std::string near = nearest(word, candidates);
  return near.empty() ? "" : fmt::format("; did you mean {}?", near);
}

std::int64_t whole_number(const std::string& flag, const std::string& value, std::int64_t low,
                          std::int64_t high) {
  std::int64_t result = 0;
  if (parses(value, result) && result >= low && result <= high) return result;
  if (high == INT64_MAX) fail_usage("--{} takes a whole number of at least {}, not '{}'", flag, low, value);
  fail_usage("--{} takes a whole number from {} to {}, not '{}'", flag, low, high, value);
}

double number(const std::string& flag, const std::string& value, double low, double high) {
  double result = 0;
  if (parses(value, result) && std::isfinite(result) && result >= low && result <= high) return result;
  if (std::isinf(high)) fail_usage("--{} takes a number of at least {}, not '{}'", flag, low, value);
  fail_usage("--{} takes a number from {} to {}, not '{}'", flag, low, high, value);
}

std::string one_of(const std::string& flag, const std::string& value,
                   const std::vector<std::string>& candidates) {
  if (std::find(candidates.begin(), candidates.end(), value) != candidates.end()) return value;
  fail_usage("--{} takes {}, not '{}'{}", flag, listing(candidates), value, did_you_mean(value, candidates));
}

std::string not_empty(const std::string& flag, const std::string& value) {
  if (value.empty()) fail_usage("--{} needs a value, not an empty one", flag);
  return value;
}

Device device_from(const std::string& flag, const std::string& value) {
  const std::string chosen = one_of(flag, value, {"cpu", "cuda", "simt", "reference"});
  for (const Device device : all_devices)
    if (chosen == name(device)) return device;
  fail("no device is called {}", chosen);
}

std::string quoted(const std::string& word) {
  constexpr const char* plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+:,./@%";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? "'\\''" : std::string(1, c);
  return text + "'";
}

std::vector<std::string> split_words(const std::string& text, char separator) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c == separator)
      words.emplace_back();
    else
      words.back() += c;
  }
  return words;
}

std::string listing(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  return text;
}

}  // namespace norma
