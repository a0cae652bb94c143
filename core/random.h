// Random numbers by counter: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as
// 1, 2, 3", SC 2011). A number depends on where it is used, never on what was drawn before it, so that a
// dropout mask comes out the same on any device and for any number of threads.
#pragma once

#include <array>
#include <cstdint>

namespace norma {

/// One Philox4x32-10 block: four words from a 128-bit counter and a 64-bit key.
constexpr std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                                  std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t product1 = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
               static_cast<std::uint32_t>(product1),
               static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(product0)};
    key = {key[0] + 0x9E3779B9u, key[1] + 0xBB67AE85u};
  }
  return counter;
}

/// Names one endless sequence of random words.
struct RandomSequence {
  std::uint64_t seed = 0;
  std::uint32_t step = 0;    ///< training step (or epoch)
  std::uint32_t stream = 0;  ///< which use within the step: the third dropout layer, the shuffle, …
  /// If not nullptr, the step is the number there, in the memory of the device that draws
  /// (core/step_state.h).
  const std::uint32_t* step_at = nullptr;

  /// The sequence with the step that `step_at` names. Kernels begin with it.
  constexpr RandomSequence now() const {
    return step_at == nullptr ? *this : RandomSequence{seed, *step_at, stream, nullptr};
  }

  /// Words 4·block … 4·block+3 of the sequence.
  constexpr std::array<std::uint32_t, 4> block(std::uint64_t block) const {
    return philox4x32(
        {static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32), stream, step},
        {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
  }
  /// The word at a position.
  constexpr std::uint32_t word(std::uint64_t position) const { return block(position / 4)[position % 4]; }
  /// The word at a position as a number in [0, 1), a multiple of 2^-24, hence exact in float.
  constexpr double uniform(std::uint64_t position) const { return to_uniform(word(position)); }

  static constexpr double to_uniform(std::uint32_t word) { return (word >> 8) * 0x1p-24; }
};

/// Streams with a fixed meaning; layers count theirs up from 0.
namespace stream {
inline constexpr std::uint32_t initialisation = 0x80000000u;  // + index of the parameter
inline constexpr std::uint32_t shuffle = 0xC0000000u;
inline constexpr std::uint32_t augmentation = 0xC0000001u;
inline constexpr std::uint32_t split = 0xC0000002u;
inline constexpr std::uint32_t synthetic = 0xC0000003u;
}  // namespace stream

/// Hands out sequences to the random layers of a network, in the order in which they run within a step.
class Generator {
 public:
  explicit Generator(std::uint64_t seed = 0) : seed_(seed) {}

  /// Restarts everything from a seed.
  void set_seed(std::uint64_t seed) { *this = Generator(seed); }
  /// Begins a training step: the masks drawn after it depend on (seed, step, position) alone.
  /// `step_at`: see RandomSequence.
  void begin_step(std::uint32_t step, const std::uint32_t* step_at = nullptr) {
    step_ = step, next_stream_ = 0, step_at_ = step_at;
  }
  /// The sequence for the next dropout call of this step.
  RandomSequence next() { return {seed_, step_, next_stream_++, step_at_}; }
  /// The sequence that initialises the next parameter.
  RandomSequence next_parameter() { return {seed_, 0, stream::initialisation + next_parameter_++}; }

 private:
  std::uint64_t seed_;
  std::uint32_t step_ = 0;
  std::uint32_t next_stream_ = 0;
  std::uint32_t next_parameter_ = 0;
  const std::uint32_t* step_at_ = nullptr;
};

/// The generator that layers use unless they are told otherwise.
Generator& default_generator();
/// Seeds default_generator(): the same seed builds the same network and draws the same masks.
void manual_seed(std::uint64_t seed);

}  // namespace norma
