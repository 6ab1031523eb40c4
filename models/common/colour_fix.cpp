#include "models/common/colour_fix.h"

#include "models/common/decorated_restorer.h"

namespace heirloom::models {
namespace {

constexpr const char* kColourFix = "colour_fix";
constexpr const char* kWavelet = "wavelet";
constexpr int kLevels = 5;  // smooth parts of 2^0 .. 2^4 pixels between taps

// The smooth part after all levels: a 1 2 1 / 4 filter in both directions with ever wider gaps, edges replicated.
at::Tensor smooth(const at::Tensor& picture) {
  const std::int64_t channels = picture.size(1);
  const at::Tensor taps = at::tensor({0.25F, 0.5F, 0.25F}, picture.options());
  const at::Tensor kernel = at::outer(taps, taps).view({1, 1, 3, 3}).expand({channels, 1, 3, 3});
  at::Tensor x = picture;
  for (int level = 0; level < kLevels; ++level) {
    const std::int64_t gap = std::int64_t{1} << level;
    x = at::conv2d(at::replication_pad2d(x, {gap, gap, gap, gap}), kernel, {}, 1, at::IntArrayRef{0, 0}, gap, channels);
  }
  return x;
}

class ColourFixSession : public Session {
 public:
  explicit ColourFixSession(std::unique_ptr<Session> inner) : inner_(std::move(inner)) {}
  at::Tensor restore(const at::Tensor& picture) override {
    const c10::InferenceMode inference;
    const at::Tensor result = inner_->restore(picture);
    return waveletColourFix(result, picture.to(result.device()));
  }
  void change(const Settings& settings) override { inner_->change(settings); }

 private:
  std::unique_ptr<Session> inner_;
};

class ColourFixRestorer : public DecoratedRestorer {
 public:
  using DecoratedRestorer::DecoratedRestorer;

  std::unique_ptr<Session> start(const Settings& settings, Placement placement, Observer& observer,
                                 NoiseSource* noise) const override {
    std::unique_ptr<Session> session = inner().start(innerSettings(settings), placement, observer, noise);
    if (settings.choice(kColourFix) != kWavelet) return session;
    return std::make_unique<ColourFixSession>(std::move(session));
  }

 private:
  void adjust(Descriptor& described, const Settings& settings) const override {
    if (settings.choice(kColourFix) == kWavelet) {
      described.margin += kColourFixReach / described.scale + 1;  // around each pixel that the network made
    }
  }
};

}  // namespace

at::Tensor waveletColourFix(const at::Tensor& result, const at::Tensor& source) {
  const bool same = source.sizes() == result.sizes();
  const at::Tensor enlarged =
      same ? source : at::upsample_bicubic2d(source, {result.size(2), result.size(3)}, /*align_corners=*/false);
  return result + smooth(enlarged - result);
}

Descriptor withColourFix(Descriptor descriptor) {
  descriptor.parameters.push_back(
      {kColourFix, HEIRLOOM_TEXT("setting.colour_fix", "Colour fix"),
       HEIRLOOM_TEXT("setting.colour_fix.help",
                     "Takes brightness and tint over from the photo, where the network has shifted them"),
       "", Choice{{"off", kWavelet}, "off"}});
  return descriptor;
}

std::shared_ptr<const Restorer> withColourFix(std::shared_ptr<const Restorer> restorer) {
  Descriptor descriptor = withColourFix(restorer->descriptor());
  return std::make_shared<ColourFixRestorer>(std::move(restorer), std::move(descriptor));
}

}  // namespace heirloom::models
