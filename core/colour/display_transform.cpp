#include <algorithm>
#include <array>
#include <cstring>

#include "core/colour/profile.h"
#include "core/colour/working_colour.h"

namespace heirloom::core {
namespace {

cmsUInt32Number formatOf(const Layout& layout) {
  cmsUInt32Number space = PT_RGB;
  if (layout.model == ColourModel::Grey) space = PT_GRAY;
  if (layout.model == ColourModel::Cmyk) space = PT_CMYK;
  const auto colours = static_cast<cmsUInt32Number>(colourBands(layout.model));
  const auto bytes = static_cast<cmsUInt32Number>(sampleSize(layout.type));
  const bool floats = layout.type == SampleType::Float32;
  return FLOAT_SH(floats ? 1u : 0u) | COLORSPACE_SH(space) | EXTRA_SH(layout.alpha ? 1u : 0u) | CHANNELS_SH(colours) |
         BYTES_SH(bytes);
}

constexpr std::size_t kTypes = 3;

}  // namespace

struct DisplayTransform::Transforms {
  ContextPointer context;
  ColourModel model = ColourModel::Rgb;
  // By sample type, without and with alpha.
  std::array<std::array<TransformPointer, 2>, kTypes> transforms;
};

DisplayTransform::DisplayTransform(ColourModel model, std::span<const std::byte> profile,
                                   std::span<const std::byte> display) {
  auto made = std::make_unique<Transforms>();
  made->context = quietContext();
  made->model = model;
  std::vector<Message> ignored;
  const cmsContext context = made->context.get();
  const ProfilePointer file = openProfile(context, model, profile, ignored);
  const ProfilePointer screen = openProfile(context, ColourModel::Rgb, display, ignored);
  for (std::size_t type = 0; type < kTypes; ++type) {
    for (const bool alpha : {false, true}) {
      const Layout layout{.model = model, .alpha = alpha, .type = static_cast<SampleType>(type)};
      cmsUInt32Number flags = cmsFLAGS_NOCACHE | cmsFLAGS_BLACKPOINTCOMPENSATION;
      if (alpha) flags |= cmsFLAGS_COPY_ALPHA;
      made->transforms[type][alpha].reset(cmsCreateTransformTHR(context, file.get(), formatOf(layout), screen.get(),
                                                                TYPE_BGRA_8, INTENT_RELATIVE_COLORIMETRIC, flags));
    }
  }
  transforms_ = std::move(made);
}

DisplayTransform::~DisplayTransform() = default;

void DisplayTransform::apply(const Raster& raster, const Box& box, std::span<std::byte> bgra,
                             std::size_t bytesPerLine) const {
  const Layout& layout = raster.layout();
  const cmsHTRANSFORM transform = transforms_->transforms[static_cast<std::size_t>(layout.type)][layout.alpha].get();
  const std::size_t pixel = layout.rowBytes() / static_cast<std::size_t>(layout.width);
  const auto width = static_cast<std::size_t>(box.width);
  for (std::int64_t y = 0; y < box.height; ++y) {
    std::byte* line = bgra.data() + static_cast<std::size_t>(y) * bytesPerLine;
    // LittleCMS leaves the fourth byte alone when the source has no alpha.
    if (!layout.alpha) std::memset(line, 0xff, width * 4);
    const std::byte* from = raster.row(box.y + y).data() + static_cast<std::size_t>(box.x) * pixel;
    if (transform) cmsDoTransform(transform, from, line, static_cast<cmsUInt32Number>(width));
  }
}

}  // namespace heirloom::core
