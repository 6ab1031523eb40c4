#pragma once

#include <functional>
#include <string>
#include <vector>

#include "models/common/graphs.h"
#include "models/common/kept_step.h"
#include "models/restorer.h"
#include "models/restorevar/cost.h"
#include "models/restorevar/network.h"
#include "models/restorevar/photo.h"
#include "models/restorevar/sampling.h"

namespace heirloom::models {

std::vector<Parameter> restoreVarParameters(const RestoreVarConfig& config);

/// How a photo meets the network of squares.
enum class SquareMode { Published, Square, Tiles };

/// The values of a run's settings.
struct RestoreVarOptions {
  std::string size;  // "published", "auto", "square", "tiles"
  PhotoCut cut;
  std::int64_t previews = 1;  // of one scale in so many; 0: of none
  bool refine = true;
  bool samples = false;
  Sampling sampling;

  SquareMode modeOf(std::int64_t height, std::int64_t width, bool onCpu) const;
  /// Whether the first square is the whole photo, which alone is shown on the way.
  bool showsWhole(std::int64_t height, std::int64_t width, bool onCpu) const;
};
RestoreVarOptions restoreVarOptions(const RestoreVarConfig& config, const Settings& settings);
/// The same settings for a photo that goes this way.
Settings withMode(Settings settings, SquareMode mode);

/// Multiply-adds of a photo's restoration, its previews included.
double photoCost(const RestoreVarConfig& config, const RestoreVarOptions& options, std::int64_t height,
                 std::int64_t width, bool onCpu);

/// One session's runs: settings, previews, progress, stop, and pictures of any size around the network of squares.
class Restoration {
 public:
  /// `network`: placed. `observer` must outlive this. `graphs`: records the whole program for each number of squares;
  /// then the observer hears of the scales when all are done. Squares of which previews are shown, draws between the
  /// scales, or null: every run as it is.
  Restoration(RestoreVarNetwork network, const RestoreVarConfig& config, const Settings& settings,
              const Placement& placement, Observer& observer, std::shared_ptr<Graphs> graphs = nullptr);

  /// float32 N 3 H W in 0..1 to the same, or, by the published protocol, to N 3 S S.
  at::Tensor operator()(const at::Tensor& pictures);

 private:
  at::Tensor squares(const at::Tensor& squares, std::int64_t first);
  /// The same as one recording.
  at::Tensor recordedSquares(const at::Tensor& squares, std::int64_t first);
  // Parts of a run that are done, of so many squares.
  void encoded(std::int64_t batch);
  void scaleDone(int scale, std::int64_t batch);
  void refined(std::int64_t batch);
  void decoded(std::int64_t batch);
  void tellScale(int scale, const at::Tensor& tokens, const at::Tensor& latent);
  void requireGoing() const;
  void advance(const Message& stage, double cost);

  RestoreVarNetwork network_;
  std::shared_ptr<Graphs> graphs_;
  RestoreVarConfig config_;
  RestoreVarCost cost_;
  RestoreVarOptions options_;
  Observer& observer_;
  StepKeeper* keeper_;  // the observer; null: it keeps none
  bool onCpu_;

  // Of the call at hand.
  bool showsFirst_ = true;                                     // the first square is the whole photo
  std::function<at::Tensor(const at::Tensor& square)> shown_;  // a preview as the person sees it
  double done_ = 0;                                            // multiply-adds
  double told_ = 0;                                            // of them, to the observer
  double whole_ = 1;
};

}  // namespace heirloom::models
