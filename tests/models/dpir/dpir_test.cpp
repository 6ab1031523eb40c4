#include "models/dpir/dpir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "models/checkpoint/tensors.h"
#include "models/common/blur_kernel.h"
#include "models/common/fft_data_step.h"
#include "models/common/function_session.h"
#include "models/common/noise_level.h"
#include "models/dpir/inpainting.h"
#include "models/dpir/mosaic.h"
#include "models/dpir/schedule.h"
#include "models/dpir/shifted_pixels.h"
#include "models/drunet/family.h"
#include "models/ircnn/network.h"
#include "tests/models/support/closed_form.h"
#include "tests/models/support/shift.h"
#include "tests/models/support/tiny_drunet.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

// kair.md 1.9.
TEST(Dpir, schedulesAreTheReferences) {
  const DpirSchedule deblur = dpirSchedule(7.65 / 255, 8, 7.65);
  EXPECT_NEAR(deblur.sigma[0] * 255, 49, 1e-5);
  EXPECT_NEAR(deblur.sigma[1] * 255, 37.58174, 1e-5);
  EXPECT_NEAR(deblur.sigma[2] * 255, 28.82422, 1e-5);
  EXPECT_NEAR(deblur.sigma[7] * 255, 7.65, 1e-5);
  EXPECT_NEAR(deblur.rho[0], 0.00560607, 1e-8);
  EXPECT_NEAR(deblur.rho[1], 0.00953009, 1e-8);
  EXPECT_NEAR(deblur.rho[7], 0.23, 1e-8);
  const DpirSchedule enlarging = dpirSchedule(0.001, 24, 2);
  EXPECT_NEAR(enlarging.sigma[1] * 255, 42.63807, 1e-5);
  EXPECT_NEAR(enlarging.rho[0], 6.22897e-6, 1e-11);
  EXPECT_NEAR(enlarging.rho[23], 0.00373894, 1e-8);
  const DpirSchedule mosaic = dpirSchedule(0.001, 40, 0.6);
  EXPECT_NEAR(mosaic.sigma[1] * 255, 43.76927, 1e-5);
  EXPECT_NEAR(mosaic.rho[39], 0.0415437, 1e-7);
}

// kair.md 8.4: the input is the mosaic with its four colours as channels.
TEST(Dpir, demosaicsLinearlyAsTheReference) {
  const at::Tensor packed = (closedFormUniform(1000, {1, 4, 4, 4}) + 0.5).to(at::kFloat);
  const at::Tensor picture = demosaicedLinearly(at::pixel_shuffle(packed, 2), "RGGB");
  EXPECT_NEAR(picture.mean().item<double>(), 0.463491, 1e-5);
  EXPECT_NEAR(picture.std(/*unbiased=*/false).item<double>(), 0.297148, 1e-5);
  const std::array<double, 4> first = {0.066864, 0.561654, 0.817640, 0.435895};
  for (int i = 0; i < 4; ++i)
    EXPECT_NEAR(picture.flatten()[i].item<double>(), first[static_cast<std::size_t>(i)], 1e-5);
  EXPECT_NEAR(picture.flatten()[-1].item<double>(), 0.485612, 1e-5);
}

TEST(Dpir, demosaicsBilinearlyAsTheReference) {
  const at::Tensor packed = (closedFormUniform(1000, {1, 4, 4, 4}) + 0.5).to(at::kFloat);
  const at::Tensor picture = demosaicedBilinearly(at::pixel_shuffle(packed, 2), "RGGB");
  EXPECT_NEAR(picture.mean().item<double>(), 0.456273, 1e-5);
  EXPECT_NEAR(picture.std(/*unbiased=*/false).item<double>(), 0.229705, 1e-5);
  const std::array<double, 4> first = {0.066864, 0.442252, 0.817640, 0.433076};
  for (int i = 0; i < 4; ++i)
    EXPECT_NEAR(picture.flatten()[i].item<double>(), first[static_cast<std::size_t>(i)], 1e-5);
  EXPECT_NEAR(picture.flatten()[-1].item<double>(), 0.485612, 1e-5);
}

TEST(Dpir, everyMosaicKeepsItsOwnPixels) {
  for (const std::string& pattern : bayerPatterns()) {
    const at::Tensor picture = at::rand({1, 3, 8, 10});
    const at::Tensor mask = bayerMask(pattern, 8, 10, at::kCPU);
    EXPECT_EQ(mask.sum().item<float>(), 80);
    const at::Tensor mosaic = (picture * mask).sum(1, true);
    const at::Tensor flat = at::full({1, 1, 8, 10}, 0.3F);
    for (const auto demosaiced : {demosaicedLinearly, demosaicedBilinearly}) {
      EXPECT_TRUE(at::allclose(demosaiced(mosaic, pattern) * mask, picture * mask)) << pattern;
      EXPECT_LT((demosaiced(flat, pattern) - 0.3).abs().max().item<float>(), 1e-6F) << pattern;
    }
  }
}

TEST(Dpir, missingPixelsAreFilledFromAround) {
  const at::Tensor ramp = at::linspace(0.2, 0.8, 64).view({1, 1, 1, 64}).expand({1, 3, 64, 64}).contiguous();
  at::Tensor holed = ramp.clone();
  holed.slice(2, 20, 30).slice(3, 24, 34).fill_(0);
  const at::Tensor known = knownPixels(holed, "black");
  EXPECT_EQ((1 - known).sum().item<float>(), 100);
  const at::Tensor filled = filledFromAround(holed, known);
  EXPECT_LT((filled - ramp).abs().max().item<float>(), 0.1F);
  EXPECT_TRUE(at::equal(filled * known, holed));
}

TEST(Dpir, pixelsMoveByHalfTheScale) {
  const at::Tensor ramp = at::arange(12, at::kFloat).view({1, 1, 1, 12}).expand({1, 1, 3, 12}).contiguous();
  const at::Tensor moved = shiftedPixels(ramp, 4);
  EXPECT_FLOAT_EQ(moved[0][0][0][0].item<float>(), 1.5F);
  EXPECT_FLOAT_EQ(moved[0][0][0][8].item<float>(), 9.5F);
  EXPECT_FLOAT_EQ(moved[0][0][0][11].item<float>(), 11);
}

// The smallest photos lack colours of the mosaic, or have no room for a filter.
TEST(Dpir, demosaicsPicturesOfAnySize) {
  for (const std::string& pattern : bayerPatterns()) {
    for (const auto& [height, width] : {std::pair{1, 1}, std::pair{1, 5}, std::pair{4, 1}, std::pair{2, 2}}) {
      SCOPED_TRACE(pattern + " " + std::to_string(height) + " x " + std::to_string(width));
      const at::Tensor mosaic = at::rand({1, 1, height, width});
      const at::Tensor flat = at::full({1, 1, height, width}, 0.3F);
      for (const auto demosaiced : {demosaicedLinearly, demosaicedBilinearly}) {
        const at::Tensor picture = demosaiced(mosaic, pattern);
        EXPECT_EQ(picture.sizes(), at::IntArrayRef({1, 3, height, width}));
        EXPECT_TRUE(at::isfinite(picture).all().item<bool>());
        EXPECT_LT((demosaiced(flat, pattern) - 0.3).abs().max().item<float>(), 1e-6F);
      }
      const at::Tensor mask = bayerMask(pattern, height, width, at::kCPU);
      EXPECT_TRUE(at::allclose(demosaicedLinearly(mosaic, pattern) * mask, mosaic * mask));
    }
  }
}

/// A denoiser that only scales, and a prior that repeats each pixel as well: what the loop then computes can be said in
/// closed form.
class Scaling : public Restorer {
 public:
  Scaling(double factor, int scale, int channels = 3) : factor_(factor) {
    descriptor_.scale = scale;
    descriptor_.channels = channels;
    descriptor_.parameters = {noiseLevelParameter(75)};
  }
  const Descriptor& descriptor() const override { return descriptor_; }
  std::unique_ptr<Session> start(const Settings& settings, Placement placement, Observer&,
                                 NoiseSource*) const override {
    return std::make_unique<FunctionSession>(placement, settings, [this](const Settings& chosen) -> Run {
      levels.push_back(chosen.real("noise_level"));
      return [factor = factor_, scale = descriptor_.scale](const at::Tensor& picture) {
        return at::upsample_nearest2d(picture * factor, {picture.size(2) * scale, picture.size(3) * scale});
      };
    });
  }
  mutable std::vector<double> levels;

 private:
  double factor_;
  Descriptor descriptor_;
};

struct Loop {
  std::shared_ptr<const Restorer> restorer;
  Settings settings;
  std::shared_ptr<const Scaling> denoiser;
};

Loop loop(const char* name, double factor, int scale = 1) {
  for (const Algorithm& algorithm : dpirAlgorithms()) {
    if (algorithm.name != name) continue;
    Loop made{algorithm.restorer, Settings(algorithm.restorer->descriptor().parameters),
              std::make_shared<Scaling>(factor, scale)};
    made.settings.set("denoiser", Settings::Value(ModelReference{"scaling", made.denoiser}));
    return made;
  }
  throw std::runtime_error("no algorithm");
}

// With D(z) = c z every frequency goes its own way: x <- c (conj(K) Y + rho x) / (|K|^2 + rho).
TEST(Dpir, deblursAsTheRecursionOfALinearDenoiserSays) {
  Loop dpir = loop("dpir-deblur", 0.9);
  dpir.settings.set("kernel", "gaussian:1,1.5,20");
  dpir.settings.set("noise_level", "7.65");
  const at::Tensor y = at::rand({1, 3, 24, 32});
  Observer observer;
  const at::Tensor result = dpir.restorer->start(dpir.settings, {}, observer)->restore(y);

  const at::Tensor transfer = opticalTransfer(kernelTensor(dpir.settings.grid("kernel"), at::kCPU), 24, 32);
  const at::Tensor spectrum = at::fft_fft2(y);
  at::Tensor x = spectrum;
  const DpirSchedule schedule = dpirSchedule(7.65 / 255, 8, 7.65);
  for (const double rho : schedule.rho) {
    x = 0.9 * (transfer.conj() * spectrum + rho * x) / (transfer.abs().square() + rho);
  }
  EXPECT_LT((result - at::real(at::fft_ifft2(x))).abs().max().item<float>(), 1e-4F);
  ASSERT_EQ(dpir.denoiser->levels.size(), 9U);  // once to start, then one an iteration
  EXPECT_NEAR(dpir.denoiser->levels[1], 49, 1e-4);
  EXPECT_NEAR(dpir.denoiser->levels[8], 7.65, 1e-4);
}

// Where nothing is known the data step keeps x: c^n of the start. Where a pixel is known it goes to the fixed point of
// x <- c (y + rho x) / (1 + rho), and is put back in the end.
TEST(Dpir, inpaintingKeepsWhatIsKnown) {
  Loop dpir = loop("dpir-inpaint", 0.5);
  dpir.settings.set("noise_level", "0");
  dpir.settings.set("iterations", "3");
  at::Tensor y = at::full({1, 3, 16, 16}, 0.6F);
  y.slice(2, 4, 8).slice(3, 4, 8).fill_(0);
  Observer observer;
  const at::Tensor result = dpir.restorer->start(dpir.settings, {}, observer)->restore(y);
  const at::Tensor known = knownPixels(y, "black");
  EXPECT_TRUE(at::equal(result * known, y * known));
  EXPECT_NEAR(result[0][0][5][5].item<float>(), 0.6 * 0.125, 1e-5);
}

// Its luma is that of other colours, so that black pixels would have been filled in its place.
TEST(Dpir, inGreyNothingIsMagenta) {
  Loop dpir = loop("dpir-inpaint", 1);
  dpir.settings.set("missing", "magenta");
  dpir.settings.set("iterations", "1");
  Observer observer;
  at::Tensor y = at::full({1, 3, 8, 8}, 0.25F);
  y.slice(2, 2, 4).copy_(at::tensor({1.F, 0.F, 1.F}).view({1, 3, 1, 1}));
  const at::Tensor filled = dpir.restorer->start(dpir.settings, {}, observer)->restore(y);
  EXPECT_LT((filled - 0.25).abs().max().item<float>(), 0.01F);

  const auto grey = std::make_shared<Scaling>(1, 1, /*channels=*/1);
  dpir.settings.set("denoiser", Settings::Value(ModelReference{"grey", grey}));
  try {
    dpir.restorer->start(dpir.settings, {}, observer);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("grey is a grey denoiser, which sees no magenta"));
  }
  for (const char* mark : {"black", "white"}) {
    dpir.settings.set("missing", mark);
    EXPECT_NO_THROW(dpir.restorer->start(dpir.settings, {}, observer)->restore(at::rand({1, 1, 8, 8})));
  }
}

TEST(Dpir, demosaicingPutsTheMosaicBack) {
  Loop dpir = loop("dpir-demosaic", 0.9);
  dpir.settings.set("iterations", "2");
  const at::Tensor y = at::rand({1, 3, 12, 12});
  Observer observer;
  const at::Tensor result = dpir.restorer->start(dpir.settings, {}, observer)->restore(y);
  const at::Tensor mask = bayerMask("RGGB", 12, 12, at::kCPU);
  EXPECT_TRUE(at::equal(result * mask, y * mask));
  EXPECT_GT(((result - y) * (1 - mask)).abs().max().item<float>(), 0.01F);
}

/// Four iterations over a picture of noise level 11 whose pixels are all known: x <- D((y + rho x) / (1 + rho)).
constexpr int kKnownIterations = 4;
constexpr double kKnownNoise = 11;

at::Tensor iteratedByDpir(const std::shared_ptr<const Restorer>& denoiser, const at::Tensor& y) {
  const auto inpaint = std::ranges::find(dpirAlgorithms(), "dpir-inpaint", &Algorithm::name);
  Settings settings(inpaint->restorer->descriptor().parameters);
  settings.set("denoiser", Settings::Value(ModelReference{"own", denoiser}));
  settings.set("noise_level", Settings::Value(kKnownNoise));
  settings.set("iterations", Settings::Value(std::int64_t{kKnownIterations}));
  settings.set("turning", Settings::Value(false));
  Observer observer;
  return inpaint->restorer->start(settings, {}, observer)->restore(y);
}

/// `denoise(z, sigma)` in the denoiser's place; sigma in 0..1.
at::Tensor iteratedByHand(const std::function<at::Tensor(const at::Tensor&, double)>& denoise, const at::Tensor& y) {
  const DpirSchedule schedule = dpirSchedule(kKnownNoise / 255, kKnownIterations, kKnownNoise);
  at::Tensor x = y;
  for (std::size_t i = 0; i < schedule.sigma.size(); ++i) {
    x = denoise((y + schedule.rho[i] * x) / (1 + schedule.rho[i]), schedule.sigma[i]);
  }
  return x;
}

TEST(Dpir, aDrunetIsToldTheNoiseOfEachIteration) {
  const TemporaryFolder folder;
  writeTinyDrunet(folder / "drunet_gray.safetensors");
  const auto model = models::open(folder / "drunet_gray.safetensors");
  ResUNet network = loadDrunet(inspect(folder / "drunet_gray.safetensors").tensors);
  const at::Tensor y = at::rand({1, 1, 16, 24}) * 0.8 + 0.1;
  const torch::NoGradGuard noGrad;
  const auto denoised = [&](const at::Tensor& z, double sigma) {
    return network->forward(withNoiseMap(z, at::full({1, 1, 1, 1}, sigma, at::kFloat)));
  };
  const at::Tensor result = iteratedByDpir(model, y);
  const at::Tensor expected = iteratedByHand(denoised, y);
  const at::Tensor untold = iteratedByHand([&](const at::Tensor& z, double) { return denoised(z, 25.0 / 255); }, y);
  const double largest = expected.abs().max().item<double>();
  EXPECT_LT((result - expected).abs().max().item<double>(), 1e-4 * largest);
  EXPECT_GT((untold - expected).abs().max().item<double>(), 1e-3 * largest);
}

// Network i of the file takes 0.001 (i + 1) from every pixel.
TEST(Dpir, ofTwentyFiveIrcnnsTheOneForTheLevelIsRun) {
  NamedTensors tensors = stateOf(*Ircnn(IrcnnConfig{1, 8, 25}));
  for (auto& [name, tensor] : tensors) {
    const int network = std::stoi(name);  // "24.model.12.bias"
    tensor = at::full(tensor.sizes(), name.ends_with(".model.12.bias") ? 0.001 * (network + 1) : 0.0, at::kFloat);
  }
  const TemporaryFolder folder;
  writeSafetensors(folder / "ircnn_gray.safetensors", tensors);
  const at::Tensor y = at::rand({1, 1, 12, 16}) * 0.8 + 0.1;
  std::vector<int> asked;
  const at::Tensor expected = iteratedByHand(
      [&](const at::Tensor& z, double sigma) {
        asked.push_back(ircnnIndex(sigma * 255));
        return z - 0.001 * (asked.back() + 1);
      },
      y);
  EXPECT_THAT(asked, testing::ElementsAre(24, 14, 9, 5));
  const at::Tensor result = iteratedByDpir(models::open(folder / "ircnn_gray.safetensors"), y);
  EXPECT_LT((result - expected).abs().max().item<double>(), 1e-5);
}

TEST(Dpir, onlyDenoisersServe) {
  const TemporaryFolder folder;
  for (const char* name : {"drunet_gray", "drunet_deblocking_grayscale"}) {
    writeTinyDrunet(folder / (std::string(name) + ".safetensors"));
  }
  EXPECT_TRUE(servesAsDenoiser(models::open(folder / "drunet_gray.safetensors")->descriptor()));
  EXPECT_FALSE(servesAsDenoiser(models::open(folder / "drunet_deblocking_grayscale.safetensors")->descriptor()));
  for (const Algorithm& algorithm : dpirAlgorithms()) EXPECT_FALSE(servesAsDenoiser(algorithm.restorer->descriptor()));
}

TEST(Dpir, everyIterationIsAPreviewAndAStopCounts) {
  struct Watching : Observer {
    void preview(int index, const at::Tensor& picture) override {
      EXPECT_EQ(index, seen++);
      EXPECT_EQ(picture.size(2), 32);
    }
    bool stopRequested() const override { return seen == 5; }
    int seen = 0;
  } observer;
  Loop dpir = loop("dpir-sr", 1);
  dpir.settings.set("scale", "2");
  EXPECT_THROW(dpir.restorer->start(dpir.settings, {}, observer)->restore(at::rand({1, 3, 16, 16})), Stopped);
  EXPECT_EQ(observer.seen, 5);
  EXPECT_EQ(dpir.restorer->describe(dpir.settings).scale, 2);
}

/// MATLAB's imresize to the half, by the weights of kair.md 4.1.
at::Tensor halved(at::Tensor x) {
  const at::Tensor taps = at::tensor(
      {-0.01171875F, -0.03515625F, 0.11328125F, 0.43359375F, 0.43359375F, 0.11328125F, -0.03515625F, -0.01171875F});
  for (const std::int64_t side : {2, 3}) {
    const at::Tensor before = x.narrow(side, 0, 3).flip(side);
    const at::Tensor after = x.narrow(side, x.size(side) - 3, 3).flip(side);
    x = at::matmul(at::cat({before, x, after}, side).unfold(side, 8, 2), taps);
  }
  return x;
}

// kair.md 1.6; DPSR's get_rho_sigma and demo_test_dpsr.py: 15 levels from 49 to 2.55, rho = noise^2 / level^2 / 3.
TEST(Dpir, dpsrTakesItsDataStepOnTheGridOfTheSource) {
  Loop dpsr = loop("dpsr", 0.9, 2);
  dpsr.settings.set("kernel", "gaussian:1,1.5,20");
  dpsr.settings.set("noise_level", "7.65");
  const at::Tensor y = at::rand({1, 3, 24, 32});
  Observer observer;
  const at::Tensor result = dpsr.restorer->start(dpsr.settings, {}, observer)->restore(y);

  const at::Tensor transfer = opticalTransfer(kernelTensor(dpsr.settings.grid("kernel"), at::kCPU), 24, 32);
  const at::Tensor spectrum = at::fft_fft2(y);
  at::Tensor small = y;
  at::Tensor large;
  for (int i = 0; i < 15; ++i) {
    const double level = 49 * std::pow(2.55 / 49, i / 14.0);
    const double rho = std::pow(7.65 / level, 2) / 3;
    const at::Tensor z = at::real(
        at::fft_ifft2((transfer.conj() * spectrum + rho * at::fft_fft2(small)) / (transfer.abs().square() + rho)));
    large = at::upsample_nearest2d(0.9 * z, {48, 64});
    small = halved(large.clamp(0, 1));
  }
  EXPECT_LT((result - large).abs().max().item<float>(), 1e-4F);
  ASSERT_EQ(dpsr.denoiser->levels.size(), 16U);  // once to start, then one an iteration
  EXPECT_NEAR(dpsr.denoiser->levels[1], 49, 1e-4);
  EXPECT_NEAR(dpsr.denoiser->levels[15], 2.55, 1e-4);
}

TEST(Dpir, dpsrEnlargesByWhatItsPriorDoes) {
  struct Watching : Observer {
    void preview(int, const at::Tensor& picture) override { EXPECT_EQ(picture.size(3), 120); }
  } observer;
  Loop dpsr = loop("dpsr", 1, 3);
  dpsr.settings.set("surroundings", "mirrored");
  dpsr.settings.set("kernel", "gaussian:0.6");
  dpsr.settings.set("noise_level", "10");
  EXPECT_EQ(dpsr.restorer->describe(dpsr.settings).scale, 3);
  const at::Tensor ramp = at::linspace(0, 1, 40).view({1, 1, 1, 40}).expand({1, 3, 30, 40}).contiguous();
  const at::Tensor result = dpsr.restorer->start(dpsr.settings, {}, observer)->restore(ramp);
  ASSERT_EQ(result.sizes(), at::IntArrayRef({1, 3, 90, 120}));
  const at::Tensor expected = at::upsample_nearest2d(ramp, {90, 120});
  EXPECT_LT((result - expected).slice(3, 39, 81).abs().max().item<float>(), 0.01F);
}

TEST(Dpir, aPhotosMirroredSurroundingsAreCutOffAgain) {
  Loop dpir = loop("dpir-sr", 1);
  dpir.settings.set("scale", "3");
  dpir.settings.set("surroundings", "mirrored");
  dpir.settings.set("kernel", "gaussian:2");
  Observer observer;
  // A ramp does not go on at its opposite side: circular surroundings ring there, mirrored ones do not.
  const at::Tensor ramp = at::linspace(0, 1, 40).view({1, 1, 1, 40}).expand({1, 3, 40, 40}).contiguous();
  const at::Tensor mirrored = dpir.restorer->start(dpir.settings, {}, observer)->restore(ramp);
  dpir.settings.set("surroundings", "circular");
  const at::Tensor circular = dpir.restorer->start(dpir.settings, {}, observer)->restore(ramp);
  EXPECT_EQ(mirrored.sizes(), at::IntArrayRef({1, 3, 120, 120}));
  const auto edgeError = [&](const at::Tensor& result) {
    const at::Tensor wide = at::upsample_bilinear2d(ramp, {120, 120}, false);
    return (result - wide).slice(3, 0, 6).abs().max().item<float>();
  };
  EXPECT_LT(edgeError(mirrored), 0.3F * edgeError(circular));
}

/// Of the result of a hill, in pixels above and to the left of where an enlargement lies.
void expectShift(const Loop& made, double expected) {
  Observer observer;
  const at::Tensor photo = hill();
  const std::array<double, 2> shift = shiftOf(made.restorer->start(made.settings, {}, observer)->restore(photo), photo);
  EXPECT_NEAR(shift[0], expected, 0.1);
  EXPECT_NEAR(shift[1], expected, 0.1);
}

// One iteration of great noise is nearly its start, many of little are what the data say.
TEST(Dpir, resultsOfCentresLieWhereAnEnlargementLiesAndOfCornersWhereTheReferenceDecimates) {
  for (const auto& [scale, kernel] :
       {std::pair{2, "gaussian:1.2"}, std::pair{3, "gaussian:1.8"}, std::pair{4, "gaussian:2.4"}}) {
    for (const char* alignment : {"centre", "corner"}) {
      for (const auto& [iterations, noise] : {std::pair{"1", "50"}, std::pair{"24", "5"}}) {
        SCOPED_TRACE(std::string(alignment) + " x" + std::to_string(scale) + ", iterations: " + iterations);
        Loop dpir = loop("dpir-sr", 1);
        dpir.settings.set("scale", Settings::Value(std::int64_t{scale}));
        dpir.settings.set("kernel", kernel);
        dpir.settings.set("surroundings", "mirrored");
        dpir.settings.set("alignment", alignment);
        dpir.settings.set("iterations", iterations);
        dpir.settings.set("noise_level", noise);
        expectShift(dpir, std::string_view(alignment) == "centre" ? 0 : (scale - 1) / 2.0);
      }
    }
  }
}

// Bicubic reduction as a kernel (kair.md 4.1; those of kernels_bicubicx234.mat are the same) has what moves it in it.
TEST(Dpir, theKernelOfBicubicReductionIsNotMovedTwice) {
  const at::Tensor taps = at::tensor(
      {-0.01171875F, -0.03515625F, 0.11328125F, 0.43359375F, 0.43359375F, 0.11328125F, -0.03515625F, -0.01171875F});
  const at::Tensor kernel = at::outer(taps, taps).contiguous();
  const auto* const values = kernel.const_data_ptr<float>();
  for (const char* alignment : {"centre", "corner"}) {
    SCOPED_TRACE(alignment);
    Loop dpir = loop("dpir-sr", 1);
    dpir.settings.set("kernel", Settings::Value(normalised({"", 8, 8, {values, values + 64}})));
    dpir.settings.set("surroundings", "mirrored");
    dpir.settings.set("alignment", alignment);
    dpir.settings.set("noise_level", "5");
    expectShift(dpir, 0);
  }
}

// What it deblurs was reduced about its middle before, and its networks enlarge so: nothing is decimated at a corner.
TEST(Dpir, resultsOfDpsrLieWhereAnEnlargementLies) {
  for (const int scale : {2, 3, 4}) {
    SCOPED_TRACE(scale);
    Loop dpsr = loop("dpsr", 1, scale);
    EXPECT_FALSE(dpsr.settings.has("alignment"));
    dpsr.settings.set("surroundings", "mirrored");
    dpsr.settings.set("noise_level", "5");
    expectShift(dpsr, 0);
  }
}

TEST(Dpir, aKernelLargerThanThePhotoIsRefusedWhateverSurroundsIt) {
  Loop dpir = loop("dpir-deblur", 1);
  dpir.settings.set("kernel", "motion:40");
  Observer observer;
  for (const char* surroundings : {"mirrored", "circular"}) {
    dpir.settings.set("surroundings", surroundings);
    try {
      dpir.restorer->start(dpir.settings, {}, observer)->restore(at::rand({1, 3, 20, 30}));
      FAIL() << surroundings;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("41 x 41 is larger than the picture of 30 x 20"));
    }
  }
}

TEST(Dpir, withoutADenoiserItSaysSo) {
  const Algorithm& algorithm = dpirAlgorithms().front();
  Observer observer;
  try {
    algorithm.restorer->start(Settings(algorithm.restorer->descriptor().parameters), {}, observer);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("setting denoiser"));
  }
}

}  // namespace
}  // namespace heirloom::tests
