#pragma once

#include <lcms2.h>

#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

#include "core/photo/raster.h"
#include "models/common/message.h"

namespace heirloom::core {

struct CloseProfile {
  void operator()(void* profile) const { cmsCloseProfile(profile); }
};
struct DeleteTransform {
  void operator()(void* transform) const { cmsDeleteTransform(transform); }
};
struct DeleteContext {
  void operator()(cmsContext context) const { cmsDeleteContext(context); }
};
using ProfilePointer = std::unique_ptr<void, CloseProfile>;
using TransformPointer = std::unique_ptr<void, DeleteTransform>;
using ContextPointer = std::unique_ptr<std::remove_pointer_t<cmsContext>, DeleteContext>;

/// A context of LittleCMS that keeps its complaints to itself.
ContextPointer quietContext();

/// sRGB; for grey its curve alone; for CMYK the library's default profile.
ProfilePointer defaultProfile(cmsContext context, ColourModel model);

/// The profile where it parses, fits the model and can be used in both directions; otherwise the default, and why.
ProfilePointer openProfile(cmsContext context, ColourModel model, std::span<const std::byte> bytes,
                           std::vector<Message>& warnings);

}  // namespace heirloom::core
