#include "core/photo/conversion.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/colour/working_colour.h"
#include "core/photo/heif_file.h"

namespace heirloom::core {
namespace {

bool isHeif(FileFormat format) {
  return format == FileFormat::Heif || format == FileFormat::Avif;
}

SampleType depthFor(SampleType wanted, const FormatTraits& row) {
  // HEIF and AVIF hold 10 and 12 bits, for which 16-bit samples stand here.
  const bool deep = row.sixteenBit || isHeif(row.format);
  if (wanted == SampleType::Float32 && row.floatingPoint) return SampleType::Float32;
  if (wanted != SampleType::UInt8 && deep) return SampleType::UInt16;
  return SampleType::UInt8;
}

int bitsOf(SampleType type) {
  return static_cast<int>(8 * sampleSize(type));
}

void warnOfDepth(Conversion& plan, const FormatTraits& row, const WriteOptions& options) {
  const int from = bitsOf(plan.source.type);
  const int to = isHeif(row.format) ? heifBits(row.format, plan.target.type) : bitsOf(plan.target.type);
  // A depth that was asked for and is given is no surprise.
  const bool wished = options.depth && bitsOf(*options.depth) == to;
  if (to >= from || wished) return;
  plan.warnings.push_back(HEIRLOOM_TEXT("photo.depthLost", "%1 bits a sample become %2 in %3")
                              .with(std::to_string(from), std::to_string(to), std::string(row.name)));
}

/// One row of interleaved floats on its way from the source's layout to the target's.
class RowConverter {
 public:
  RowConverter(const Photo& photo, const Conversion& plan, const WriteOptions& options)
      : plan_(plan), colour_(plan.source.model, photo.iccProfile), background_(backgroundFor(options)) {}

  void convert(std::vector<float>& row) {
    if (plan_.flattens) flatten(row);
    if (plan_.leavesSpace) toSrgb(row);
    if (plan_.source.model == ColourModel::Grey && plan_.target.model == ColourModel::Rgb) spread(row);
  }

 private:
  std::vector<float> backgroundFor(const WriteOptions& options) const {
    std::array<float, 3> working{};
    std::ranges::transform(options.background, working.begin(), [](double v) { return static_cast<float>(v); });
    std::vector<float> file(static_cast<std::size_t>(colourBands(plan_.source.model)));
    if (colour_.bands() == 1) {
      // Luma as JPEG has it.
      working[0] = 0.299f * working[0] + 0.587f * working[1] + 0.114f * working[2];
    }
    colour_.fromWorking(std::span(working).first(static_cast<std::size_t>(colour_.bands())), file);
    return file;
  }

  void flatten(std::vector<float>& row) {
    const std::size_t colours = background_.size();
    std::vector<float> flat(row.size() / (colours + 1) * colours);
    for (std::size_t pixel = 0; pixel * colours < flat.size(); ++pixel) {
      const float alpha = std::clamp(row[pixel * (colours + 1) + colours], 0.0f, 1.0f);
      for (std::size_t band = 0; band < colours; ++band) {
        flat[pixel * colours + band] = std::lerp(background_[band], row[pixel * (colours + 1) + band], alpha);
      }
    }
    row.swap(flat);
  }

  bool hasAlpha() const { return plan_.source.alpha && !plan_.flattens; }

  void toSrgb(std::vector<float>& row) {
    const auto colours = static_cast<std::size_t>(colourBands(plan_.source.model));
    const auto working = static_cast<std::size_t>(colour_.bands());
    const std::size_t extra = hasAlpha() ? 1 : 0;
    const std::size_t pixels = row.size() / (colours + extra);
    std::vector<float> file(pixels * colours);
    std::vector<float> srgb(pixels * working);
    for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
      std::copy_n(&row[pixel * (colours + extra)], colours, &file[pixel * colours]);
    }
    colour_.toWorking(file, srgb);
    std::vector<float> result(pixels * (working + extra));
    for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
      std::copy_n(&srgb[pixel * working], working, &result[pixel * (working + extra)]);
      if (extra) result[pixel * (working + 1) + working] = row[pixel * (colours + 1) + colours];
    }
    row.swap(result);
  }

  void spread(std::vector<float>& row) const {
    const std::size_t extra = hasAlpha() ? 1 : 0;
    const std::size_t pixels = row.size() / (1 + extra);
    std::vector<float> result(pixels * (3 + extra));
    for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
      std::fill_n(&result[pixel * (3 + extra)], 3, row[pixel * (1 + extra)]);
      if (extra) result[pixel * 4 + 3] = row[pixel * 2 + 1];
    }
    row.swap(result);
  }

  const Conversion& plan_;
  WorkingColour colour_;
  std::vector<float> background_;
};

}  // namespace

Conversion planConversion(const Photo& photo, const WriteOptions& options) {
  const FormatTraits& row = traits(options.format);
  Conversion plan;
  plan.source = photo.raster->layout();
  plan.target = plan.source;
  plan.target.type = depthFor(options.depth.value_or(plan.source.type), row);
  warnOfDepth(plan, row, options);
  if (plan.source.alpha && !row.alpha) {
    plan.flattens = true;
    plan.target.alpha = false;
    plan.warnings.push_back(HEIRLOOM_TEXT("photo.alphaLost", "%1 has no transparency; the photo is put on a background")
                                .with(std::string(row.name)));
  }
  if (plan.source.model == ColourModel::Cmyk && !row.cmyk) {
    plan.leavesSpace = true;
    plan.target.model = ColourModel::Rgb;
    plan.warnings.push_back(
        HEIRLOOM_TEXT("photo.cmykLost", "%1 has no CMYK; the colours become sRGB").with(std::string(row.name)));
  }
  if (plan.source.model == ColourModel::Grey && !row.grey) {
    // Without a profile grey has sRGB's curve already, and three equal bands are the same colour.
    plan.leavesSpace = !photo.iccProfile.empty();
    plan.target.model = ColourModel::Rgb;
    if (plan.leavesSpace) {
      plan.warnings.push_back(
          HEIRLOOM_TEXT("photo.greyProfileLost", "%1 has no grey; the tones become sRGB").with(std::string(row.name)));
    }
  }
  return plan;
}

Converted convert(const Photo& photo, const Conversion& plan, const WriteOptions& options) {
  Converted result{photo.raster, photo.iccProfile};
  if (plan.leavesSpace) result.iccProfile.clear();
  if (plan.source == plan.target) return result;
  const auto raster = std::make_shared<Raster>(plan.target);
  RowConverter converter(photo, plan, options);
  std::vector<float> row;
  for (std::int64_t y = 0; y < plan.source.height; ++y) {
    const Box box{0, y, plan.source.width, 1};
    row.resize(static_cast<std::size_t>(plan.source.width) * static_cast<std::size_t>(plan.source.bands()));
    toFloat(*photo.raster, box, row);
    converter.convert(row);
    fromFloat(row, box, *raster);
  }
  result.raster = raster;
  return result;
}

}  // namespace heirloom::core
