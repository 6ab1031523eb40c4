#include "models/restorevar/sampling.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/types.h>

#include <algorithm>
#include <limits>
#include <memory>

namespace heirloom::models {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLeast = 1e-10;                      // of a uniform number whose logarithm is taken twice
constexpr std::uint64_t kApart = 0x9E3779B97F4A7C15;  // seeds of pictures lie far from each other

at::Tensor onlyLikely(at::Tensor logits, const Sampling& sampling) {
  const auto keepFrom = [&](const at::Tensor& least) { logits = logits.masked_fill(logits < least, -kInfinity); };
  if (sampling.topK > 0 && sampling.topK < logits.size(-1)) {
    keepFrom(std::get<0>(logits.topk(sampling.topK, -1)).narrow(-1, sampling.topK - 1, 1));
  }
  if (sampling.topP < 1) {
    const at::Tensor sorted = std::get<0>(logits.sort(-1, /*descending=*/true));
    const at::Tensor probability = sorted.softmax(-1);
    const at::Tensor before = probability.cumsum(-1) - probability;  // of all that are more probable
    at::Tensor dropped = before >= sampling.topP;
    dropped.narrow(-1, 0, 1).fill_(false);
    keepFrom(sorted.masked_fill(dropped, kInfinity).amin(-1, /*keepdim=*/true));
  }
  return logits;
}

/// On the device of `like`, without waiting for what it was asked before: of memory that is not pinned the copy would.
at::Tensor beside(const at::Tensor& noise, const at::Tensor& like) {
  if (like.is_cpu()) return noise;
  return noise.pin_memory().to(like.device(), noise.scalar_type(), /*non_blocking=*/true);
}

}  // namespace

// The largest of logits plus Gumbel noise is a draw from their softmax, without asking the device anything.
Chooser sampler(const Sampling& sampling, std::int64_t first) {
  const auto generators = std::make_shared<std::vector<at::Generator>>();
  return [sampling, first, generators](const at::Tensor& logits, int) {
    std::vector<at::Tensor> noise;
    for (std::int64_t n = 0; n < logits.size(0); ++n) {
      if (static_cast<std::int64_t>(generators->size()) <= n) {
        const std::uint64_t seed = sampling.seed + static_cast<std::uint64_t>(first + n) * kApart;
        generators->push_back(at::make_generator<at::CPUGeneratorImpl>(seed));
      }
      noise.push_back(at::rand(logits[n].sizes(), generators->at(static_cast<std::size_t>(n)), at::kFloat));
    }
    const at::Tensor gumbel = at::stack(noise).clamp_min_(kLeast).log_().neg_().clamp_min_(kLeast).log_().neg_();
    return (onlyLikely(logits / sampling.temperature, sampling) + beside(gumbel, logits)).argmax(-1);
  };
}

}  // namespace heirloom::models
