#include "models/common/channel_slopes.h"

#include <torch/types.h>

namespace heirloom::models {

ChannelSlopesImpl::ChannelSlopesImpl(int channels) : weight(register_parameter("weight", at::empty({channels}))) {}

at::Tensor ChannelSlopesImpl::forward(const at::Tensor& x) {
  return at::prelu(x, weight.to(x.scalar_type()));
}

}  // namespace heirloom::models
