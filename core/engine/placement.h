#pragma once

#include <string>
#include <vector>

#include "core/photo/raster.h"
#include "models/common/message.h"
#include "models/kernels/processor.h"
#include "models/restorer.h"

namespace heirloom::core {

struct Placed {
  models::Placement placement;
  std::vector<Message> notes;
};

/// The device and precision that a run asks for: "auto", "cpu", "cuda", "cuda:N"; "auto", "float32", "bfloat16",
/// "float16". Throws Error for anything else and for a device that is not there, saying what is missing. "auto" is
/// float32 on the processor, until the network is known: usualPrecision.
Placed place(const std::string& device, const std::string& precision);

/// The precision "auto" for one network: bfloat16 on a GPU. On the processor bfloat16 where `processor` is fast in it
/// and rounds little, the network stays near float32 in it and the photo's samples (`source`) are 8 bits wide, whose
/// own rounding is coarser: a smooth 16-bit sky would get bands. What a generative network invents is near to nothing
/// but takes half of the memory in bfloat16: there it is enough that the processor is fast. Otherwise float32.
at::ScalarType usualPrecision(const at::Device& device, const models::Descriptor& network, SampleType source,
                              const models::Processor& processor = models::processor());

}  // namespace heirloom::core
