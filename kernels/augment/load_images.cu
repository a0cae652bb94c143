// From stored pixels to a training batch on a GPU, in one pass and without the host: the data set stays on
// the device, and what happens to an image is drawn by counter (core/random.h), exactly as the CPU draws it.
//
// MATH     y[n, c, i, j] = (pixel/255 − mean[c])/std[c], with pixel (i + top, j' + left) of image indices[n];
//          j' = j or mirrored, and from there through the rotation, if there is one; pixels outside are black
// MAPPING  one block per image; its threads take W neighbouring pixels of a row at a time, in all channels
//
//            y of image n   │ row 0 ─────────── │ row 1 ─────────── │ …      (C·H rows)
//            thread           0    1    2   …     w/W  …                     W = 4: `0` is pixels 0 … 3
//
// MEMORY   one byte read and sizeof(T) written per element. W = 4 elements go in one store if rows are
//          aligned. Bytes are read one by one, forwards or mirrored; neighbouring threads are W bytes apart.
//          So W requests share the same sectors, and three of four are served by L1. A rotated row crosses
//          several rows of the image, but L1 holds the whole image. A table of C × 256 normalised values in
//          shared memory replaces two divisions by a look-up; bank conflicts in it depend on the pixels
// NUMERICS the table is computed in double and rounded once: the same bits as the cpu executor's. Rotation
//          uses whole numbers, so that it takes the same pixels
// REQUIRES every thread of a block reaches the barrier after the table; blockDim.x = 256, one entry per
//          channel
// COST     images and y 1.00 ×, y in the fewest sectors; 3.7 sectors per read where 1 would do, from L1
#include "kernels/augment/load_images.h"

#include "kernels/cuda/grid.cuh"
#include "kernels/cuda/pack.cuh"

namespace norma::NORMA_EXECUTOR {
namespace {

template <int W, bool rotates, class T>
__global__ void __launch_bounds__(256) load_images_block_per_image(LoadImages<T> a) {
  NORMA_SHARED(T[max_image_channels][256], value);

  // table
  const unsigned t = threadIdx.x;
#pragma unroll
  for (unsigned c = 0; c < max_image_channels; ++c)
    if (c < a.c) value[c][t] = static_cast<T>((static_cast<double>(t) / 255 - a.mean[c]) / a.std[c]);
  __syncthreads();

  // pixels
  const int h = static_cast<int>(a.h), w = static_cast<int>(a.w), packs = w / W;
  const long long n = blockIdx.x, image = a.indices[n], size = a.c * a.h * a.w;
  if (t == 0 && a.labels != nullptr) a.target[n] = a.labels[image];
  const ImageMove move(a.random.now(), image, a.flip, a.pad, a.rotate);
  const Rotation rotation(move.angle);
  const int top = static_cast<int>(move.top), left = static_cast<int>(move.left);
  const std::uint8_t* const pixels = a.images + image * size;
  for (int q = static_cast<int>(t); q < a.c * h * packs; q += 256) {
    const int line = q / packs, first = q % packs * W;  // line = c·H + i
    const int c = line / h, row = line % h + top;
    Pack<T, W> pack;
#pragma unroll
    for (int k = 0; k < W; ++k) {
      const int column = (move.mirror ? w - 1 - (first + k) : first + k) + left;
      const bool inside = row >= 0 && row < h && column >= 0 && column < w;
      if constexpr (rotates) {
        const long long from = inside ? rotation.source(row, column, h, w) : -1;
        pack.at[k] = value[c][from < 0 ? 0 : pixels[static_cast<long long>(c) * h * w + from]];
      } else {
        pack.at[k] = value[c][inside ? pixels[(static_cast<long long>(c) * h + row) * w + column] : 0];
      }
    }
    store_pack(a.y + n * size + static_cast<long long>(line) * w + first, pack);
  }
}

}  // namespace

template <class T>
void load_images(const LoadImages<T>& a) {
  if (a.n == 0) return;
  with_width<T>(access_width<T>(a.w, a.y), [&](auto w) {
    const auto kernel = a.rotate != 0 ? load_images_block_per_image<w(), true, T>
                                      : load_images_block_per_image<w(), false, T>;
    launch(kernel, {.grid = static_cast<unsigned>(a.n), .block = 256}, a);
  });
}

NORMA_INSTANTIATE(load_images, LoadImages)

}  // namespace norma::NORMA_EXECUTOR
