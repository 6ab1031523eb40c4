#pragma once

#include <array>
#include <string>
#include <vector>

#include "models/common/convolution.h"
#include "models/mprnet/config.h"

namespace heirloom::models {

/// CAB: two convolutions, attention to channels, and a residual around them.
class MprBlockImpl : public torch::nn::Module {
 public:
  MprBlockImpl(int features, int reduction);
  at::Tensor forward(const at::Tensor& x);  // N C H W

 private:
  Convolution squeeze_, excite_;  // CA.conv_du.0, .2
  ChannelSlopes slope_;           // body.1: one for all channels
  Convolution conv0_, conv2_;     // body.0, .2
};
TORCH_MODULE(MprBlock);

/// Features of a stage: of the picture's size, a half and a quarter.
using MprLevels = std::array<at::Tensor, 3>;

/// Down three levels. Of the second stage also the features of the first, which it adds to its own.
class MprEncoderImpl : public torch::nn::Module {
 public:
  MprEncoderImpl(const MprNetConfig& config, bool second);
  /// `encoded` and `decoded`: of the first stage; empty in the first.
  MprLevels forward(const at::Tensor& x, const MprLevels& encoded, const MprLevels& decoded, Observer* observer);

 private:
  std::array<std::vector<MprBlock>, 3> levels_;
  std::vector<Convolution> downs_;
  std::vector<Convolution> csff_enc_, csff_dec_;  // a level; of the second stage
};
TORCH_MODULE(MprEncoder);

class MprDecoderImpl : public torch::nn::Module {
 public:
  explicit MprDecoderImpl(const MprNetConfig& config);
  MprLevels forward(const MprLevels& encoded, Observer* observer);

 private:
  std::array<std::vector<MprBlock>, 3> levels_;
  MprBlock skip_attn1_, skip_attn2_;
  Convolution up21_, up32_;
};
TORCH_MODULE(MprDecoder);

/// SAM: the picture so far, and features weighed by where it needs them.
class MprSupervisionImpl : public torch::nn::Module {
 public:
  MprSupervisionImpl(int features, int channels);
  at::Tensor forward(const at::Tensor& x, const at::Tensor& picture);  // N C H W features

 private:
  Convolution conv1_, conv2_, conv3_;
};
TORCH_MODULE(MprSupervision);

/// ORSNet: the last stage, whose groups of blocks work on all pixels and add features of the second between them.
class MprOriginalResolutionImpl : public torch::nn::Module {
 public:
  explicit MprOriginalResolutionImpl(const MprNetConfig& config);
  at::Tensor forward(at::Tensor x, const MprLevels& encoded, const MprLevels& decoded, Observer* observer);

 private:
  struct Group {
    std::vector<MprBlock> blocks;
    Convolution last{nullptr};
  };
  /// From a level's features to the last stage's: the convolutions before an enlargement each, then one more.
  struct Way {
    std::vector<Convolution> ups;
    Convolution conv{nullptr};
  };
  Way way(const std::string& kind, int level, const MprNetConfig& config);

  std::vector<Group> groups_;
  std::vector<Way> encoded_, decoded_;  // a level
};
TORCH_MODULE(MprOriginalResolution);

/// Zamir, Arora, Khan, Hayat, Khan, Yang, Shao, "Multi-Stage Progressive Image Restoration", CVPR 2021; reference the
/// authors' MPRNet.py.
class MprNetImpl : public torch::nn::Module {
 public:
  explicit MprNetImpl(const MprNetConfig& config);
  /// N C H W in 0..1 to the same. The first stage sees quarters of the picture, the second its upper and lower half.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  /// A convolution and a block, "0" and "1" of a sequence.
  struct Shallow {
    Convolution conv{nullptr};
    MprBlock block{nullptr};
  };
  Shallow shallow(const std::string& name, const MprNetConfig& config);

  Shallow shallow_feat1_, shallow_feat2_, shallow_feat3_;
  MprEncoder stage1_encoder_;
  MprDecoder stage1_decoder_;
  MprEncoder stage2_encoder_;
  MprDecoder stage2_decoder_;
  MprOriginalResolution stage3_orsnet_;
  MprSupervision sam12_, sam23_;
  Convolution concat12_, concat23_, tail_;
};
TORCH_MODULE(MprNet);

}  // namespace heirloom::models
