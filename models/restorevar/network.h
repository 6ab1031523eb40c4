#pragma once

#include <functional>

#include "models/restorevar/var.h"
#include "models/restorevar/vqvae.h"

namespace heirloom::models {

/// Picks tokens from logits, float32 N L V to int64 N L. Called scale by scale from 0.
using Chooser = std::function<at::Tensor(const at::Tensor& logits, int scale)>;

/// Chooses the most probable one: the published way.
at::Tensor mostProbable(const at::Tensor& logits, int scale);

/// How one run goes, and who is told.
struct VarRun {
  Chooser choose = mostProbable;
  bool refine = true;
  ResidualFilter filter;  // of the transformer's blocks, in training; null: none
  /// Asked before each block of each network: throws Stopped when the run has to end.
  Checkpoint checkpoint;
  /// After the encoder and what its picture says to every scale, before the caches of the transformer are made.
  std::function<void()> encoded;
  /// After each scale: its tokens, N p p, and the running latent, N Z G G.
  std::function<void(int scale, const at::Tensor& tokens, const at::Tensor& latent)> scaleDone;
};

/// Both files of RestoreVAR as one network, "var" and "vae".
class RestoreVarNetworkImpl : public torch::nn::Module {
 public:
  explicit RestoreVarNetworkImpl(const RestoreVarConfig& config);

  /// `picture`: float32 N 3 S S in 0..1, S = config.side(). Returns the same of the restored one.
  at::Tensor forward(const at::Tensor& picture, const VarRun& run = {});
  /// The latent that `forward` decodes, N Z G G.
  at::Tensor latent(const at::Tensor& picture, const VarRun& run);
  /// What the transformer says of a picture without the refiner.
  struct Prediction {
    at::Tensor latent;  // N Z G G, the sum of its codes
    at::Tensor memory;  // N T C, what its last block made of every token
  };
  Prediction predicted(const at::Tensor& picture, const VarRun& run);
  /// The corrected latent, N Z G G.
  at::Tensor refined(const Prediction& prediction);
  /// Latent to picture in 0..1.
  at::Tensor decoded(const at::Tensor& latent, const Checkpoint& checkpoint = {});

  RestoreVarTransformer var;
  VqVae vae;
};
TORCH_MODULE(RestoreVarNetwork);

}  // namespace heirloom::models
