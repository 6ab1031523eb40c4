#include "app/cli/scores.h"

#include <cmath>

namespace heirloom::app {
namespace {

Json numberJson(std::optional<double> value) {
  return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

std::string decibels(double value) {
  return std::isinf(value) ? "equal" : fixed(value, 4) + " dB";
}

}  // namespace

void putScores(Json& object, const core::Score& score) {
  object["psnr"] = numberJson(score.psnr);
  object["ssim"] = numberJson(score.ssim);
  if (score.psnrLuma) object["psnr_y"] = numberJson(score.psnrLuma);
  if (score.ssimLuma) object["ssim_y"] = numberJson(score.ssimLuma);
  if (score.psnrBlocks) object["psnr_b"] = numberJson(score.psnrBlocks);
  object["equal"] = std::isinf(score.psnr);
}

std::string scoresText(const core::Score& score) {
  std::string text = decibels(score.psnr);
  if (score.ssim) text += ", SSIM " + fixed(*score.ssim, 4);
  if (score.psnrLuma) text += "; luma " + decibels(*score.psnrLuma);
  if (score.ssimLuma) text += ", SSIM " + fixed(*score.ssimLuma, 4);
  if (score.psnrBlocks) text += "; PSNR-B " + decibels(*score.psnrBlocks);
  return text;
}

}  // namespace heirloom::app
