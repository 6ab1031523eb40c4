#pragma once

#include <memory>

#include "models/restorer.h"
#include "models/restorevar/cost.h"
#include "models/restorevar/network.h"
#include "models/restorevar/photo.h"
#include "models/restorevar/sampling.h"

namespace heirloom::models {

std::vector<Parameter> restoreVarParameters(const RestoreVarConfig& config);

/// One session's runs: settings, previews, progress, stop, and pictures of any size around the network of squares.
class Restoration {
 public:
  /// `network`: placed. `observer` must outlive this.
  Restoration(RestoreVarNetwork network, const RestoreVarConfig& config, const Settings& settings,
              const Placement& placement, Observer& observer);

  /// float32 N 3 H W in 0..1 to the same, or, by the published protocol, to N 3 S S.
  at::Tensor operator()(const at::Tensor& pictures);

 private:
  enum class Mode { Published, Square, Tiles };
  Mode modeFor(const at::Tensor& pictures) const;
  at::Tensor squares(const at::Tensor& squares, std::int64_t first);
  void advance(const Message& stage, double cost);

  RestoreVarNetwork network_;
  RestoreVarConfig config_;
  RestoreVarCost cost_;
  Observer& observer_;
  std::string size_;
  PhotoCut cut_;
  std::int64_t previews_;
  bool refine_;
  bool samples_;
  Sampling sampling_;
  bool onCpu_;

  // Of the call at hand.
  std::function<at::Tensor(const at::Tensor& square)> shown_;  // a preview as the person sees it
  double done_ = 0;                                            // multiply-adds
  double whole_ = 1;
};

}  // namespace heirloom::models
