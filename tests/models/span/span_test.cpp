#include <gtest/gtest.h>
#include <torch/utils.h>

#include "models/common/random_weights.h"
#include "models/span/network.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

// Inside the picture the folded convolution is what the file's convolutions make one after another; at its border they
// see other zeros.
TEST(Span, theFoldedConvolutionIsTheUnfoldedOnesInsideThePicture) {
  const torch::NoGradGuard noGrad;
  at::manual_seed(0);
  FoldedConvolution folded(3, 5);
  randomise(*folded);
  const auto tensors = folded->named_parameters();
  const auto apply = [&](const at::Tensor& x, const std::string& name, int padding) {
    return at::conv2d(x, tensors[name + ".weight"], tensors[name + ".bias"], 1, padding);
  };
  const at::Tensor x = at::randn({1, 3, 9, 11});
  const at::Tensor expected = apply(apply(apply(x, "conv.0", 0), "conv.1", 1), "conv.2", 0) + apply(x, "sk", 0);
  const auto inside = [](const at::Tensor& y) { return y.slice(2, 1, -1).slice(3, 1, -1); };
  for (const bool plain : {false, true}) {
    folded->place({.plain = plain});
    EXPECT_LT((inside(folded->placed()->forward(x)) - inside(expected)).abs().max().item<double>(), 1e-5);
  }
}

}  // namespace
}  // namespace heirloom::tests
