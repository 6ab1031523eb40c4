#pragma once

#include <string>
#include <vector>

#include "models/common/convolution.h"
#include "models/common/linear.h"
#include "models/common/stop.h"

namespace heirloom::models {

/// How the table of positions is fitted to a picture of another size: by the grid's own size, or, as transformers up to
/// 4.4x did, by the size plus 0.1, which moves every position a little.
enum class PositionFit { BySize, ByScale };

struct DinoV2Config {
  int width = 1024;
  int layers = 24;
  int heads = 16;
  int hidden = 4096;
  int patch = 14;       // pixels along a side
  int imageSize = 518;  // pixels that the table of positions was made for
  bool qkvBias = true;
  double epsilon = 1e-6;  // of LayerNorm
  PositionFit fit = PositionFit::ByScale;
  bool operator==(const DinoV2Config&) const = default;

  int grid() const { return imageSize / patch; }
};

/// The configuration of a `dinov2/config.json`. Throws Error for one of another kind.
DinoV2Config dinoV2ConfigOf(const std::string& json);

/// x + lambda1 attention(norm1(x)), then x + lambda1 mlp(norm2(x)).
class DinoV2LayerImpl : public torch::nn::Module {
 public:
  explicit DinoV2LayerImpl(const DinoV2Config& config);
  at::Tensor forward(const at::Tensor& x);  // N L W in the layer's precision to the same
  at::ScalarType precision() const { return query_->precision(); }

 private:
  int heads_;
  LayerNorm norm1_;
  Linear query_, key_, value_, dense_;
  at::Tensor scale1_;
  LayerNorm norm2_;
  Linear fc1_, fc2_;
  at::Tensor scale2_;
};
TORCH_MODULE(DinoV2Layer);

/// Oquab et al., "DINOv2: Learning Robust Visual Features without Supervision", 2023, without registers; keys as
/// transformers store it (Dinov2Model).
class DinoV2Impl : public torch::nn::Module {
 public:
  explicit DinoV2Impl(const DinoV2Config& config);

  /// `pixels`: float32 N 3 H W, normalised. Returns N (1 + H/patch W/patch) W: the class token and the patches behind
  /// the last norm, float32.
  at::Tensor forward(const at::Tensor& pixels, const Checkpoint& checkpoint = {});

  /// Class token and patches with their positions, before the first layer.
  at::Tensor embedded(const at::Tensor& pixels);
  /// The table of positions for rows x columns patches, 1 (rows columns) W.
  at::Tensor positions(std::int64_t rows, std::int64_t columns) const;

  const DinoV2Config& config() const { return config_; }

 private:
  DinoV2Config config_;
  at::Tensor classToken_, maskToken_, positions_;
  Convolution projection_{nullptr};
  std::vector<DinoV2Layer> layers_;
  LayerNorm layernorm_{nullptr};
};
TORCH_MODULE(DinoV2);

}  // namespace heirloom::models
