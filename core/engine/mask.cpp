#include "core/engine/mask.h"

#include <string>

#include "core/photo/photo.h"

namespace heirloom::core {

std::shared_ptr<const Raster> readMask(const std::filesystem::path& file, std::int64_t width, std::int64_t height) {
  const Layout layout = readHeader(file).layout;
  if (layout.bands() != 1) {
    throw Error(HEIRLOOM_TEXT("mask.grey", "a mask must be grey, without colours and transparency"),
                HEIRLOOM_TEXT("mask.grey.remedy",
                              "save it in grey: white where the step counts, black where the picture stays as it is"),
                file);
  }
  if (layout.width != width || layout.height != height) {
    throw Error(HEIRLOOM_TEXT("mask.size", "a mask of %1 x %2 pixels does not fit a picture of %3 x %4")
                    .with(std::to_string(layout.width), std::to_string(layout.height), std::to_string(width),
                          std::to_string(height)),
                HEIRLOOM_TEXT("mask.size.remedy", "give one as large as the picture that the step starts from"), file);
  }
  return readPhoto(file).raster;
}

}  // namespace heirloom::core
