// map: the one kernel behind every elementwise operation. An operation is a function of one element,
//
//   struct Relu {
//     template <class T>
//     __device__ void operator()(T x, T& y) const { y = x < 0 ? T{0} : x; }
//   };
//   map(a.count, Relu{}, In{a.x}, Out{a.y});
//
// and its arrays say how they are used: In is read, Out is written, InOut is read and then written.
//
// MATH     f(a[i], b[i], …) for all i
// MAPPING  one thread per pack, the grid in strides; the last count % W elements go one by one
//
//            a   │ 0 1 2 3 │ 4 5 6 7 │ … │ 124 … 127 │ … │ 1020 … 1023 │ 1024 …
//          thread     0         1     …       31     …        255          256
//                  └────────── warp 0 ──────────────┘
//                  └──────────────── block 0 ─────────────────────────┘
//
// MEMORY   every array once, 16 bytes per access (W = 4 floats, 2 doubles) where all arrays begin at
//          multiples of 16 bytes, else element by element (W = 1), coalesced either way
// NUMERICS elements do not meet: any grid gives the same bits
// REQUIRES arrays are the same or do not overlap
// COST     every array 1.00 ×, sectors the fewest; no barrier, no shuffle
//
// map_list(list, item) does the same for several arrays of different sizes in one launch: item(entry) is a
// MapItem{count, f, arrays…}. A block works on one item:
//
//   block   0 │ 1 │ 2 │ 3 │ 4            each block finds its item in a table, which is a kernel parameter
//   item    0 │ 0 │ 1 │ 2 │ 2
#pragma once

#include <tuple>
#include <vector>

#include "kernels/cuda/grid.cuh"
#include "kernels/cuda/pack.cuh"

namespace norma::NORMA_EXECUTOR {

template <class T>
struct In {
  const T* data;
};
template <class T>
struct Out {
  T* data;
};
template <class T>
struct InOut {
  T* data;
};
// What C++20 deduces by itself, and Clang 16 does not yet.
template <class T>
In(const T*) -> In<T>;
template <class T>
Out(T*) -> Out<T>;
template <class T>
InOut(T*) -> InOut<T>;

// A pack of one array on its way through f.
template <int W, class Array>
struct PackOf;

template <int W, class T>
struct PackOf<W, In<T>> {
  Pack<T, W> pack;
  __device__ PackOf(In<T> a, long long i) : pack(load_pack<W>(a.data + i)) {}
  __device__ void store(In<T>, long long) const {}
};
template <int W, class T>
struct PackOf<W, Out<T>> {
  Pack<T, W> pack;
  __device__ PackOf(Out<T>, long long) {}
  __device__ void store(Out<T> a, long long i) const { store_pack(a.data + i, pack); }
};
template <int W, class T>
struct PackOf<W, InOut<T>> {
  Pack<T, W> pack;
  __device__ PackOf(InOut<T> a, long long i) : pack(load_pack<W>(a.data + i)) {}
  __device__ void store(InOut<T> a, long long i) const { store_pack(a.data + i, pack); }
};

/// f on the elements i … i + W − 1.
template <int W, class F, class... Array>
__device__ __forceinline__ void map_pack(long long i, const F& f, Array... array) {
  [&](auto... of) {
#pragma unroll
    for (int k = 0; k < W; ++k) f(of.pack.at[k]...);
    (of.store(array, i), ...);
  }(PackOf<W, Array>(array, i)...);
}

template <int W, class F, class... Array>
__global__ void __launch_bounds__(block_threads) map_kernel(long long count, F f, Array... array) {
  const long long packs = count / W;
  for (long long i = thread_in_grid(); i < packs; i += threads_in_grid()) map_pack<W>(i * W, f, array...);
  for (long long i = packs * W + thread_in_grid(); i < count; i += threads_in_grid())
    map_pack<1>(i, f, array...);
}

template <class F, template <class> class... Array, class T>
void map(long long count, F f, Array<T>... array) {
  if (count == 0) return;
  with_width<T>(aligned_for_packs(array.data...) ? pack_width<T> : 1, [&](auto w) {
    launch(&map_kernel<w(), F, Array<T>...>,
           {.grid = blocks_for(divide_up(count, w())), .block = block_threads}, count, f, array...);
  });
}

/// f and its arrays, for map_list; the kernel calls f.now() for the function of an element.
template <class F, class... Array>
struct MapItem {
  long long count;
  F f;
  std::tuple<Array...> arrays;
  MapItem() = default;
  MapItem(long long count_, F f_, Array... array) : count(count_), f(f_), arrays(array...) {}
};

template <class Item>
struct MapTable {
  static constexpr unsigned capacity = 32;
  unsigned items = 0;
  unsigned first_block[capacity + 1] = {};  // of each item, and the number of blocks
  Item item[capacity];
};

template <int W, class Item>
__global__ void __launch_bounds__(block_threads)
    map_list_kernel(const __grid_constant__ MapTable<Item> table) {
  unsigned at = 0;
  while (blockIdx.x >= table.first_block[at + 1]) ++at;
  const Item& item = table.item[at];
  const unsigned first = table.first_block[at], threads = (table.first_block[at + 1] - first) * blockDim.x,
                 thread = (blockIdx.x - first) * blockDim.x + threadIdx.x;
  const auto f = item.f.now();
  std::apply(
      [&](auto... array) {
        const long long packs = item.count / W;
        for (long long i = thread; i < packs; i += threads) map_pack<W>(i * W, f, array...);
        for (long long i = packs * W + thread; i < item.count; i += threads) map_pack<1>(i, f, array...);
      },
      item.arrays);
}

template <class Item>
void launch_map_table(const MapTable<Item>& table) {
  static_assert(sizeof table <= 4096, "a kernel takes at most 4 KiB of parameters");
  using T = std::remove_const_t<std::remove_pointer_t<decltype(std::get<0>(Item().arrays).data)>>;
  bool aligned = true;
  for (unsigned i = 0; i < table.items; ++i)
    std::apply([&](auto... array) { aligned = aligned && aligned_for_packs(array.data...); },
               table.item[i].arrays);
  with_width<T>(aligned ? pack_width<T> : 1, [&](auto w) {
    launch(&map_list_kernel<w(), Item>, {.grid = table.first_block[table.items], .block = block_threads},
           table);
  });
}

/// item_of(entry) for every entry of a list: one launch for each 32 of them.
template <class Entry, class ItemOf>
void map_list(const std::vector<Entry>& list, const ItemOf& item_of) {
  using Item = decltype(item_of(list.front()));
  MapTable<Item> table;
  for (const Entry& entry : list) {
    const Item item = item_of(entry);
    if (item.count == 0) continue;
    if (table.items == table.capacity) launch_map_table(table), table = {};
    const auto blocks =
        static_cast<unsigned>(std::clamp(divide_up(item.count, 4 * block_threads), 1ll, 256ll));
    table.first_block[table.items + 1] = table.first_block[table.items] + blocks;
    table.item[table.items++] = item;
  }
  if (table.items > 0) launch_map_table(table);
}

}  // namespace norma::NORMA_EXECUTOR
