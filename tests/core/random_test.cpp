#include "core/random.h"

#include "tests/support/catch.h"

using namespace norma;

// The known answers from the authors' own code (Random123, kat_vectors: philox4x32 10).
TEST_CASE("Philox4x32-10 gives the published known answers", "[random]") {
  using Words = std::array<std::uint32_t, 4>;
  CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a random sequence is addressed by position", "[random]") {
  const RandomSequence random{42, 7, 3};
  for (std::uint64_t i = 0; i < 40; ++i) {
    CHECK(random.word(i) == random.block(i / 4)[i % 4]);
    CHECK(random.uniform(i) >= 0);
    CHECK(random.uniform(i) < 1);
  }
  CHECK(RandomSequence::to_uniform(0xffffffff) < 1);
}
