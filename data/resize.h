// From a picture of any size to the pixels that a network takes.
#pragma once

#include "core/shape.h"
#include "data/image_file.h"

namespace norma {

/// Resizes the whole picture to planes, uint8 [C, H, W]. Proportions are not kept, nothing is cut off.
///
/// C = 3: the channels of a colour picture, or a grey one three times. C = 1: luma, 0.299 R + 0.587 G + 0.114 B (ITU-R
/// BT.601). Throws for any other C.
///
/// Each output pixel is a mean of input pixels, weighted by a triangle around its place: bilinear interpolation where
/// the picture grows; where it shrinks, the triangle is as many times wider as the picture becomes smaller, so that no
/// pixel is left out (K. Turkowski, "Filters for Common Resampling Tasks", Graphics Gems, 1990; the same as Pillow's
/// BILINEAR and torchvision's antialiased resize, but for their rounding between the two directions).
void resize(const Picture& picture, const Shape& image, std::uint8_t* planes);

}  // namespace norma
