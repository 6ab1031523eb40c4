#pragma once

#include "models/instantir/aggregator.h"
#include "models/instantir/image_attention.h"
#include "models/instantir/resampler.h"
#include "models/sdxl/weight_stream.h"

namespace heirloom::models {

struct InstantIrConfig {
  UNetConfig unet;  // the aggregator's too
  ResamplerConfig resampler;
  bool operator==(const InstantIrConfig&) const = default;
};

/// A UNet that looks at a picture: "unet", "image_proj" and "ip_adapter".
class PictureUNetImpl : public torch::nn::Module {
 public:
  explicit PictureUNetImpl(const InstantIrConfig& config);

  UNet unet;
  Resampler image_proj;
  ImageAdapter ip_adapter;
};
TORCH_MODULE(PictureUNet);

/// The networks of one session, placed. The previewer is the main network with its low-rank corrections beside the
/// weights, or a second one with them merged.
struct InstantIrNetworks {
  PictureUNet main{nullptr};
  PictureUNet previewer{nullptr};  // null: `main`, adapted
  Aggregator aggregator{nullptr};  // null: for runs whose condition is 0
};

/// How the networks are held in memory.
struct Holding {
  bool mergedPreviewer = false;    // a second UNet: more memory, 8 % less work a preview
  WeightStream* stream = nullptr;  // takes the blocks over; null: all weights are placed
};

/// Builds and places the networks. `source` names them "unet.", "image_proj.", "ip_adapter." and "aggregator.";
/// `previewer`: corrections under the same names, or empty for none.
InstantIrNetworks loadInstantIr(const InstantIrConfig& config, const WeightSource& source, const LowRanks& previewer,
                                const Placement& placement, const Holding& holding = {});

/// Puts corrections beside the layers that their names are paths of. Throws Error, which names them, when some belong
/// to no layer.
void adapt(PictureUNet& network, const LowRanks& corrections);

/// Paths of all layers that can have a correction: "unet.down_blocks.0.resnets.0.conv1", 942 of the published network.
std::vector<std::string> adaptablePaths(const PictureUNet& network);

}  // namespace heirloom::models
