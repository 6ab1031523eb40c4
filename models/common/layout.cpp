#include "models/common/layout.h"

#include "models/common/savings.h"

namespace heirloom::models {

at::Tensor laidOut(const at::Tensor& x) {
  return x.contiguous(saves(Saving::Layout) ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous);
}

}  // namespace heirloom::models
