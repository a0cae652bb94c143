// Command-line values: text to numbers and names. Every error is one sentence with the nearest valid word.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/device.h"

namespace norma {

/// The candidate with the fewest edits (insert, delete, replace, swap neighbours) from `word`; empty if these
/// are more than half of the letters.
std::string nearest(const std::string& word, const std::vector<std::string>& candidates);
/// "; did you mean gn?", or nothing if no candidate is near.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates);

/// `value` as a whole number in [low, high]. Like the next functions, throws a UsageError naming the flag.
std::int64_t whole_number(const std::string& flag, const std::string& value, std::int64_t low,
                          std::int64_t high);
/// `value` as a number in [low, high].
double number(const std::string& flag, const std::string& value, double low, double high);
/// `value` if it is one of the candidates.
std::string one_of(const std::string& flag, const std::string& value,
                   const std::vector<std::string>& candidates);
/// `value` if it is not empty.
std::string not_empty(const std::string& flag, const std::string& value);
/// The device of that name.
Device device_from(const std::string& flag, const std::string& value);
/// The word as a shell reads it: in quotes if necessary.
std::string quoted(const std::string& word);
/// The parts of "a:b:c".
std::vector<std::string> split_words(const std::string& text, char separator);
/// "bn, gn or ln"
std::string listing(const std::vector<std::string>& words);

}  // namespace norma
