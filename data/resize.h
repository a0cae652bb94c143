// Resizes pictures of any size to the size of a network's images.
#pragma once

#include "core/shape.h"
#include "data/image_file.h"

namespace norma {

/// Resizes the whole picture to planes, uint8 [C, H, W]: nothing is cut off, and its proportions change.
///
/// C = 3: the channels of a colour picture, or the channel of a grey picture three times.
/// C = 1: the luma of a colour picture, 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601). Throws for any other C.
///
/// Each output pixel is a mean of input pixels, weighted by a triangle around its place. If the picture
/// becomes larger, this is bilinear interpolation. If it becomes n times smaller, the triangle is n times
/// wider, so that every input pixel counts (K. Turkowski, "Filters for Common Resampling Tasks", Graphics
/// Gems, 1990). Pillow's BILINEAR and torchvision's antialiased resize do the same, but round once more
/// between the two directions.
void resize(const Picture& picture, const Shape& image, std::uint8_t* planes);

}  // namespace norma
