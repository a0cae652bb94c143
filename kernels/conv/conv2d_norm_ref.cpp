// Convolution and norm by their definitions, one after the other.
#include "kernels/conv/conv2d_norm.h"

namespace norma::reference {

template <class T>
void conv2d_norm_forward(const Conv2dNormForward<T>& a) {
  conv2d_forward(a.conv);
  std::visit(EachNorm{[](const BatchNormForward<T>& norm) { batch_norm_forward(norm); },
                      [](const GroupNormForward<T>& norm) { group_norm_forward(norm); },
                      [](const LayerNormForward<T>& norm) { layer_norm_forward(norm); },
                      [](const LayerNormPixelForward<T>& norm) { layer_norm_pixel_forward(norm); },
                      [](const RmsNormForward<T>& norm) { rms_norm_forward(norm); }},
             a.norm);
}

NORMA_INSTANTIATE(conv2d_norm_forward, Conv2dNormForward)

}  // namespace norma::reference
