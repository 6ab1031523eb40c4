#include "core/quality/picture_samples.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace heirloom::core {
namespace {

FloatImage empty(std::int64_t width, std::int64_t height, int bands) {
  return {width, height, bands, std::vector<float>(static_cast<std::size_t>(width * height * bands))};
}

/// A folder that goes with everything in it.
class ScratchFolder {
 public:
  ScratchFolder() : path_((std::filesystem::temp_directory_path() / "heirloom-XXXXXX").string()) {
    if (!mkdtemp(path_.data()))
      throw Error(HEIRLOOM_TEXT("scratch.folder", "no temporary folder can be made"), {}, path_);
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::filesystem::path path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

FloatImage samplesOf(const Photo& photo, const Box& box) {
  const Layout& layout = photo.raster->layout();
  if (layout.model == ColourModel::Cmyk) {
    throw Error(HEIRLOOM_TEXT("quality.cmyk", "CMYK pictures cannot be scored"),
                HEIRLOOM_TEXT("quality.cmyk_remedy", "convert it to RGB first"), photo.file);
  }
  FloatImage picture = empty(box.width, box.height, colourBands(layout.model));
  if (!layout.alpha) {
    toFloat(*photo.raster, box, picture.values);
    return picture;
  }
  std::vector<float> row(static_cast<std::size_t>(box.width * layout.bands()));
  for (std::int64_t y = 0; y < box.height; ++y) {
    toFloat(*photo.raster, {box.x, box.y + y, box.width, 1}, row);
    for (std::int64_t x = 0; x < box.width; ++x) {
      std::copy_n(row.data() + x * layout.bands(), picture.bands, picture.row(y) + x * picture.bands);
    }
  }
  return picture;
}

FloatImage samplesOf(const Photo& photo) {
  return samplesOf(photo, {0, 0, photo.raster->width(), photo.raster->height()});
}

FloatImage greyOf(const FloatImage& picture) {
  if (picture.bands == 1) return picture;
  FloatImage grey = empty(picture.width, picture.height, 1);
  for (std::size_t i = 0; i < grey.values.size(); ++i) {
    const auto code = [&](std::size_t band) {
      return static_cast<int>(std::nearbyint(std::clamp(picture.values[3 * i + band], 0.0F, 1.0F) * 255.0F));
    };
    grey.values[i] = static_cast<float>((4899 * code(0) + 9617 * code(1) + 1868 * code(2) + (1 << 13)) >> 14) / 255.0F;
  }
  return grey;
}

FloatImage colourOf(const FloatImage& picture) {
  if (picture.bands == 3) return picture;
  FloatImage colour = empty(picture.width, picture.height, 3);
  for (std::size_t i = 0; i < picture.values.size(); ++i)
    std::fill_n(colour.values.data() + 3 * i, 3, picture.values[i]);
  return colour;
}

FloatImage cropped(const FloatImage& picture, int multiple) {
  if (picture.width % multiple == 0 && picture.height % multiple == 0) return picture;
  FloatImage part = empty(picture.width / multiple * multiple, picture.height / multiple * multiple, picture.bands);
  for (std::int64_t y = 0; y < part.height; ++y) std::copy_n(picture.row(y), part.width * part.bands, part.row(y));
  return part;
}

FloatImage throughJpeg(const FloatImage& picture, int quality) {
  Layout layout{picture.width, picture.height, picture.bands == 1 ? ColourModel::Grey : ColourModel::Rgb, false,
                SampleType::UInt8};
  auto raster = std::make_shared<Raster>(layout);
  fromFloat(picture.values, {0, 0, picture.width, picture.height}, *raster);
  Photo photo;
  photo.raster = raster;
  const ScratchFolder folder;
  const std::filesystem::path file = folder.path() / "degraded.jpg";
  WriteOptions options;
  options.format = FileFormat::Jpeg;
  options.quality = quality;
  writePhoto(photo, file, options);
  return samplesOf(readPhoto(file));
}

}  // namespace heirloom::core
