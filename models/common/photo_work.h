#pragma once

#include <map>
#include <string>

#include "models/common/pixel_size.h"
#include "models/restorer.h"

namespace heirloom::models {

/// What a restorer is as well when the pixels of a photo do not tell what its restoration amounts to.
class CountsWork {
 public:
  virtual ~CountsWork() = default;
  /// Of a photo of `height` x `width` on `device`, 1 multiply-add = 2.
  virtual double flopOf(const Settings& settings, std::int64_t height, std::int64_t width,
                        const at::Device& device) const = 0;
};

/// What the restoration of a photo amounts to: as the restorer, or the one that it decorates, counts it; otherwise
/// Descriptor::flopPerPixel of `settings` times the pixels. 0: unknown.
double flopOf(const Restorer& restorer, const Settings& settings, std::int64_t height, std::int64_t width,
              const at::Device& device);

/// Those of a run whose previews nobody looks at: it makes none. Some networks count the steps of a picture, some
/// choose among its kinds.
Settings withoutPreviews(Settings settings);

/// What a restorer is as well when a setting of it leaves the choice of the way to the photo and the device.
class DecidesByPhoto {
 public:
  virtual ~DecidesByPhoto() = default;
  /// `settings` with the way that a photo of `height` x `width` takes on `device`.
  virtual Settings decided(Settings settings, std::int64_t height, std::int64_t width,
                           const at::Device& device) const = 0;
  /// What a photo of this size becomes with `settings`: of its own size, but for published protocols that leave the
  /// result at the network's.
  virtual PixelSize resultSize(const Settings& settings, PixelSize photo) const = 0;
};

/// The size of what `restorer` makes of a photo with `settings`: `scale` times the photo's, the restorer's own where it
/// is one that decides by the photo.
PixelSize resultSize(const Restorer& restorer, const Settings& settings, PixelSize photo);

/// The settings that leave the way to the photo and the device, as these decide: by name and as `Settings::set` reads
/// it. Empty where nothing is left to them. Throws Error where there is no way.
std::map<std::string, std::string> decidedSettings(const Restorer& restorer, const Settings& settings,
                                                   std::int64_t height, std::int64_t width, const at::Device& device);

/// Every setting that is a number or a text, by name and as `Settings::set` reads it: what the restoration of this
/// photo is repeated with, on another device too.
std::map<std::string, std::string> settingsToRepeat(const Restorer& restorer, const Settings& settings,
                                                    std::int64_t height, std::int64_t width, const at::Device& device);

}  // namespace heirloom::models
