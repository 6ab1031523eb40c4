#include "models/dinov2/preprocessing.h"

#include <algorithm>
#include <vector>

#include "models/common/json_config.h"
#include "models/common/resampling.h"

namespace heirloom::models {

DinoPreprocessing dinoPreprocessingOf(const std::string& json) {
  const JsonConfig file(json, "dinov2/preprocessor_config.json");
  DinoPreprocessing values;
  values.shortestEdge = file.object("size").size("shortest_edge", values.shortestEdge);
  const JsonConfig crop = file.object("crop_size");
  values.crop = crop.size("height", values.crop);
  const auto three = [&](const char* key, std::array<double, 3>& target) {
    const std::vector<double> numbers = file.numbers(key, {target.begin(), target.end()});
    std::copy(numbers.begin(), numbers.end(), target.begin());
  };
  three("image_mean", values.mean);
  three("image_std", values.deviation);
  constexpr double kBicubic = 3;  // Pillow's number
  if (file.number("resample", kBicubic) != kBicubic) throw file.refusal("it resizes otherwise than bicubically");
  if (crop.size("width", values.crop) != values.crop) throw file.refusal("its crop is no square");
  if (values.crop > values.shortestEdge) throw file.refusal("its crop is larger than what it is cut from");
  if (std::ranges::any_of(values.deviation, [](double value) { return !(value > 0); })) {
    throw file.refusal("image_std is not above 0");
  }
  return values;
}

at::Tensor dinoPixels(const at::Tensor& picture, const DinoPreprocessing& preprocessing) {
  const std::int64_t height = picture.size(2), width = picture.size(3), edge = preprocessing.shortestEdge;
  const auto resized = [&](std::int64_t side) {
    return side == std::min(height, width) ? edge : edge * side / std::min(height, width);
  };
  const at::Tensor small = resizedIn8Bits(picture, resized(height), resized(width), Filter::Bicubic);
  const std::int64_t crop = preprocessing.crop;
  const at::Tensor middle =
      small.narrow(2, (small.size(2) - crop) / 2, crop).narrow(3, (small.size(3) - crop) / 2, crop);
  const auto perChannel = [&](const std::array<double, 3>& values) {
    return at::tensor(std::vector<double>(values.begin(), values.end()), at::kDouble).view({1, 3, 1, 1});
  };
  const at::Tensor normalised =
      (middle.to(at::kCPU, at::kDouble) - perChannel(preprocessing.mean)) / perChannel(preprocessing.deviation);
  return normalised.to(at::TensorOptions(picture.device()).dtype(at::kFloat)).contiguous();
}

}  // namespace heirloom::models
