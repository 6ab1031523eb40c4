// Plug-and-play restoration of real pictures with a published denoiser: each task must gain over what it was given. The
// gains asked for are a part of those measured (the table of models/dpir/README.md, whose rows this prints), so that
// another processor's roundings do not matter.

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "core/library/configure.h"
#include "core/quality/picture_samples.h"
#include "models/common/blur_kernel.h"
#include "models/common/fft_data_step.h"
#include "models/dpir/mosaic.h"
#include "models/dpir/shifted_pixels.h"
#include "tests/support/shared.h"

namespace heirloom::core {
namespace {

at::Tensor pictureOf(const std::filesystem::path& file) {
  FloatImage image = colourOf(samplesOf(readPhoto(file)));
  const at::Tensor picture =
      at::from_blob(image.values.data(), {1, image.height, image.width, 3}, at::kFloat).permute({0, 3, 1, 2});
  return picture.slice(2, 0, 240).slice(3, 0, 240).clone(at::MemoryFormat::Contiguous);
}

double psnrOf(const at::Tensor& a, const at::Tensor& b) {
  const auto codes = [](const at::Tensor& x) { return (x.clamp(0, 1) * 255).round().to(at::kDouble); };
  return 10 * std::log10(255.0 * 255.0 / (codes(a) - codes(b)).square().mean().item<double>());
}

at::Tensor noisy(const at::Tensor& picture, double level) {
  auto generator = at::detail::createCPUGenerator(0);
  return picture + at::randn(picture.sizes(), generator, at::kFloat) * (level / 255);
}

class DpirPictures : public testing::Test {
 protected:
  /// Restores the degraded form of both pictures and returns the smaller gain in dB over `start` of it.
  double gain(const std::filesystem::path& folder, const std::string& algorithm,
              std::map<std::string, std::string> settings,
              const std::function<at::Tensor(const at::Tensor&, const models::Settings&)>& degrade,
              const std::function<at::Tensor(const at::Tensor&)>& start) {
    const c10::InferenceMode inference;
    settings["denoiser"] = (folder / "checkpoints/ffdnet_color.pth").string();
    const ModelLibrary library({});
    const ConfiguredModel model = configure(library, algorithm, settings, Protocol::Reference);
    models::Observer observer;
    double least = 100;
    for (const char* name : {"butterfly.png", "bird.png"}) {
      const at::Tensor clean = pictureOf(folder / "testsets/set5/HR" / name);
      const at::Tensor degraded = degrade(clean, model.settings);
      const at::Tensor restored = model.network->start(model.settings, {}, observer)->restore(degraded);
      const double before = psnrOf(start(degraded), clean);
      const double after = psnrOf(restored, clean);
      RecordProperty(algorithm + "_" + name + "_before", std::to_string(before));
      RecordProperty(algorithm + "_" + name + "_after", std::to_string(after));
      std::printf("| %s | %s | %.2f | %.2f |\n", algorithm.c_str(), name, before, after);
      least = std::min(least, after - before);
    }
    return least;
  }
};

/// Circular convolution with `kernel`.
at::Tensor blurred(const at::Tensor& picture, const at::Tensor& kernel) {
  const at::Tensor transfer = models::opticalTransfer(kernel, picture.size(2), picture.size(3));
  return at::real(at::fft_ifft2(transfer * at::fft_fft2(picture))).contiguous();
}

/// The same with the kernel of `settings`.
at::Tensor blurred(const at::Tensor& picture, const models::Settings& settings) {
  return blurred(picture, models::kernelTensor(settings.grid("kernel"), at::kCPU));
}

at::Tensor decimated(const at::Tensor& picture) {
  return picture.slice(2, 0, picture.size(2), 2).slice(3, 0, picture.size(3), 2).contiguous();
}

at::Tensor doubled(const at::Tensor& picture) {
  return at::upsample_bicubic2d(picture, {picture.size(2) * 2, picture.size(3) * 2}, false);
}

TEST_F(DpirPictures, deblurring) {
  REQUIRE_SHARED(folder, "");
  const double gained = gain(
      folder, "dpir-deblur", {{"kernel", "motion:11,40"}, {"noise_level", "2.55"}},
      [](const at::Tensor& clean, const models::Settings& settings) { return noisy(blurred(clean, settings), 2.55); },
      [](const at::Tensor& degraded) { return degraded; });
  EXPECT_GT(gained, 5);
}

TEST_F(DpirPictures, enlarging) {
  REQUIRE_SHARED(folder, "");
  const double gained = gain(
      folder, "dpir-sr", {{"kernel", "gaussian:1.2"}, {"scale", "2"}, {"noise_level", "0"}},
      [](const at::Tensor& clean, const models::Settings& settings) { return decimated(blurred(clean, settings)); },
      doubled);
  EXPECT_GT(gained, 3);
}

TEST_F(DpirPictures, enlargingPhotos) {
  REQUIRE_SHARED(folder, "");
  const at::Tensor kernel = models::kernelTensor(models::gaussianKernel(25, 0.81, 0.81, 0), at::kCPU);
  const double gained = gain(
      folder, "dpir-sr-real", {{"scale", "2"}, {"noise_level", "3"}},
      [&](const at::Tensor& clean, const models::Settings&) {
        return noisy(decimated(blurred(clean, models::shiftedPixels(kernel, 2))), 3);
      },
      doubled);
  EXPECT_GT(gained, 2);
}

TEST_F(DpirPictures, demosaicing) {
  REQUIRE_SHARED(folder, "");
  const double gained = gain(
      folder, "dpir-demosaic", {{"noise_level", "0"}},
      [](const at::Tensor& clean, const models::Settings&) { return clean; },  // the algorithm keeps only the mosaic
      [](const at::Tensor& clean) {
        const at::Tensor mask = models::bayerMask("RGGB", clean.size(2), clean.size(3), at::kCPU);
        return models::demosaicedLinearly((clean * mask).sum(1, true), "RGGB");
      });
  EXPECT_GT(gained, 1);
}

TEST_F(DpirPictures, inpainting) {
  REQUIRE_SHARED(folder, "");
  const double gained = gain(
      folder, "dpir-inpaint", {{"noise_level", "0"}},
      [](const at::Tensor& clean, const models::Settings&) {
        auto generator = at::detail::createCPUGenerator(0);
        const at::Tensor kept = at::rand({1, 1, clean.size(2), clean.size(3)}, generator, at::kFloat) > 0.5;
        return clean.clamp_min(1.0 / 255) * kept;  // black marks what is missing
      },
      [](const at::Tensor& degraded) { return degraded; });
  EXPECT_GT(gained, 15);
}

}  // namespace
}  // namespace heirloom::core
