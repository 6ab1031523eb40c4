#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/degrade/degradations.h"
#include "core/quality/score.h"
#include "models/restorer.h"

namespace heirloom::core {

/// What is done to clean pictures before they are restored; in this order.
struct Degradation {
  DegradationKinds kinds;       // one of these degradations, drawn from `seed` and the picture's number
  std::optional<int> scale;     // made smaller by MATLAB's bicubic, to 8 bits; the metric leaves out a border as wide
  std::optional<double> sigma;  // noise in 8-bit units by NumPy's generator, seeded anew for every picture
  std::uint32_t seed = 0;
  bool clip = false;        // the noisy picture is clipped and rounded to 8 bits, as a file is
  std::optional<int> jpeg;  // quality 1..100
};

struct EvaluationOptions {
  Degradation degradation;
  std::optional<models::Settings> settings;  // empty: the network's defaults, noise_level that of the degradation
  models::Placement placement;
  std::size_t most = 0;  // pictures, in order of name; 0: all
  int crop = 0;          // side of the square in the middle of each picture that is taken; 0: all of it
  int patch = 0;         // side of the squares that are restored each as a picture of its own; 0: the whole picture
  std::stop_token stop;
};

struct Evaluation {
  std::vector<Score> pictures;
  std::vector<Score> degraded;  // what the network had to start from; of --scale, enlarged by MATLAB's bicubic
  /// Of `kinds`: the same with the best slope and offset a band, which know the clean picture.
  std::vector<Score> affine;
};

/// Degrades clean pictures, restores them with the bare network (float32, whole pictures unless memory does not
/// suffice, clamped and rounded half to even) and scores the result: what published figures are made with (kair.md
/// 0.1). Grey networks are given grey pictures. `scored` is called after each picture. Throws Error and Stopped.
Evaluation evaluate(const std::shared_ptr<const models::Restorer>& network, const std::filesystem::path& folder,
                    const EvaluationOptions& options, const std::function<void(const Score&)>& scored = {});

}  // namespace heirloom::core
