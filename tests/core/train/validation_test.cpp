#include "core/train/validation.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "tests/core/train/training_run.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::core;

/// Pictures become `factor` times as bright, and nothing restores them.
class Dimming : public Objective {
 public:
  explicit Dimming(double factor) : factor_(factor) {}

  std::vector<Parameter> parameters() const override { return {}; }
  at::Tensor loss(const Patches::Batch&, Random&) override { return at::zeros({}); }
  at::Tensor degraded(const at::Tensor& clean, Random&) const override { return clean * factor_; }
  at::Tensor restored(const at::Tensor& degraded) override { return degraded; }
  models::NamedTensors result() const override { return {}; }
  std::vector<std::string> figureNames() const override { return {"brightness", "rows", "number"}; }
  std::vector<double> figures(const at::Tensor& clean, const at::Tensor& degraded) override {
    const double brightness = (degraded.mean() / clean.mean()).item<double>();
    return {brightness, static_cast<double>(clean.size(2)), ++asked_};
  }

 private:
  double factor_;
  double asked_ = 0;
};

class Validations : public TrainingRun {
 protected:
  Validations() { config_.validation.folder = folder_ / "photos"; }

  Validation::Means means(double factor) const {
    Dimming objective(factor);
    return Validation(config_, objective).means(objective);
  }
  std::vector<std::string> names() const { return Validation(config_, Dimming(1)).names(); }
};

TEST_F(Validations, aPictureThatIsAsItWasHasTheBestFigures) {
  const Validation::Means same = means(1);
  EXPECT_TRUE(std::isinf(same.psnr));
  ASSERT_EQ(same.figures.size(), 4U);
  EXPECT_EQ(same.figures[0].first, "ssim");
  EXPECT_NEAR(same.figures[0].second, 1, 1e-9);
  const Validation::Means half = means(0.5);
  // Half as bright and half the contrast: 0.8 times 0.8, of windows without contrast 0.8 alone.
  EXPECT_GT(half.figures[0].second, 0.62);
  EXPECT_LT(half.figures[0].second, 0.81);
}

TEST_F(Validations, figuresOfTheObjectiveAreMeansOverThePictures) {
  config_.validation.crop = 0;
  const Validation::Means found = means(0.5);
  ASSERT_EQ(found.figures.size(), 4U);
  EXPECT_EQ(found.figures[1].first, "brightness");
  EXPECT_NEAR(found.figures[1].second, 0.5, 1e-5);
  EXPECT_EQ(found.figures[2].first, "rows");
  EXPECT_DOUBLE_EQ(found.figures[2].second, 80);
  EXPECT_EQ(found.figures[3].first, "number");
  EXPECT_NEAR(found.figures[3].second, 2, 1e-12);  // of the first, the second and the third picture
}

TEST_F(Validations, picturesHaveTheShortSideOfTheTraining) {
  config_.dataset.shortSide = 40;
  config_.validation.crop = 0;
  EXPECT_DOUBLE_EQ(means(1).figures[2].second, 40);  // 96 x 80 were 48 x 40
}

TEST_F(Validations, aFigureThatThereIsNotHasNoName) {
  EXPECT_EQ(names(), (std::vector<std::string>{"ssim", "brightness", "rows", "number"}));
  config_.validation.crop = 10;  // smaller than SSIM's window
  EXPECT_EQ(names(), (std::vector<std::string>{"brightness", "rows", "number"}));
  EXPECT_EQ(means(1).figures.size(), 3U);
  config_.validation.folder.clear();
  EXPECT_TRUE(names().empty());
}

}  // namespace
}  // namespace heirloom::tests
