// Sums over the images of a batch.
#include "kernels/cuda/images.cuh"

#include <array>
#include <vector>

#include "kernels/simt/guarded_buffer.h"
#include "tests/support/catch.h"

namespace norma::simt {
namespace {

// A sum whose order shows: in float in a chunk, and above.
struct FloatSum {
  float sum;
  void merge(const FloatSum& other) { sum += other.sum; }
};

struct Third {
  unsigned columns;
  FloatSum operator()(unsigned row, unsigned column) const {
    return {1 / static_cast<float>(3 * (row * columns + column) + 1)};
  }
};

float sum_of_leaf(const Third& load, unsigned begin, unsigned end, unsigned column) {
  float sum = 0;
  for (unsigned row = begin; row < end; row += rows_of_a_chunk) {
    float chunk = 0;
    for (unsigned i = row; i < std::min(end, row + rows_of_a_chunk); ++i) chunk += load(i, column).sum;
    sum += chunk;
  }
  return sum;
}

}  // namespace

TEST_CASE("the leaves of a GPU are those of the tree over images", "[ranks][simt]") {
  for (unsigned images = 0; images < 70; ++images)
    for (const unsigned count : {1u, 2u, 8u, 16u}) {
      const Leaves leaves{images, count};
      std::vector<std::int64_t> ends, tree_ends;
      unsigned largest = 0;
      for (unsigned leaf = 0, end = 0; leaf < count; ++leaf) {
        const Range range = leaves.of(leaf);
        CHECK(range.begin == end);
        end = range.end;
        largest = std::max(largest, range.end - range.begin);
        if (range.begin < range.end) ends.push_back(end);
      }
      const ImageTree tree(images, static_cast<int>(count));
      for (int leaf = 0; leaf < tree.size() && images > 0; ++leaf) tree_ends.push_back(tree.end(leaf));
      CAPTURE(images, count);
      CHECK(ends == tree_ends);
      CHECK(leaves.largest() == largest);
    }
}

TEST_CASE("slices of images cover the terms of each leaf, in order", "[ranks][simt]") {
  for (const unsigned images : {0u, 1u, 5u, 16u, 37u, 300u})
    for (const unsigned count : {1u, 4u, 16u})
      for (const auto& [numbers, parts, unit] : {std::array{1, 1, 1}, {1, 5, 4}, {16, 32, 4}, {49, 3, 64}}) {
        const Slices slices{{images, count}, numbers, parts, unit};
        CAPTURE(images, count, numbers, parts, unit);
        int next = 0;
        for (int slice = 0; slice < slices.count(); ++slice) {
          int begin = -1, end = -1;
          slices.range(slice, begin, end);
          const Range leaf = slices.leaves.of(static_cast<unsigned>(slice / slices.per_leaf()));
          CHECK(begin == next);
          CHECK(begin <= end);
          CHECK(end <= static_cast<int>(leaf.end) * numbers);
          next = end;
        }
        CHECK(next == static_cast<int>(images) * numbers);
      }
}

TEST_CASE("sums over images are those of the tree, in one launch or two", "[ranks][simt]") {
  for (const unsigned images : {0u, 1u, 5u, 16u, 100u, 1100u})
    for (const unsigned count : {1u, 4u, 16u})
      for (const unsigned columns : {1u, 33u})
        for (const unsigned rows : {1u, 3u}) {
          GuardedBuffer<FloatSum> sums(columns);
          const Third load{columns};
          merge_images<FloatSum>({images, count}, rows, columns, load,
                                 FinishSum<FloatSum>{sums.data(), columns});
          sums.check();
          const ImageTree tree(images, static_cast<int>(count));
          for (unsigned column = 0; column < columns; ++column) {
            CAPTURE(images, count, rows, column);
            CHECK(sums[column].sum == tree.sum<float>([&](std::int64_t begin, std::int64_t end) {
              return sum_of_leaf(load, static_cast<unsigned>(begin) * rows, static_cast<unsigned>(end) * rows,
                                 column);
            }));
          }
        }
}

}  // namespace norma::simt
