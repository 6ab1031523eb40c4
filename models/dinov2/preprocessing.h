#pragma once

#include <torch/types.h>

#include <array>
#include <string>

namespace heirloom::models {

/// What transformers' BitImageProcessor does to a picture, with DINOv2's values.
struct DinoPreprocessing {
  int shortestEdge = 256;
  int crop = 224;
  std::array<double, 3> mean = {0.485, 0.456, 0.406};
  std::array<double, 3> deviation = {0.229, 0.224, 0.225};
  bool operator==(const DinoPreprocessing&) const = default;
};

/// The values of a `dinov2/preprocessor_config.json`; those of DINOv2 where it names none. Throws Error for one that
/// prepares pictures in another way.
DinoPreprocessing dinoPreprocessingOf(const std::string& json);

/// `picture`: float32 N 3 H W in 0..1, taken in 8 bits. Its shorter side becomes `shortestEdge` (Pillow's bicubic), of
/// that the middle is cut out and normalised: float32 N 3 crop crop. What lies outside the middle square is not seen.
at::Tensor dinoPixels(const at::Tensor& picture, const DinoPreprocessing& preprocessing = {});

}  // namespace heirloom::models
