#include "core/train/patches.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <numeric>
#include <system_error>
#include <utility>

#include "core/colour/working_colour.h"
#include "core/degrade/filter.h"
#include "core/photo/photo.h"
#include "models/checkpoint/refusal.h"

namespace heirloom::core {
namespace {

constexpr std::int64_t kSurroundings = 24;  // pixels around a patch that are degraded with it

/// Where a patch lies in its photo at its scale, or in what was cut out of that, pixels.
struct Place {
  std::array<std::int64_t, 2> whole;  // height and width of the photo before it was reduced
  std::int64_t height, width;         // at its scale, or of the cut
  std::int64_t top, left;

  void flip(std::int64_t patch) { left = width - patch - left; }
  /// By a quarter, anticlockwise.
  void turn(std::int64_t patch) {
    std::swap(whole[0], whole[1]);
    const std::int64_t newTop = width - patch - left;
    left = std::exchange(top, newTop);
    std::swap(height, width);
  }
};

struct Size {
  std::int64_t height, width;
};

Size sizeWithShortSide(const Size& size, std::int64_t side) {
  const std::int64_t shorter = std::min(size.height, size.width);
  return shorter <= side ? size : Size{size.height * side / shorter, size.width * side / shorter};
}

/// Those that a photo is seen at.
std::vector<Size> sizesOf(const Size& photo, const TrainConfig::Dataset& dataset) {
  if (dataset.shortSide > 0) return {sizeWithShortSide(photo, dataset.shortSide)};
  std::vector<Size> sizes;
  for (const double scale : dataset.scales) {
    const auto scaled = [scale](std::int64_t side) {
      return static_cast<std::int64_t>(static_cast<double>(side) * scale);
    };
    sizes.push_back({scaled(photo.height), scaled(photo.width)});
  }
  return sizes;
}

at::Tensor resized(const at::Tensor& picture, const Size& size) {
  if (picture.size(1) == size.height && picture.size(2) == size.width) return picture.clamp(0, 1);
  return at::_upsample_bicubic2d_aa(picture.unsqueeze(0), {size.height, size.width}, /*align_corners=*/false)
      .squeeze(0)
      .clamp(0, 1);
}

}  // namespace

at::Tensor withShortSide(const at::Tensor& picture, std::int64_t side) {
  return resized(picture, sizeWithShortSide({picture.size(1), picture.size(2)}, side));
}

Patches::Batch Patches::Batch::part(std::int64_t from, std::int64_t some) const {
  const auto own = [&](const at::Tensor& all) { return all.defined() ? all.narrow(0, from, some) : all; };
  Batch batch{own(clean), own(degraded), own(sigma), own(places)};
  if (!captions.empty()) batch.captions.assign(captions.begin() + from, captions.begin() + from + some);
  batch.first = first + from;
  batch.together = together > 0 ? together : count();
  return batch;
}

std::string captionOf(const std::filesystem::path& photo) {
  const std::filesystem::path file = std::filesystem::path(photo).replace_extension(".txt");
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return {};
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in) {
    throw Error(HEIRLOOM_TEXT("train.caption.unreadable", "the caption cannot be read"),
                HEIRLOOM_TEXT("train.caption.unreadable.remedy", "check its permissions, or take the file away"), file);
  }
  if (!models::isUtf8(text)) {
    throw Error(HEIRLOOM_TEXT("train.caption.utf8", "the caption is no UTF-8 text"),
                HEIRLOOM_TEXT("train.caption.utf8.remedy", "write it as UTF-8, or take the file away"), file);
  }
  for (char& c : text) {
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  }
  const std::size_t begin = text.find_first_not_of(' ');
  return begin == text.npos ? std::string() : text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

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
  if (dataset.folders.empty()) add(dataset.folder, channels);
  for (const auto& [folder, weight] : dataset.folders) {
    const auto before = static_cast<std::ptrdiff_t>(shares_.size());
    add(folder, channels);
    const double area = std::accumulate(shares_.begin() + before, shares_.end(), 0.0);
    std::for_each(shares_.begin() + before, shares_.end(), [&, part = weight](double& share) { share *= part / area; });
  }
}

void Patches::add(const std::filesystem::path& folder, int channels) {
  const std::size_t before = pictures_.size();
  for (const std::filesystem::path& file : picturesIn(folder)) {
    const at::Tensor whole = readPicture(file, channels);
    const std::string caption = captionOf(file);
    for (const Size& size : sizesOf({whole.size(1), whole.size(2)}, dataset_)) {
      if (std::min(size.height, size.width) < dataset_.patch) continue;
      const at::Tensor clean = resized(whole, size);
      pictures_.push_back({((dataset_.sharpen ? sharpened(clean) : clean) * 255).round().to(at::kByte).contiguous(),
                           {whole.size(1), whole.size(2)},
                           caption});
      shares_.push_back(static_cast<double>(size.height * size.width));
    }
  }
  if (pictures_.size() == before) {
    throw Error(HEIRLOOM_TEXT("train.small", "no picture is as large as a patch"),
                HEIRLOOM_TEXT("train.small.remedy", "lower dataset.patch"), folder);
  }
}

Patches::Patch Patches::patch(Random& random) const {
  const auto upTo = [&](std::int64_t last) { return std::uniform_int_distribution<std::int64_t>(0, last)(random); };
  const Picture& picture = pictures_[std::discrete_distribution<std::size_t>(shares_.begin(), shares_.end())(random)];
  const std::int64_t side = dataset_.patch;
  Place inPhoto{picture.whole, picture.samples.size(1), picture.samples.size(2), 0, 0};
  inPhoto.top = upTo(inPhoto.height - side);
  inPhoto.left = upTo(inPhoto.width - side);
  const std::int64_t around = degradation_.empty() ? 0 : kSurroundings;
  const std::int64_t top = std::max<std::int64_t>(0, inPhoto.top - around);
  const std::int64_t left = std::max<std::int64_t>(0, inPhoto.left - around);
  Place inCut{{},
              std::min(inPhoto.height, inPhoto.top + side + around) - top,
              std::min(inPhoto.width, inPhoto.left + side + around) - left,
              inPhoto.top - top,
              inPhoto.left - left};
  at::Tensor cut = picture.samples.narrow(1, top, inCut.height).narrow(2, left, inCut.width);
  if (dataset_.turns) {
    if (upTo(1)) {
      cut = cut.flip({2});
      inPhoto.flip(side);
      inCut.flip(side);
    }
    const std::int64_t quarters = upTo(3);
    cut = at::rot90(cut, quarters, {1, 2});
    for (std::int64_t i = 0; i < quarters; ++i) {
      inPhoto.turn(side);
      inCut.turn(side);
    }
  }
  return {cut.to(at::kFloat) / 255, inCut.top, inCut.left,
          at::tensor({inPhoto.whole[0], inPhoto.whole[1], inPhoto.top, inPhoto.left, side, side}, at::kInt),
          picture.caption};
}

Patches::Batch Patches::draw(int count, Random& random) const {
  std::vector<Patch> patches;
  std::vector<at::Tensor> clean, places;
  const auto inside = [this](const at::Tensor& cut, const Patch& patch) {
    return cut.narrow(1, patch.top, dataset_.patch).narrow(2, patch.left, dataset_.patch);
  };
  Batch batch;
  for (int i = 0; i < count; ++i) {
    patches.push_back(patch(random));
    clean.push_back(inside(patches.back().cut, patches.back()));
    places.push_back(patches.back().place);
    batch.captions.push_back(patches.back().caption);
  }
  batch.clean = at::stack(clean);
  batch.places = at::stack(places);
  batch.sigma = at::zeros({count, 1, 1, 1});
  if (!degradation_.empty()) {
    std::vector<at::Tensor> degraded;
    for (const Patch& patch : patches) degraded.push_back(inside(degradation_(patch.cut, random), patch));
    batch.degraded = at::stack(degraded);
    return batch;
  }
  std::uniform_real_distribution<float> level(static_cast<float>(sigma_[0] / 255), static_cast<float>(sigma_[1] / 255));
  for (int i = 0; i < count; ++i) batch.sigma[i].fill_(level(random));
  auto generator = at::detail::createCPUGenerator(random());
  batch.degraded = batch.clean + batch.sigma * at::randn(batch.clean.sizes(), generator);
  return batch;
}

}  // namespace heirloom::core
