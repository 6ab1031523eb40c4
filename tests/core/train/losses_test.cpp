#include "core/train/losses.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "tests/models/support/closed_form.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::core;

// The pictures and values of kair.md 8.4.
class Losses : public testing::Test {
 protected:
  static at::Tensor picture(std::uint32_t seed) {
    return (closedFormUniform(seed, {1, 3, 16, 16}) + 0.5).to(at::kFloat);
  }
  const at::Tensor x_ = picture(21);
  const at::Tensor y_ = picture(22);
};

TEST_F(Losses, areTheReferencesValues) {
  EXPECT_NEAR(meanSsim(x_, y_).item<double>(), 0.212782, 1e-6);
  EXPECT_NEAR(charbonnierLoss(x_, y_).item<double>(), 0.341638, 1e-6);
  EXPECT_NEAR(totalVariation(x_).item<double>(), 0.688630, 1e-6);
  EXPECT_NEAR(lossOf("l1", x_, y_).item<double>(), 0.341638, 1e-6);
}

TEST_F(Losses, ofABatchAreMeans) {
  const at::Tensor xs = at::cat({x_, y_});
  const at::Tensor ys = at::cat({y_, x_});
  for (const char* name : {"l1", "l2", "charbonnier", "ssim"})
    EXPECT_NEAR(lossOf(name, xs, ys).item<double>(), lossOf(name, x_, y_).item<double>(), 1e-6) << name;
  EXPECT_NEAR(totalVariation(xs).item<double>(), (totalVariation(x_) + totalVariation(y_)).item<double>() / 2, 1e-6);
}

TEST_F(Losses, areSmallestWherePicturesAreEqualAndLeadThere) {
  for (const char* name : {"l1", "l2", "charbonnier", "ssim"}) {
    SCOPED_TRACE(name);
    EXPECT_LT(lossOf(name, x_, x_).item<double>(), 1e-4);
    at::Tensor from = y_.clone().requires_grad_(true);
    const at::Tensor before = lossOf(name, from, x_);
    before.backward();
    const at::Tensor step = y_ - 0.01 * from.grad() / from.grad().abs().max();
    EXPECT_LT(lossOf(name, step, x_).item<double>(), before.item<double>());
  }
}

}  // namespace
}  // namespace heirloom::tests
