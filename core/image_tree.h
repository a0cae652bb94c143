// Sums over the images of a batch: weight gradients, the statistics of batch norm, the loss. They are added
// as a tree over halves of the batch, halves of those, …, to at most most_leaves leaves:
//
//   images   0 1 2 3 │ 4 5 6 7        leaf: a sum in the order of the images
//                ╲  + ╱               above: one addition per node
//
// The sums of two half batches, added, are therefore the sum of the batch, bit by bit. So processes that
// share a batch (core/ranks.h) get the result of one process. The tree depends on the number of images
// alone, so the result does not depend on the number of threads. Kernels of a GPU have the same tree
// (kernels/cuda/images.cuh).
#pragma once

#include <array>
#include <cstdint>
#include <utility>

namespace norma {

/// A power of two.
inline constexpr int most_leaves = 16;

/// The leaves of a tree on this thread: most_leaves, or its share of them while a SharedBatch lives.
int image_leaves();

/// While one lives, trees on this thread have so many leaves.
class ImageLeaves {
 public:
  explicit ImageLeaves(int leaves);
  ~ImageLeaves();
  ImageLeaves(const ImageLeaves&) = delete;
  ImageLeaves& operator=(const ImageLeaves&) = delete;

 private:
  int before_;
};

class ImageTree {
 public:
  explicit ImageTree(std::int64_t images, int leaves = image_leaves()) : images_(images), leaves_(leaves) {
    size_ = walk(
        0, 0, images, leaves, [this](int leaf, std::int64_t end) { borders_[leaf + 1] = end; },
        [](int, int) {});
  }
  /// Leaves that have images; 1 if there are no images.
  int size() const { return size_; }
  std::int64_t begin(std::int64_t leaf) const { return borders_[static_cast<std::size_t>(leaf)]; }
  std::int64_t end(std::int64_t leaf) const { return borders_[static_cast<std::size_t>(leaf) + 1]; }

  /// Calls merge(into, from) for every node, from the leaves up: the sum of node `from` is to be added to
  /// that of node `into`. A node has the number of its first leaf, so 0 has the result.
  template <class Merge>
  void merge(Merge&& merge) const {
    walk(
        0, 0, images_, leaves_, [](int, std::int64_t) {}, merge);
  }
  /// For arrays of `size` numbers, one per leaf, one after the other: adds the numbers [begin, end) of all
  /// into those of the first.
  template <class T>
  void add_arrays(T* arrays, std::int64_t size, std::int64_t begin, std::int64_t end) const {
    merge([&](int into, int from) {
      for (std::int64_t i = begin; i < end; ++i) arrays[into * size + i] += arrays[from * size + i];
    });
  }
  /// The sum of leaf(begin, end) over all leaves, each an S with +=.
  template <class S, class Leaf>
  S sum(Leaf&& leaf) const {
    std::array<S, most_leaves> sums;
    for (int i = 0; i < size_; ++i) sums[static_cast<std::size_t>(i)] = leaf(begin(i), end(i));
    merge([&](int into, int from) {
      sums[static_cast<std::size_t>(into)] += sums[static_cast<std::size_t>(from)];
    });
    return sums[0];
  }
  /// How many of `images` the first of the two halves has.
  static std::int64_t first_half(std::int64_t images) { return (images + 1) / 2; }

 private:
  // Returns the number of leaves of this node.
  template <class Leaf, class Merge>
  static int walk(int first, std::int64_t begin, std::int64_t images, int leaves, const Leaf& leaf,
                  const Merge& merge) {
    if (leaves == 1 || images <= 1) return leaf(first, begin + images), 1;
    const std::int64_t half = first_half(images);
    const int left = walk(first, begin, half, leaves / 2, leaf, merge);
    const int right = walk(first + left, begin + half, images - half, leaves / 2, leaf, merge);
    merge(first, first + left);
    return left + right;
  }

  std::int64_t images_;
  int leaves_, size_;
  std::array<std::int64_t, most_leaves + 1> borders_ = {};
};

}  // namespace norma
