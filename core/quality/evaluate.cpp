#include "core/quality/evaluate.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>

#include "core/engine/memory_budget.h"
#include "core/engine/tile_network.h"
#include "core/engine/tiler.h"
#include "core/quality/affine.h"
#include "core/quality/imresize.h"
#include "core/quality/numpy_random.h"
#include "core/quality/picture_samples.h"

namespace heirloom::core {
namespace {

constexpr const char* kNoiseLevel = "noise_level";

void roundToEightBits(FloatImage& image) {
  for (float& value : image.values) value = std::nearbyint(std::clamp(value, 0.0F, 1.0F) * 255.0F) / 255.0F;
}

/// H W C over the picture's own values.
at::Tensor tensorOf(const FloatImage& picture) {
  return at::from_blob(const_cast<float*>(picture.values.data()), {picture.height, picture.width, picture.bands},
                       at::kFloat);
}

FloatImage part(const FloatImage& picture, std::int64_t y, std::int64_t x, std::int64_t height, std::int64_t width) {
  FloatImage result{width, height, picture.bands, {}};
  for (std::int64_t row = 0; row < height; ++row) {
    const float* begin = picture.row(y + row) + x * picture.bands;
    result.values.insert(result.values.end(), begin, begin + width * picture.bands);
  }
  return result;
}

FloatImage middle(const FloatImage& picture, std::int64_t side) {
  const std::int64_t height = std::min(side, picture.height), width = std::min(side, picture.width);
  return part(picture, (picture.height - height) / 2, (picture.width - width) / 2, height, width);
}

void degrade(FloatImage& picture, const RandomDegradation& degradation, Random& random) {
  const at::Tensor pixels = tensorOf(picture);
  pixels.copy_(degradation(pixels.permute({2, 0, 1}).contiguous(), random).permute({1, 2, 0}));
  roundToEightBits(picture);
}

/// A network, bare: whole pictures unless memory does not suffice.
FloatImage restored(TileNetwork& tiles, const models::Descriptor& network, const FloatImage& picture) {
  const at::Tensor input = tensorOf(picture).permute({2, 0, 1}).unsqueeze(0);
  const TileRules rules(network);
  const TilePlan plan(picture.width, picture.height, rules, {0, std::max<std::int64_t>(1, tiles.areaLimit())});
  FloatImage result{picture.width * network.scale, picture.height * network.scale, picture.bands, {}};
  result.values.resize(static_cast<std::size_t>(result.width * result.height * result.bands));
  const at::Tensor target = tensorOf(result);
  TileAssembler assembler(plan, rules, [&](const Box& box, const at::Tensor& pixels) {
    target.narrow(0, box.y * network.scale, box.height * network.scale)
        .narrow(1, box.x * network.scale, box.width * network.scale)
        .copy_(pixels);
  });
  // Row by row as the reference lays it out: the picture's own layout would choose other kernels, and other roundings.
  const auto shown = [input](const Box& box) {
    return input.narrow(2, box.y, box.height).narrow(3, box.x, box.width).contiguous();
  };
  tiles.begin({picture.width, picture.height, shown});
  for (std::size_t i = 0; i < plan.count(); ++i) assembler.add(i, tiles.restore(shown(plan.input(i)))[0]);
  return result;
}

/// The same with every square of `side` as a picture of its own; 0: the whole.
FloatImage restored(TileNetwork& tiles, const models::Descriptor& network, const FloatImage& picture,
                    std::int64_t side) {
  if (side == 0) return restored(tiles, network, picture);
  FloatImage result{picture.width * network.scale, picture.height * network.scale, picture.bands, {}};
  result.values.resize(static_cast<std::size_t>(result.width * result.height * result.bands));
  const at::Tensor whole = tensorOf(result);
  for (std::int64_t y = 0; y < picture.height; y += side) {
    for (std::int64_t x = 0; x < picture.width; x += side) {
      const std::int64_t height = std::min(side, picture.height - y), width = std::min(side, picture.width - x);
      const FloatImage square = restored(tiles, network, part(picture, y, x, height, width));
      whole.narrow(0, y * network.scale, square.height)
          .narrow(1, x * network.scale, square.width)
          .copy_(tensorOf(square));
    }
  }
  return result;
}

std::vector<std::filesystem::path> picturesIn(const std::filesystem::path& folder, std::size_t most) {
  std::vector<std::filesystem::path> files;
  std::error_code failed;
  for (std::filesystem::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    if (entry->is_regular_file(failed) && formatOf(entry->path())) files.push_back(entry->path());
  }
  if (failed || files.empty()) {
    throw Error(HEIRLOOM_TEXT("evaluate.folder", "there are no pictures in this folder"),
                HEIRLOOM_TEXT("evaluate.folder_remedy", "give a folder that holds clean pictures"), folder);
  }
  std::sort(files.begin(), files.end());
  if (most > 0 && files.size() > most) files.resize(most);
  return files;
}

/// Enlarged to the size of `like` where the network itself does not.
FloatImage enlarged(FloatImage picture, const FloatImage& like) {
  if (picture.width >= like.width) return picture;
  FloatImage large = imresize(picture, static_cast<double>(like.width) / static_cast<double>(picture.width));
  return large;
}

}  // namespace

Evaluation evaluate(const std::shared_ptr<const models::Restorer>& network, const std::filesystem::path& folder,
                    const EvaluationOptions& options, const std::function<void(const Score&)>& scored) {
  const c10::InferenceMode inference;
  const Degradation& degradation = options.degradation;
  models::Settings settings = options.settings.value_or(models::Settings(network->descriptor().parameters));
  if (!options.settings && degradation.sigma && settings.has(kNoiseLevel))
    settings.set(kNoiseLevel, models::Settings::Value(*degradation.sigma));
  const models::Descriptor descriptor = network->describe(settings);
  const int scale = degradation.scale.value_or(1);
  if (descriptor.scale != 1 && descriptor.scale != scale) {
    throw Error(HEIRLOOM_TEXT("evaluate.scale", "%1 enlarges %2 times; the pictures are made smaller %3 times")
                    .with(descriptor.family, std::to_string(descriptor.scale), std::to_string(scale)),
                HEIRLOOM_TEXT("evaluate.scale_remedy", "make the pictures smaller %1 times")
                    .with(std::to_string(descriptor.scale)));
  }
  TileNetwork tiles(network, settings, options.placement, availableMemory(options.placement.device) / 2, options.stop,
                    {});

  const RandomDegradation kinds(degradation.kinds);
  Evaluation evaluation;
  for (const std::filesystem::path& file : picturesIn(folder, options.most)) {
    if (options.stop.stop_requested()) throw Stopped{};
    const Photo photo = readPhoto(file);
    FloatImage clean = descriptor.channels == 1 ? greyOf(samplesOf(photo)) : colourOf(samplesOf(photo));
    if (options.crop > 0) clean = middle(clean, options.crop);
    clean = cropped(clean, scale);
    if (clean.values.empty()) {
      throw Error(
          HEIRLOOM_TEXT("evaluate.small", "the picture is smaller than %1 pixels a side").with(std::to_string(scale)),
          {}, file);
    }
    roundToEightBits(clean);
    FloatImage degraded = clean;
    if (!kinds.empty()) {
      std::seed_seq seed{std::uint64_t{degradation.seed}, std::uint64_t{evaluation.pictures.size()}};
      Random random(seed);
      degrade(degraded, kinds, random);
    }
    if (scale > 1) {
      degraded = imresize(degraded, 1.0 / scale);
      roundToEightBits(degraded);
    }
    if (degradation.sigma) {
      NumpyRandom random(degradation.seed);
      for (float& value : degraded.values) {
        value = static_cast<float>(static_cast<double>(value) + *degradation.sigma / 255 * random.normal());
      }
      if (degradation.clip) roundToEightBits(degraded);
    }
    if (degradation.jpeg) degraded = throughJpeg(degraded, *degradation.jpeg);

    const FloatImage before = enlarged(degraded, clean);
    const FloatImage after = restored(tiles, descriptor, descriptor.scale == 1 ? before : degraded, options.patch);
    evaluation.degraded.push_back(compare(clean, before, scale > 1 ? scale : 0));
    if (!kinds.empty())
      evaluation.affine.push_back(compare(clean, affineCorrected(before, clean), scale > 1 ? scale : 0));
    Score score = compare(clean, after, scale > 1 ? scale : 0);
    if (degradation.jpeg) score.psnrBlocks = psnrB(after, clean);
    score.file = evaluation.degraded.back().file = file;
    evaluation.pictures.push_back(score);
    if (scored) scored(score);
  }
  return evaluation;
}

}  // namespace heirloom::core
