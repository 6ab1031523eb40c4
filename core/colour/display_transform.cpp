#include <array>
#include <cstring>
#include <vector>

#include "core/colour/profile.h"
#include "core/colour/working_colour.h"

namespace heirloom::core {
namespace {

cmsUInt32Number pixelFormat(ColourModel model, bool alpha) {
  cmsUInt32Number space = PT_RGB;
  if (model == ColourModel::Grey) space = PT_GRAY;
  if (model == ColourModel::Cmyk) space = PT_CMYK;
  return COLORSPACE_SH(space) | EXTRA_SH(alpha ? 1u : 0u) |
         CHANNELS_SH(static_cast<cmsUInt32Number>(colourBands(model))) | BYTES_SH(1);
}

}  // namespace

struct DisplayTransform::Transforms {
  ContextPointer context;
  ColourModel model = ColourModel::Rgb;
  std::array<TransformPointer, 2> transforms;  // without and with alpha
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
  for (const bool alpha : {false, true}) {
    cmsUInt32Number flags = cmsFLAGS_NOCACHE | cmsFLAGS_BLACKPOINTCOMPENSATION;
    if (alpha) flags |= cmsFLAGS_COPY_ALPHA;
    made->transforms[alpha].reset(cmsCreateTransformTHR(context, file.get(), pixelFormat(model, alpha), screen.get(),
                                                        TYPE_BGRA_8, INTENT_RELATIVE_COLORIMETRIC, flags));
  }
  transforms_ = std::move(made);
}

DisplayTransform::~DisplayTransform() = default;

void DisplayTransform::apply(const Raster& raster, const Box& box, std::span<std::byte> bgra,
                             std::size_t bytesPerLine) const {
  const Layout& layout = raster.layout();
  const cmsHTRANSFORM transform = transforms_->transforms[layout.alpha].get();
  const auto width = static_cast<std::size_t>(box.width);
  const auto bands = static_cast<std::size_t>(layout.bands());
  const bool deep = layout.type != SampleType::UInt8;
  Raster rounded({deep ? box.width : 0, 1, layout.model, layout.alpha, SampleType::UInt8});
  std::vector<float> floats(deep ? width * bands : 0);
  for (std::int64_t y = 0; y < box.height; ++y) {
    std::byte* line = bgra.data() + static_cast<std::size_t>(y) * bytesPerLine;
    // LittleCMS leaves the fourth byte alone when the source has no alpha.
    if (!layout.alpha) std::memset(line, 0xff, width * 4);
    const std::byte* from = nullptr;
    if (deep) {
      toFloat(raster, {box.x, box.y + y, box.width, 1}, floats);
      fromFloat(floats, {0, 0, box.width, 1}, rounded);
      from = rounded.row(0).data();
    } else {
      from = raster.row(box.y + y).data() + static_cast<std::size_t>(box.x) * bands;
    }
    if (transform) cmsDoTransform(transform, from, line, static_cast<cmsUInt32Number>(width));
  }
}

}  // namespace heirloom::core
