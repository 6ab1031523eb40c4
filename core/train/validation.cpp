#include "core/train/validation.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>

#include "core/degrade/filter.h"
#include "core/quality/metrics.h"

namespace heirloom::core {

Validation::Validation(const TrainConfig& config, const Objective& objective) {
  if (config.validation.folder.empty()) return;
  for (const std::filesystem::path& file : picturesIn(config.validation.folder)) {
    at::Tensor clean = readPicture(file, config.network.channels);
    if (config.dataset.shortSide > 0) clean = withShortSide(clean, config.dataset.shortSide);
    if (config.dataset.sharpen) clean = sharpened(clean.clamp(0, 1));
    if (config.validation.crop > 0) {
      for (const int side : {1, 2}) {
        const std::int64_t length = std::min<std::int64_t>(config.validation.crop, clean.size(side));
        clean = clean.narrow(side, (clean.size(side) - length) / 2, length);
      }
    }
    clean = (clean * 255).round() / 255;
    Random random(pictures_.size());
    pictures_.push_back({clean, objective.degraded(clean, random).unsqueeze(0)});
  }
  names_ = objective.figureNames();
  hasSsim_ = std::ranges::all_of(pictures_, [](const Picture& picture) {
    return std::min(picture.clean.size(1), picture.clean.size(2)) >= kSsimWindow;
  });
  if (hasSsim_) names_.insert(names_.begin(), "ssim");
}

Validation::Means Validation::means(Objective& objective) const {
  const c10::InferenceMode inference;
  const auto values = [](const at::Tensor& picture) {  // H W C, 0..255
    return (picture.clamp(0, 1) * 255).round().to(at::kDouble).permute({1, 2, 0}).contiguous();
  };
  const auto image = [](const at::Tensor& tensor) {
    return MetricImage{tensor.size(1),
                       tensor.size(0),
                       static_cast<int>(tensor.size(2)),
                       {tensor.data_ptr<double>(), static_cast<std::size_t>(tensor.numel())}};
  };
  Means found;
  for (const std::string& name : names_) found.figures.emplace_back(name, 0);
  const auto count = static_cast<double>(pictures_.size());
  for (const Picture& picture : pictures_) {
    const at::Tensor clean = values(picture.clean);
    const at::Tensor restored = values(objective.restored(picture.degraded).squeeze(0).cpu());
    found.psnr += psnr(image(restored), image(clean)) / count;
    std::vector<double> figures = objective.figures(picture.clean.unsqueeze(0), picture.degraded);
    if (hasSsim_) figures.insert(figures.begin(), ssim(image(restored), image(clean)));
    for (std::size_t i = 0; i < figures.size(); ++i) found.figures[i].second += figures[i] / count;
  }
  return found;
}

}  // namespace heirloom::core
