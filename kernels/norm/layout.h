// What tells the norms apart, for their CUDA kernels. Memory is cut into *runs*, elements that lie side by
// side: the H×W plane of a channel (run = n·C + c), or a row. A layout says of element i of a run
//
//   set(run, i)     whose mean and rstd it takes      one for the whole run, unless set_an_element
//   affine(run, i)  whose weight and bias it takes    one for each aligned 16 bytes, unless affine_an_element
//   plane(run, i)   whose dropout factor it takes     one for each aligned 16 bytes, unless plane_an_element
//
// With run_is_plane, all elements of a run take the same factor. With plane_an_element, left(i) elements from
// i on belong to the plane of i, and `elements` to each later one.
#pragma once

namespace norma::norm {

#ifdef __CUDACC__
#define NORMA_LAYOUT __host__ __device__ constexpr
#else
#define NORMA_LAYOUT constexpr
#endif

/// Group norm: the `channels` = C/G planes of a group lie side by side; a set is within an image.
struct GroupLayout {
  unsigned c, channels;
  static constexpr bool set_an_element = false, affine_an_element = false, plane_an_element = false;
  static constexpr bool run_is_plane = true;
  NORMA_LAYOUT unsigned set(unsigned run, unsigned) const { return run / channels; }
  NORMA_LAYOUT unsigned affine(unsigned run, unsigned) const { return run % c; }
  NORMA_LAYOUT unsigned plane(unsigned run, unsigned) const { return run; }
};

/// Batch norm: a set is the plane c of every image.
struct BatchLayout {
  unsigned c;
  static constexpr bool set_an_element = false, affine_an_element = false, plane_an_element = false;
  static constexpr bool run_is_plane = true;
  NORMA_LAYOUT unsigned set(unsigned run, unsigned) const { return run % c; }
  NORMA_LAYOUT unsigned affine(unsigned run, unsigned) const { return run % c; }
  NORMA_LAYOUT unsigned plane(unsigned run, unsigned) const { return run; }
};

/// Layer norm over a pixel's channels: element i of all planes of an image is a set.
struct PixelLayout {
  unsigned c, hw;
  static constexpr bool set_an_element = true, affine_an_element = false, plane_an_element = false;
  static constexpr bool run_is_plane = true;
  NORMA_LAYOUT unsigned set(unsigned run, unsigned i) const { return run / c * hw + i; }
  NORMA_LAYOUT unsigned affine(unsigned run, unsigned) const { return run % c; }
  NORMA_LAYOUT unsigned plane(unsigned run, unsigned) const { return run; }
};

/// The same, seen from a pixel: its channels are the run, although they do not lie side by side. Element i is
/// channel i; the planes of the image begin with number `run`.
struct ChannelLayout {
  static constexpr bool set_an_element = false, affine_an_element = true, plane_an_element = false;
  static constexpr bool run_is_plane = false;
  NORMA_LAYOUT unsigned affine(unsigned, unsigned i) const { return i; }
  NORMA_LAYOUT unsigned plane(unsigned run, unsigned i) const { return run + i; }
};

/// Layer norm over rows: the run is the set, and each element has a weight of its own. A row is several
/// planes, or a plane is several rows.
struct RowLayout {
  unsigned elements;      ///< of a row that belong to the same plane
  unsigned planes, rows;  ///< planes of a row, rows of a plane: one of the two is 1
  static constexpr bool set_an_element = false, affine_an_element = true, plane_an_element = true;
  static constexpr bool run_is_plane = false;
  NORMA_LAYOUT unsigned set(unsigned run, unsigned) const { return run; }
  NORMA_LAYOUT unsigned affine(unsigned, unsigned i) const { return i; }
  NORMA_LAYOUT unsigned plane(unsigned run, unsigned i) const { return run / rows * planes + i / elements; }
  NORMA_LAYOUT unsigned left(unsigned i) const { return elements - i % elements; }
};

/// Group norm where the run is a whole set: its `channels` planes of hw elements.
struct WholeGroupLayout {
  unsigned channels, groups, hw;
  static constexpr bool set_an_element = false, affine_an_element = false, plane_an_element = false;
  static constexpr bool run_is_plane = false;
  NORMA_LAYOUT unsigned set(unsigned run, unsigned) const { return run; }
  NORMA_LAYOUT unsigned affine(unsigned run, unsigned i) const { return run % groups * channels + i / hw; }
  NORMA_LAYOUT unsigned plane(unsigned run, unsigned i) const { return run * channels + i / hw; }
};

#undef NORMA_LAYOUT

}  // namespace norma::norm
