#include "core/train/gradient_checkpointing.h"

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/types.h>

#include <algorithm>
#include <array>

#include "core/train/mixed_precision.h"

namespace heirloom::core {
namespace {

using torch::autograd::variable_list;

/// x, picture and embeddings: what gradients leave a block by.
std::array<at::Tensor, 3> inputsOf(const at::Tensor& x, const models::Pass& pass) {
  return {x, pass.image, pass.embeddings};
}

bool learns(const at::Tensor& tensor) {
  return tensor.defined() && tensor.requires_grad();
}

/// The place of a block in the graph of gradients.
class Recomputed : public torch::autograd::Node {
 public:
  Recomputed(models::BlockCall block, const at::Tensor& x, const models::Pass& pass)
      : block_(std::move(block)), x_(x), pass_(pass), mixed_(at::autocast::is_autocast_enabled(x.device().type())) {
    // Inside, blocks are called as they are.
    pass_.runner = nullptr;
    pass_.watch = nullptr;
  }

  variable_list apply(variable_list&& gradients) override {
    TORCH_CHECK(block_, "GradientCheckpointing: gradients were taken already");
    const auto ownCopy = [](const at::Tensor& tensor) {
      return tensor.defined() ? tensor.detach().requires_grad_(tensor.requires_grad()) : tensor;
    };
    const at::Tensor x = ownCopy(x_);
    models::Pass pass = pass_;
    pass.image = ownCopy(pass_.image);
    pass.embeddings = ownCopy(pass_.embeddings);
    {
      const at::AutoGradMode gradientsOn(true);
      const MixedPrecision precision(x.device(), mixed_);
      const at::Tensor again = block_(x, pass);
      if (again.requires_grad()) torch::autograd::backward({again}, {gradients[0]});
    }
    variable_list leaving;
    for (const at::Tensor& input : inputsOf(x, pass)) leaving.push_back(learns(input) ? input.grad() : at::Tensor());
    return leaving;
  }

  void release_variables() override {
    block_ = {};
    x_ = at::Tensor();
    pass_ = models::Pass();
  }

 private:
  models::BlockCall block_;
  at::Tensor x_;
  models::Pass pass_;
  bool mixed_;
};

}  // namespace

at::Tensor GradientCheckpointing::run(const models::BlockCall& block, const at::Tensor& x, const models::Pass& pass) {
  const auto inputs = inputsOf(x, pass);
  models::Pass plain = pass;
  plain.runner = nullptr;
  if (!at::GradMode::is_enabled() || std::ranges::none_of(inputs, learns)) return block(x, plain);
  const std::shared_ptr<Recomputed> node(new Recomputed(block, x, pass), torch::autograd::deleteNode);
  torch::autograd::edge_list edges;
  for (const at::Tensor& input : inputs)
    edges.push_back(learns(input) ? torch::autograd::impl::gradient_edge(input) : torch::autograd::Edge());
  node->set_next_edges(std::move(edges));
  at::Tensor result;
  {
    const torch::NoGradGuard noGrad;
    result = block(x, plain);
  }
  torch::autograd::set_history(result, node);
  return result;
}

}  // namespace heirloom::core
