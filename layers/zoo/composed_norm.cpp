#include "layers/zoo/composed_norm.h"

namespace norma {

ComposedNorm::ComposedNorm(std::int64_t num_channels) : num_channels_(num_channels) {
  if (num_channels < 1) fail("a norm takes at least 1 channel, not {}", num_channels);
}

Tensor ComposedNorm::normalize(const Tensor& x, const Epilogue& after, const Conv2dCall* before) {
  if (after.relu || before != nullptr) fail("this norm takes no epilogue and no convolution");
  if (x.shape().rank() != 4 || x.size(1) != num_channels_)
    fail("takes images [N, {}, H, W], not {}", num_channels_, x.shape().to_string());
  if (x.numel() == 0) fail("got an empty tensor of shape {}", x.shape().to_string());
  return compute(x);
}

}  // namespace norma
