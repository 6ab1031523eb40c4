#pragma once

#include "core/photo/conversion.h"
#include "core/photo/photo.h"
#include "models/common/atomic_file.h"

namespace heirloom::core {

/// Codes the pixels through libvips into `file`, with profile and resolution, without other metadata. All formats
/// but HEIF and AVIF. Throws Error.
void encode(const Photo& photo, const Converted& converted, const WriteOptions& options, AtomicFile& file);

/// Whether a TIFF of this layout may outgrow the classic form.
bool needsBigTiff(const Layout& layout);

}  // namespace heirloom::core
