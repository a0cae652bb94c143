// State: everything that an optimizer, a scheduler or a trainer needs to continue, as named tensors, like
// the state_dict of a network. One file format stores all of it, and every number keeps all of its bits.
#pragma once

#include <string>
#include <vector>

#include "layers/module.h"

namespace norma {

using State = std::vector<NamedTensor>;

/// Numbers as a float64 tensor [n]: whole numbers up to 2^53 are exact, and so are infinities.
NamedTensor numbers(const std::string& name, const std::vector<double>& values);
/// The inverse of numbers(). Throws, and names it, if it is missing or does not have `count` numbers.
std::vector<double> numbers_of(const State& state, const std::string& name, std::size_t count);
/// A count among them, as an integer. Throws, and names it, if it is not a whole number from 0 to `most`.
std::int64_t count_of(const std::string& name, double number, std::int64_t most = 1'000'000'000);

/// The tensor of that name; an undefined one if the state has none.
Tensor find_tensor(const State& state, const std::string& name);

/// Appends all of `part`, each under the name "PREFIX.NAME".
void append(State& state, const std::string& prefix, const State& part);
/// The inverse of append(): the part with this prefix, without the prefix.
State part_of(const State& state, const std::string& prefix);

}  // namespace norma
