#include "models/dpir/mosaic.h"

#include "models/common/padding.h"

namespace heirloom::models {
namespace {

constexpr const char* kChannels = "RGB";

// Filters of the paper's figure 2, times 8.
at::Tensor greenAtOthers() {
  return at::tensor({0, 0, -1, 0, 0, 0, 0, 2, 0, 0, -1, 2, 4, 2, -1, 0, 0, 2, 0, 0, 0, 0, -1, 0, 0}, at::kFloat);
}
at::Tensor atGreenAlongRow() {  // red at green in a row that has red
  return at::tensor({0.F, 0.F,  .5F, 0.F,  0.F, 0.F,  -1.F, 0.F, -1.F, 0.F, -1.F, 4.F, 5.F,
                     4.F, -1.F, 0.F, -1.F, 0.F, -1.F, 0.F,  0.F, 0.F,  .5F, 0.F,  0.F});
}
at::Tensor atOpposite() {  // red at blue
  return at::tensor({0.F, 0.F,   -1.5F, 0.F, 0.F, 0.F, 2.F, 0.F, 2.F, 0.F,   -1.5F, 0.F, 6.F,
                     0.F, -1.5F, 0.F,   2.F, 0.F, 2.F, 0.F, 0.F, 0.F, -1.5F, 0.F,   0.F});
}

}  // namespace

std::vector<std::string> bayerPatterns() {
  return {"RGGB", "BGGR", "GRBG", "GBRG"};
}

at::Tensor bayerMask(const std::string& pattern, std::int64_t height, std::int64_t width, const at::Device& device) {
  at::Tensor mask = at::zeros({1, 3, height, width});
  for (std::size_t cell = 0; cell < pattern.size(); ++cell) {
    const auto channel = static_cast<std::int64_t>(std::string_view(kChannels).find(pattern[cell]));
    const auto row = static_cast<std::int64_t>(cell / 2);
    const auto column = static_cast<std::int64_t>(cell % 2);
    mask.select(1, channel).slice(1, row, height, 2).slice(2, column, width, 2).fill_(1);
  }
  return mask.to(device);
}

at::Tensor demosaicedLinearly(const at::Tensor& mosaic, const std::string& pattern) {
  constexpr std::int64_t kFilterReach = 2;
  const at::Tensor padded = mirroredTo(mosaic, mosaic.size(2) + 2 * kFilterReach, mosaic.size(3) + 2 * kFilterReach,
                                       Mirror::WithoutEdge, kFilterReach);
  const auto filtered = [&](const at::Tensor& taps) {
    return at::conv2d(padded, (taps / 8).view({1, 1, 5, 5}).to(mosaic.device()));
  };
  const at::Tensor green = filtered(greenAtOthers());
  const at::Tensor alongRow = filtered(atGreenAlongRow());
  const at::Tensor alongColumn = filtered(atGreenAlongRow().view({5, 5}).t().contiguous());
  const at::Tensor opposite = filtered(atOpposite());

  const std::int64_t height = mosaic.size(2);
  const std::int64_t width = mosaic.size(3);
  at::Tensor result = mosaic.expand({mosaic.size(0), 3, height, width}).clone();
  const auto fill = [&](int channel, int cell, const at::Tensor& values) {
    const auto part = [&](const at::Tensor& picture) {
      return picture.slice(1, cell / 2, height, 2).slice(2, cell % 2, width, 2);
    };
    part(result.select(1, channel)).copy_(part(values.select(1, 0)));
  };
  for (int cell = 0; cell < 4; ++cell) {
    const char own = pattern[static_cast<std::size_t>(cell)];
    const char beside = pattern[static_cast<std::size_t>(cell ^ 1)];  // in the same row
    for (int channel = 0; channel < 3; ++channel) {
      const char wanted = kChannels[channel];
      if (wanted == own) continue;
      fill(channel, cell, wanted == 'G' ? green : own == 'G' ? (beside == wanted ? alongRow : alongColumn) : opposite);
    }
  }
  return result;
}

at::Tensor demosaicedBilinearly(const at::Tensor& mosaic, const std::string& pattern) {
  const at::Tensor mask = bayerMask(pattern, mosaic.size(2), mosaic.size(3), mosaic.device());
  // Red and blue lie two pixels apart each way, green on every diagonal.
  const at::Tensor tents =
      at::tensor({1, 2, 1, 2, 4, 2, 1, 2, 1, 0, 1, 0, 1, 4, 1, 0, 1, 0, 1, 2, 1, 2, 4, 2, 1, 2, 1}, mosaic.options())
          .view({3, 1, 3, 3});
  const std::vector<std::int64_t> one = {1, 1}, none = {0, 0};
  const auto spread = [&](const at::Tensor& x) {
    return at::conv2d(at::pad(x, {1, 1, 1, 1}, "circular"), tents, {}, one, none, one, /*groups=*/3);
  };
  // The weights of the pixels that have the channel sum to 4 everywhere in a whole mosaic, and to what they sum to
  // where an odd side breaks it.
  const at::Tensor weight = spread(mask);
  // A mosaic of one row or column lacks a colour altogether.
  return at::where(weight > 0, spread(mosaic * mask) / weight.clamp_min(1), mosaic);
}

}  // namespace heirloom::models
