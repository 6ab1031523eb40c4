#include "models/common/augmentation.h"

#include <gtest/gtest.h>

#include "models/common/colour_fix.h"
#include "models/common/degradation_settings.h"
#include "models/common/ensemble.h"
#include "models/common/fft_data_step.h"
#include "models/common/function_session.h"
#include "models/common/pixel_alignment.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

TEST(Augmentation, hasTheReferencesOrder) {
  const at::Tensor block = at::tensor({0.F, 1.F, 2.F, 3.F}).view({1, 1, 2, 2});
  const std::array<std::array<float, 4>, 8> expected = {
      {{0, 1, 2, 3}, {0, 2, 1, 3}, {2, 3, 0, 1}, {2, 0, 3, 1}, {1, 0, 3, 2}, {1, 3, 0, 2}, {3, 2, 1, 0}, {3, 1, 2, 0}}};
  for (int mode = 0; mode < kAugmentations; ++mode) {
    const at::Tensor turned = augmented(block, mode).contiguous();
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_EQ(turned.const_data_ptr<float>()[i], expected[static_cast<std::size_t>(mode)][i]) << mode;
    }
  }
}

TEST(Augmentation, theInverseUndoesEveryMode) {
  const at::Tensor picture = at::rand({2, 3, 4, 6});
  for (int mode = 0; mode < kAugmentations; ++mode) {
    EXPECT_TRUE(at::equal(augmented(augmented(picture, mode), inverseAugmentation(mode)), picture)) << mode;
  }
}

/// Adds `gain` times the picture moved by one column, and its kernel setting's first value: neither commutes with
/// turns.
class Sideways : public Restorer {
 public:
  Sideways() { descriptor_.parameters = {{"kernel", {}, {}, "", KernelInput{"grid:2x2:1,0,0,0"}}}; }
  const Descriptor& descriptor() const override { return descriptor_; }
  std::unique_ptr<Session> start(const Settings& settings, Placement placement, Observer&,
                                 NoiseSource*) const override {
    return std::make_unique<FunctionSession>(placement, settings, [](const Settings& chosen) {
      return [first = chosen.grid("kernel").values[0]](const at::Tensor& picture) {
        return picture + picture.roll({1}, {3}) + first;
      };
    });
  }

 private:
  Descriptor descriptor_;
};

TEST(Ensemble, isTheMeanOfTheEightTurnedBackAndTurnsTheKernel) {
  const auto restorer = withEnsemble(std::make_shared<Sideways>());
  Settings settings(restorer->descriptor().parameters);
  Observer observer;
  const at::Tensor picture = at::rand({1, 1, 6, 6});
  const at::Tensor plain = restorer->start(settings, {}, observer)->restore(picture);
  EXPECT_TRUE(at::allclose(plain, picture + picture.roll({1}, {3}) + 1));
  settings.set("ensemble", "on");
  const at::Tensor mean = restorer->start(settings, {}, observer)->restore(picture);
  // All four directions twice; the kernel's one is in the first corner for two of the eight modes.
  at::Tensor expected = picture + 0.25;
  for (const int by : {1, -1}) expected = expected + (picture.roll({by}, {2}) + picture.roll({by}, {3})) / 4;
  EXPECT_LT((mean - expected).abs().max().item<float>(), 1e-6F);
  EXPECT_EQ(restorer->describe(settings).parameters, restorer->descriptor().parameters);
}

/// USRNet's data step without its prior, which does commute with turns when the kernel turns as well.
class Deconvolving : public Restorer {
 public:
  Deconvolving() {
    descriptor_.parameters = {scaleParameter(4, 2), kernelParameter("gaussian:1"), alignmentParameter()};
  }
  const Descriptor& descriptor() const override { return descriptor_; }
  std::unique_ptr<Session> start(const Settings& settings, Placement placement, Observer&,
                                 NoiseSource*) const override {
    return std::make_unique<FunctionSession>(placement, settings, [](const Settings& chosen) -> Run {
      const int scale = static_cast<int>(chosen.integer(kScale));
      return [scale, kernel = alignedKernel(chosen, scale, at::kCPU)](const at::Tensor& y) {
        const at::Tensor z = at::upsample_nearest2d(y, {y.size(2) * scale, y.size(3) * scale});
        return FftDataStep(y, kernel, scale).solve(z, at::full({1, 1, 1, 1}, 0.1F));
      };
    });
  }

 private:
  Descriptor descriptor_;
};

// Of a picture that was decimated at the corner and is flipped the pixels lie at the other end of their cells; kernels
// of even sides have their middle beside the middle.
TEST(Ensemble, aDeconvolutionGivesTheSameInEveryTurn) {
  const auto restorer = withEnsemble(std::make_shared<Deconvolving>());
  Settings settings(restorer->descriptor().parameters);
  Observer observer;
  const at::Tensor picture = at::rand({1, 2, 10, 9});
  for (const char* scale : {"1", "2", "3"}) {
    for (const char* kernel :
         {"grid:3x5:9,0,1,0,0,2,0,3,0,1,0,0,0,0,4", "grid:2x2:4,3,2,1", "grid:4x3:9,0,0,1,0,2,0,0,3,0,0,1"}) {
      for (const char* alignment : {"corner", "centre"}) {
        SCOPED_TRACE(std::string(kernel) + " x" + scale + ", " + alignment);
        settings.set("scale", scale);
        settings.set("kernel", kernel);
        settings.set("alignment", alignment);
        settings.set("ensemble", "off");
        const at::Tensor plain = restorer->start(settings, {}, observer)->restore(picture);
        settings.set("ensemble", "on");
        const at::Tensor mean = restorer->start(settings, {}, observer)->restore(picture);
        EXPECT_LT((mean - plain).abs().max().item<float>(), 1e-4F);
      }
    }
  }
}

TEST(ColourFix, takesTheTintOfTheSourceAndKeepsTheDetailOfTheResult) {
  const at::Tensor source = at::rand({1, 3, 160, 160}) * 0.1 + 0.4;
  at::Tensor detail = at::zeros({1, 3, 160, 160});
  detail.slice(3, 0, 160, 2).fill_(0.1);
  detail.slice(3, 1, 160, 2).fill_(-0.1);
  const at::Tensor fixed = waveletColourFix(source + detail + 0.2, source);
  EXPECT_NEAR((fixed - source).mean().item<double>(), 0, 1e-3);  // the tint is gone
  const at::Tensor kept = (fixed - source - detail).slice(2, 40, 120).slice(3, 40, 120);
  EXPECT_LT(kept.abs().max().item<double>(), 1e-3);  // the stripes are not
}

TEST(ColourFix, looksNoFurtherThanItsReach) {
  at::Tensor result = at::zeros({1, 1, 129, 129});
  result[0][0][64][64] = 1;
  const at::Tensor changed = (waveletColourFix(result, at::zeros({1, 1, 129, 129})) - result).abs() > 1e-9;
  EXPECT_EQ((changed.nonzero().slice(1, 2, 4) - 64).abs().max().item<std::int64_t>(), kColourFixReach);
}

}  // namespace
}  // namespace heirloom::tests
