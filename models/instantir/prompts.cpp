#include "models/instantir/prompts.h"

#include <array>

namespace heirloom::models {

const char* const kDefaultPrompt =
    "Photorealistic, highly detailed, hyper detailed photo - realistic maximum detail, 32k, ultra HD, extreme "
    "meticulous detailing, skin pore detailing, hyper sharpness, perfect without deformations, taken using a Canon EOS "
    "R camera, Cinematic, High Contrast, Color Grading.";
const char* const kDefaultNegativePrompt =
    "blurry, out of focus, unclear, depth of field, over-smooth, sketch, oil painting, cartoon, CG Style, 3D render, "
    "unreal engine, dirty, messy, worst quality, low quality, frames, painting, illustration, drawing, art, watermark, "
    "signature, jpeg artifacts, deformed, lowres";

std::span<const PromptPreset> promptPresets() {
  static const std::array<PromptPreset, 4> presets{
      {// PROMPT of infer.py and gradio_demo/app.py.
       {HEIRLOOM_TEXT("instantir.preset.detail", "Fine detail (the model's own)"), kDefaultPrompt},
       // Ours, for want of published ones, these and the next: the subject first, then what damage takes away from it.
       {HEIRLOOM_TEXT("instantir.preset.portrait", "Portrait"),
        "a portrait photograph, natural skin texture, sharp eyes, fine hair, soft daylight"},
       {HEIRLOOM_TEXT("instantir.preset.landscape", "Landscape"),
        "a landscape photograph, crisp foliage, clear sky, fine texture into the distance"},
       {HEIRLOOM_TEXT("instantir.preset.buildings", "Street and buildings"),
        "a photograph of buildings, straight edges, legible signs, detailed brick and stone"}}};
  return presets;
}

}  // namespace heirloom::models
