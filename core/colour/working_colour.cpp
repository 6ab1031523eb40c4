#include "core/colour/working_colour.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/colour/profile.h"

namespace heirloom::core {
namespace {

cmsUInt32Number floatFormat(ColourModel model) {
  switch (model) {
    case ColourModel::Grey:
      return TYPE_GRAY_FLT;
    case ColourModel::Cmyk:
      return TYPE_CMYK_FLT;
    case ColourModel::Rgb:
      break;
  }
  return TYPE_RGB_FLT;
}

/// 17 steps a channel, and finer ones near black, where curves differ most.
std::vector<float> probes(std::size_t bands) {
  std::vector<float> samples;
  constexpr int kSteps = 17;
  int count = 1;
  for (std::size_t band = 0; band < bands; ++band) count *= kSteps;
  for (int i = 0; i < count; ++i) {
    int rest = i;
    for (std::size_t band = 0; band < bands; ++band, rest /= kSteps) {
      samples.push_back(static_cast<float>(rest % kSteps) / (kSteps - 1));
    }
  }
  for (int code = 0; code < 256; ++code) {
    samples.insert(samples.end(), bands, static_cast<float>(code) / 2048);
    samples.insert(samples.end(), bands, static_cast<float>(code) / 255);
  }
  return samples;
}

/// LittleCMS counts ink in percent.
constexpr float kFullInk = 100;

constexpr float kNearEnough = 0.1F / 255;

std::vector<float> pixelsOf(std::span<const float> samples, const std::vector<std::size_t>& pixels, std::size_t bands) {
  std::vector<float> result(pixels.size() * bands);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    std::ranges::copy(samples.subspan(pixels[i] * bands, bands),
                      result.begin() + static_cast<std::ptrdiff_t>(i * bands));
  }
  return result;
}

/// Adds the way between two colours to the samples of one pixel.
void moveInks(std::span<float> file, std::span<const float> from, std::span<const float> to) {
  // Black that cannot grow or shrink any further hands the rest to the three inks that mix to grey.
  float rest = 0;
  for (std::size_t i = file.size(); i-- > 0;) {
    const bool inside = file[i] >= 0 && file[i] <= 1;
    const float changed = file[i] + to[i] - from[i] + rest;
    file[i] = inside ? std::clamp(changed, 0.0F, 1.0F) : changed;
    if (file.size() == 4 && i == 3) rest = changed - file[i];
  }
}

}  // namespace

struct WorkingColour::Transforms {
  ContextPointer context;
  ColourModel model = ColourModel::Rgb;
  TransformPointer to;
  TransformPointer from;
  bool identity = false;
  std::vector<Message> warnings;

  void open(std::span<const std::byte> bytes) {
    context = quietContext();
    ProfilePointer file = openProfile(context.get(), model, bytes, warnings);
    if (make(file.get())) return;
    // A profile that parses and still gives no transform is as good as a damaged one.
    std::vector<Message> ignored;
    warnings.push_back(HEIRLOOM_TEXT("colour.corruptProfile", "its colour profile is damaged; %1 is assumed")
                           .with(model == ColourModel::Cmyk ? "usual CMYK" : "sRGB"));
    file = defaultProfile(context.get(), model);
    make(file.get());
  }

  bool make(cmsHPROFILE file) {
    const ColourModel workingModel = model == ColourModel::Grey ? ColourModel::Grey : ColourModel::Rgb;
    const ProfilePointer working = defaultProfile(context.get(), workingModel);
    // Many threads use one transform, so it must keep no memory of the last pixel.
    cmsUInt32Number flags = cmsFLAGS_NOCACHE | cmsFLAGS_NOOPTIMIZE;
    if (model == ColourModel::Cmyk) flags |= cmsFLAGS_BLACKPOINTCOMPENSATION;
    const auto transform = [&](cmsHPROFILE a, ColourModel modelA, cmsHPROFILE b, ColourModel modelB) {
      return TransformPointer(cmsCreateTransformTHR(context.get(), a, floatFormat(modelA), b, floatFormat(modelB),
                                                    INTENT_RELATIVE_COLORIMETRIC, flags));
    };
    to = transform(file, model, working.get(), workingModel);
    from = transform(working.get(), workingModel, file, model);
    if (to && from && model != ColourModel::Cmyk) identity = changesNothing();
    return to && from;
  }

  bool changesNothing() const {
    const std::vector<float> before = probes(static_cast<std::size_t>(colourBands(model)));
    std::vector<float> after(before.size());
    cmsDoTransform(to.get(), before.data(), after.data(),
                   static_cast<cmsUInt32Number>(before.size() / static_cast<std::size_t>(colourBands(model))));
    constexpr float kHalfACode = 0.5f / 255;
    return std::ranges::equal(before, after, [](float a, float b) { return std::abs(a - b) < kHalfACode; });
  }
};

WorkingColour::WorkingColour(ColourModel model, std::span<const std::byte> profile) {
  auto transforms = std::make_unique<Transforms>();
  transforms->model = model;
  transforms->open(profile);
  transforms_ = std::move(transforms);
}

WorkingColour::~WorkingColour() = default;

int WorkingColour::bands() const {
  return transforms_->model == ColourModel::Grey ? 1 : 3;
}

bool WorkingColour::isIdentity() const {
  return transforms_->identity;
}

const std::vector<Message>& WorkingColour::warnings() const {
  return transforms_->warnings;
}

void WorkingColour::toWorking(std::span<const float> file, std::span<float> working) const {
  const auto pixels =
      static_cast<cmsUInt32Number>(file.size() / static_cast<std::size_t>(colourBands(transforms_->model)));
  if (isIdentity()) {
    std::ranges::copy(file, working.begin());
  } else if (transforms_->model == ColourModel::Cmyk) {
    std::vector<float> percent(file.size());
    std::ranges::transform(file, percent.begin(), [](float ink) { return ink * kFullInk; });
    cmsDoTransform(transforms_->to.get(), percent.data(), working.data(), pixels);
  } else {
    cmsDoTransform(transforms_->to.get(), file.data(), working.data(), pixels);
  }
}

void WorkingColour::fromWorking(std::span<const float> working, std::span<float> file) const {
  const auto pixels = static_cast<cmsUInt32Number>(working.size() / static_cast<std::size_t>(bands()));
  if (isIdentity()) {
    std::ranges::copy(working, file.begin());
    return;
  }
  cmsDoTransform(transforms_->from.get(), working.data(), file.data(), pixels);
  if (transforms_->model == ColourModel::Cmyk) {
    for (float& ink : file) ink /= kFullInk;
  }
}

void WorkingColour::applyChange(std::span<const float> before, std::span<const float> after,
                                std::span<float> file) const {
  if (isIdentity()) {
    std::ranges::copy(after, file.begin());
    return;
  }
  const auto colours = static_cast<std::size_t>(colourBands(transforms_->model));
  const auto working = static_cast<std::size_t>(bands());
  std::vector<std::size_t> open;  // pixels that are not yet what they should be
  for (std::size_t pixel = 0; pixel * working < before.size(); ++pixel) {
    const auto own = before.subspan(pixel * working, working);
    if (!std::ranges::equal(own, after.subspan(pixel * working, working))) open.push_back(pixel);
  }
  std::vector<float> reached = pixelsOf(before, open, working);
  // How much a step of ink changes depends on the mix, so that CMYK comes near only step by step.
  const int steps = transforms_->model == ColourModel::Cmyk ? 6 : 1;
  for (int step = 0; step < steps && !open.empty(); ++step) {
    std::vector<float> from(open.size() * colours);
    std::vector<float> to(open.size() * colours);
    fromWorking(reached, from);
    fromWorking(pixelsOf(after, open, working), to);
    for (std::size_t i = 0; i < open.size(); ++i) {
      moveInks(file.subspan(open[i] * colours, colours), std::span(from).subspan(i * colours, colours),
               std::span(to).subspan(i * colours, colours));
    }
    if (step + 1 == steps) return;
    reached.resize(open.size() * working);
    toWorking(pixelsOf(file, open, colours), reached);
    // Most pixels are there after one step, and LittleCMS takes half a second for a megapixel of CMYK.
    std::vector<std::size_t> far;
    for (std::size_t i = 0; i < open.size(); ++i) {
      const auto now = std::span(reached).subspan(i * working, working);
      const auto wanted = after.subspan(open[i] * working, working);
      if (std::ranges::equal(now, wanted, [](float a, float b) { return std::abs(a - b) < kNearEnough; })) continue;
      std::ranges::copy(now, reached.begin() + static_cast<std::ptrdiff_t>(far.size() * working));
      far.push_back(open[i]);
    }
    open = std::move(far);
    reached.resize(open.size() * working);
  }
}

}  // namespace heirloom::core
