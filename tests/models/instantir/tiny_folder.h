#pragma once

#include <filesystem>
#include <functional>

#include "models/checkpoint/tensors.h"
#include "models/dinov2/dinov2.h"
#include "models/dinov2/preprocessing.h"
#include "models/instantir/network.h"
#include "models/sdxl/clip_text.h"
#include "models/sdxl/vae.h"

namespace heirloom::tests {

/// The networks of InstantIR's folder, and of the SDXL in it.
struct FolderNetworks {
  models::InstantIrConfig restorer;
  models::SdxlVaeConfig vae;
  models::ClipTextConfig text1, text2;
  models::DinoV2Config dino;
  models::DinoPreprocessing preprocessing;
  std::int64_t rank = 64;  // of the previewer's corrections
};
/// The tiny networks of the records (instantir.md 7.2), with texts of kTinyText1 and kTinyText2.
FolderNetworks tinyNetworks();
/// Those that are published: 5.9 G parameters.
FolderNetworks publishedNetworks();

/// Writes a file of tensors of these names and shapes, with values of its own.
using TensorWriter = std::function<void(const std::filesystem::path& file, const models::NamedTensors& shapes)>;

/// Writes a diffusers folder, with a tokeniser of single bytes.
void writeSdxl(const std::filesystem::path& folder, const FolderNetworks& networks, const TensorWriter& write);
/// Writes InstantIR's folder: that SDXL in "sdxl", DINOv2 in "dinov2" and in "models" the other networks, the
/// previewer's corrections as they are published.
void writeInstantIr(const std::filesystem::path& folder, const FolderNetworks& networks, const TensorWriter& write);

/// Both with the tiny networks and random weights, always the same.
void writeTinySdxl(const std::filesystem::path& folder);
void writeTinyInstantIr(const std::filesystem::path& folder);

/// A text as a file, its folders made.
void writeText(const std::filesystem::path& file, const std::string& text);

}  // namespace heirloom::tests
