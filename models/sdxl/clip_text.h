#pragma once

#include <string>
#include <vector>

#include "models/common/linear.h"
#include "models/common/stop.h"

namespace heirloom::models {

struct ClipTextConfig {
  int vocabulary = 49408;
  int positions = 77;
  int width = 768;
  int layers = 12;
  int heads = 12;
  int hidden = 3072;
  int projection = 0;     // width of the projected text; 0: the file has no projection
  bool quickGelu = true;  // x * sigmoid(1.702 x) instead of the exact GELU
  double epsilon = 1e-5;  // of LayerNorm
  bool operator==(const ClipTextConfig&) const = default;
};

/// The configuration of a `text_encoder/config.json`, `folder` being that folder's name for messages. Throws Error for
/// one of another kind.
ClipTextConfig clipTextConfigOf(const std::string& json, const std::string& folder);

struct ClipTextEncoding {
  at::Tensor beforeLast;  // N L W: what goes into the last layer; SDXL's text conditioning
  at::Tensor last;        // N L W: what comes out of it
  at::Tensor pooled;      // N W: norm(last) where the largest id stands first; N P where the file has a projection
};

class ClipTextLayerImpl : public torch::nn::Module {
 public:
  explicit ClipTextLayerImpl(const ClipTextConfig& config);
  at::Tensor forward(const at::Tensor& x);  // N L W in the layer's precision to the same
  at::ScalarType precision() const { return q_proj_->precision(); }

 private:
  int heads_;
  bool quickGelu_;
  LayerNorm layer_norm1_, layer_norm2_;
  Linear q_proj_, k_proj_, v_proj_, out_proj_;
  Linear fc1_, fc2_;
};
TORCH_MODULE(ClipTextLayer);

/// The text tower of CLIP (Radford et al., "Learning Transferable Visual Models", 2021) and of OpenCLIP, as
/// transformers store it. Causal, without a mask of padding.
class ClipTextImpl : public torch::nn::Module {
 public:
  explicit ClipTextImpl(const ClipTextConfig& config);

  /// `ids`: int64 N L, L at most config.positions, below config.vocabulary.
  ClipTextEncoding forward(const at::Tensor& ids, const Checkpoint& checkpoint = {});

  const ClipTextConfig& config() const { return config_; }

 private:
  ClipTextConfig config_;
  at::Tensor tokens_, positions_;
  std::vector<ClipTextLayer> layers_;
  LayerNorm final_layer_norm_{nullptr};
  Linear text_projection_{nullptr};
};
TORCH_MODULE(ClipText);

}  // namespace heirloom::models
