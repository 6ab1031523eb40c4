#include "core/train/patches.h"

#include <algorithm>

#include "core/colour/working_colour.h"
#include "core/photo/photo.h"

namespace heirloom::core {

at::Tensor readPicture(const std::filesystem::path& file, int channels) {
  const Photo photo = readPhoto(file);
  const Layout& layout = photo.raster->layout();
  const WorkingColour colour(layout.model, photo.iccProfile);
  const int fileBands = layout.bands();
  const int bands = colourBands(layout.model);
  at::Tensor picture = at::empty({layout.height, layout.width, colour.bands()});
  std::vector<float> samples(static_cast<std::size_t>(layout.width * fileBands));
  for (std::int64_t y = 0; y < layout.height; ++y) {
    toFloat(*photo.raster, {0, y, layout.width, 1}, samples);
    if (layout.alpha) {
      for (std::int64_t x = 0; x < layout.width; ++x)
        std::copy_n(&samples[static_cast<std::size_t>(x * fileBands)], bands,
                    &samples[static_cast<std::size_t>(x * bands)]);
    }
    const std::size_t working = static_cast<std::size_t>(layout.width * colour.bands());
    colour.toWorking({samples.data(), static_cast<std::size_t>(layout.width * bands)},
                     {picture.data_ptr<float>() + y * static_cast<std::int64_t>(working), working});
  }
  picture = picture.permute({2, 0, 1});  // C H W
  if (channels == 3) return picture.expand({3, layout.height, layout.width}).contiguous();
  if (picture.size(0) == 1) return picture.contiguous();
  return (picture * at::tensor({0.299, 0.587, 0.114}, at::kFloat).view({3, 1, 1})).sum(0, true);
}

std::vector<std::filesystem::path> picturesIn(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  if (std::filesystem::is_directory(folder)) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file() && formatOf(entry.path())) files.push_back(entry.path());
    }
  }
  if (files.empty()) {
    throw Error(HEIRLOOM_TEXT("train.empty", "there are no pictures in the folder"),
                HEIRLOOM_TEXT("train.empty.remedy", "give a folder of clean photos"), folder);
  }
  std::ranges::sort(files);
  return files;
}

Patches::Patches(const TrainConfig::Dataset& dataset, const TrainConfig::Degradation& degradation, int channels)
    : dataset_(dataset), sigma_(degradation.sigma), degradation_(degradation.kinds) {
  for (const std::filesystem::path& file : picturesIn(dataset.folder)) {
    const at::Tensor whole = readPicture(file, channels).unsqueeze(0);
    for (const double scale : dataset.scales) {
      const auto height = static_cast<std::int64_t>(static_cast<double>(whole.size(2)) * scale);
      const auto width = static_cast<std::int64_t>(static_cast<double>(whole.size(3)) * scale);
      if (std::min(height, width) < dataset.patch) continue;
      const at::Tensor reduced =
          scale == 1 ? whole : at::_upsample_bicubic2d_aa(whole, {height, width}, /*align_corners=*/false);
      pictures_.push_back((reduced.squeeze(0).clamp(0, 1) * 255).round().to(at::kByte).contiguous());
      areas_.push_back(static_cast<double>(height * width));
    }
  }
  if (pictures_.empty()) {
    throw Error(HEIRLOOM_TEXT("train.small", "no picture is as large as a patch"),
                HEIRLOOM_TEXT("train.small.remedy", "lower dataset.patch"), dataset.folder);
  }
}

at::Tensor Patches::patch(Random& random) const {
  const auto upTo = [&](std::int64_t last) { return std::uniform_int_distribution<std::int64_t>(0, last)(random); };
  const at::Tensor& picture = pictures_[std::discrete_distribution<std::size_t>(areas_.begin(), areas_.end())(random)];
  const std::int64_t y = upTo(picture.size(1) - dataset_.patch);
  const std::int64_t x = upTo(picture.size(2) - dataset_.patch);
  at::Tensor cut = picture.slice(1, y, y + dataset_.patch).slice(2, x, x + dataset_.patch);
  if (dataset_.turns) {
    if (upTo(1)) cut = cut.flip({2});
    cut = at::rot90(cut, upTo(3), {1, 2});
  }
  return cut.to(at::kFloat) / 255;
}

Patches::Batch Patches::draw(Random& random) const {
  std::vector<at::Tensor> patches;
  for (int i = 0; i < dataset_.batch; ++i) patches.push_back(patch(random));
  Batch batch;
  batch.clean = at::stack(patches);
  batch.sigma = at::zeros({dataset_.batch, 1, 1, 1});
  if (!degradation_.empty()) {
    for (at::Tensor& picture : patches) picture = degradation_(picture, random);
    batch.degraded = at::stack(patches);
    return batch;
  }
  std::uniform_real_distribution<float> level(static_cast<float>(sigma_[0] / 255), static_cast<float>(sigma_[1] / 255));
  for (int i = 0; i < dataset_.batch; ++i) batch.sigma[i].fill_(level(random));
  auto generator = at::detail::createCPUGenerator(random());
  batch.degraded = batch.clean + batch.sigma * at::randn(batch.clean.sizes(), generator);
  return batch;
}

}  // namespace heirloom::core
