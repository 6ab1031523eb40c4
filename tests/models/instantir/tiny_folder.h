#pragma once

#include <filesystem>

#include "models/sdxl/unet_config.h"
#include "models/sdxl/vae.h"

namespace heirloom::tests {

/// The tiny networks of the records (instantir.md 7.2), with texts of kTinyText1 and kTinyText2.
models::UNetConfig tinyUNet();
models::SdxlVaeConfig tinyVae();

/// Writes a diffusers folder of a tiny SDXL with random weights, always the same, and a tokeniser of single bytes.
void writeTinySdxl(const std::filesystem::path& folder);

/// Writes InstantIR's folder: that SDXL in "sdxl", a DINOv2 of 42 x 42 pixels in "dinov2", and in "models" random
/// weights of the other networks, the previewer's corrections as they are published.
void writeTinyInstantIr(const std::filesystem::path& folder);

/// A text as a file, its folders made.
void writeText(const std::filesystem::path& file, const std::string& text);

}  // namespace heirloom::tests
