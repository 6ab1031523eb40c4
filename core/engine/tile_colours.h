#pragma once

#include <torch/types.h>

#include <span>
#include <vector>

#include "core/colour/working_colour.h"
#include "core/engine/enlarge.h"
#include "core/photo/raster.h"

namespace heirloom::core {

/// The way of a tile from the file's samples to what a network is shown, and of its result back to the file's colours.
/// What the network was not shown (values beyond 0..1, colours that the working space does not hold, alpha) is added
/// back, so that a network that changes nothing changes nothing here. Grey networks are shown the luma of a colour
/// photo (BT.601, full range) and leave its chroma alone; colour networks are shown a grey photo three times.
class TileColours {
 public:
  /// `source`, `colour` and `mask` must outlive this. `strength`: of the result over the (enlarged) source, in float;
  /// with a mask (as `readMask` gives it) times what it has there. Where that is 0, samples stay the source's own.
  TileColours(const Raster& source, const WorkingColour& colour, int networkChannels, int scale, double strength,
              const Raster* mask = nullptr);

  /// What the network is shown of `box` (source pixels): float32 1 C H W, channels last, 0..1.
  at::Tensor shown(const Box& box) const;

  /// `result`: the network's, float32 H W C, contiguous, of `box` (source pixels), scale times as large. Returns
  /// interleaved samples with the source's bands in the file's colours; they may lie in `result` itself.
  std::span<const float> finished(const Box& box, const at::Tensor& result, std::vector<float>& buffer) const;

 private:
  bool straight() const;  // samples are what the network is shown, and its result is what is saved
  /// The share of the result at every pixel of `target`, which is enlarged from `from`; empty: `strength_` everywhere.
  std::vector<float> weightsOf(const Box& from, const Box& target) const;
  /// Pixels `begin` to `end` of `samples` (the source's bands) without alpha.
  std::vector<float> coloursOf(const std::vector<float>& samples, std::int64_t begin, std::int64_t end) const;

  const Raster& source_;
  const WorkingColour& colour_;
  const int channels_;
  const int scale_;
  const float strength_;
  const Raster* const mask_;
  const int colours_;  // bands without alpha
  const Enlargement enlargement_;
};

}  // namespace heirloom::core
