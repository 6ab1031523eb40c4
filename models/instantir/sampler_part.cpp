#include "models/instantir/sampler_part.h"

#include <utility>

#include "models/common/recording.h"
#include "models/common/savings.h"

namespace heirloom::models {

SamplerPart::SamplerPart(InstantIrNetworks& networks, const SamplerSettings& settings, std::int64_t first,
                         std::int64_t count, const at::Tensor& latent, const Guide& positive, const Guide& negative,
                         const std::vector<int>& sizes, const std::vector<int>& times, const SamplerEvents& events)
    : networks_(networks),
      first_(first),
      count_(count),
      guided_(settings.guidance > 1),
      // A recording reads the photo's tokens where they were.
      passes_(saves(Saving::Picture) ? events.passes : nullptr),
      memory_(passes_ ? passes_->memoryOf(first) : own_) {
  const auto own = [&](const at::Tensor& all) { return all.narrow(0, first, count); };
  const auto halves = [&](const at::Tensor& no, const at::Tensor& yes) {
    return guided_ ? at::cat({own(no), own(yes)}) : own(yes);
  };
  degraded_ = halves(latent, latent);
  picture_ = halves(negative.picture, positive.picture);
  pass_.text = halves(negative.text, positive.text);
  pass_.watch = events.watch;
  pass_.memory = &memory_;
  const at::Tensor pooled = halves(negative.pooled, positive.pooled);
  const auto options = at::TensorOptions(latent.device()).dtype(at::kFloat);
  const at::Tensor rows = at::tensor(sizes, at::kInt).to(options).expand({pooled.size(0), -1});
  const at::Tensor steps = at::tensor(times, at::kInt).to(options);
  stepIndices_ = at::arange(steps.size(0), options.dtype(at::kLong));
  mainEmbeddings_ = networks_.main->unet->embeddings(steps, pooled, rows);
  if (networks_.aggregator) aggregatorEmbeddings_ = networks_.aggregator->embeddings(steps, pooled, rows);
  if (networks_.previewer) previewerEmbeddings_ = networks_.previewer->unet->embeddings(steps, pooled, rows);
}

at::Tensor SamplerPart::of(const at::Tensor& both) const {
  if (!guided_) return both.narrow(0, first_, count_);
  const std::int64_t all = both.size(0) / 2;
  return count_ == all ? both : at::cat({both.narrow(0, first_, count_), both.narrow(0, all + first_, count_)});
}

Residuals SamplerPart::of(const Residuals& both) const {
  Residuals own{{}, of(both.middle)};
  for (const at::Tensor& skip : both.skips) own.skips.push_back(of(skip));
  return own;
}

std::vector<double> SamplerPart::forHalves(const std::vector<double>& values) const {
  std::vector<double> own;
  for (int half = 0; half < (guided_ ? 2 : 1); ++half)
    own.insert(own.end(), values.begin() + first_, values.begin() + first_ + count_);
  return own;
}

at::Tensor SamplerPart::predicted(int step, bool previewing, const at::Tensor& sample, const Residuals* residuals) {
  Pass pass = pass_;
  pass.step = step;
  pass.adapted = previewing && !networks_.previewer;
  pass.embeddings = previewing && networks_.previewer ? previewerEmbeddings_ : mainEmbeddings_;
  pass.image = imageTokens(previewing);
  UNet& unet = networkFor(previewing)->unet;
  if (!passes_) return unet->forward(sample, pass, residuals);
  Tensors inputs = {stepIndices_.narrow(0, step, 1), sample};
  if (residuals) {
    inputs.insert(inputs.end(), residuals->skips.begin(), residuals->skips.end());
    inputs.push_back(residuals->middle);
  }
  const auto call = [pass, unet](const Tensors& given) mutable -> Tensors {
    pass.stepIndex = given[0];
    if (given.size() == 2) return {unet->forward(given[1], pass)};
    const Residuals added{{given.begin() + 2, given.end() - 1}, given.back()};
    return {unet->forward(given[1], pass, &added)};
  };
  return passes_->graphs().call(number(previewing ? Network::Previewer : Network::Main), call, inputs).front();
}

Residuals SamplerPart::compared(int step, const at::Tensor& preview) {
  Pass pass = pass_;
  pass.step = step;
  pass.embeddings = aggregatorEmbeddings_;
  Aggregator& aggregator = networks_.aggregator;
  if (!passes_) return aggregator->forward(degraded_, preview, pass);
  const auto call = [pass, aggregator](const Tensors& given) mutable {
    pass.stepIndex = given[0];
    Residuals made = aggregator->forward(given[1], given[2], pass);
    made.skips.push_back(made.middle);
    return made.skips;
  };
  Tensors made =
      passes_->graphs().call(number(Network::Aggregator), call, {stepIndices_.narrow(0, step, 1), degraded_, preview});
  const at::Tensor middle = made.back();
  made.pop_back();
  return {std::move(made), middle};
}

bool SamplerPart::comparesForNothing() const {
  return networks_.aggregator && !saves(Saving::Skipping);
}

at::Tensor SamplerPart::imageTokens(bool previewing) {
  at::Tensor& kept = previewing ? previewTokens_ : mainTokens_;
  if (!kept.defined() || !saves(Saving::Picture)) {
    PictureUNet& network = networkFor(previewing);
    const Visit visit(pass_, *network->image_proj);
    kept = network->image_proj->forward(picture_, previewing && !networks_.previewer);
  }
  return kept;
}

PictureUNet& SamplerPart::networkFor(bool previewing) {
  return previewing && networks_.previewer ? networks_.previewer : networks_.main;
}

at::Tensor joinedParts(const std::vector<at::Tensor>& parts, bool guided) {
  if (parts.size() == 1) return parts.front();
  if (!guided) return at::cat(parts);
  std::vector<at::Tensor> negative, positive;
  for (const at::Tensor& part : parts) {
    const std::vector<at::Tensor> both = part.chunk(2);
    negative.push_back(both[0]);
    positive.push_back(both[1]);
  }
  negative.insert(negative.end(), positive.begin(), positive.end());
  return at::cat(negative);
}

Residuals joinedParts(const std::vector<Residuals>& parts, bool guided) {
  const auto all = [&](const auto& tensorOf) {
    std::vector<at::Tensor> tensors;
    for (const Residuals& part : parts) tensors.push_back(tensorOf(part));
    return joinedParts(tensors, guided);
  };
  Residuals made{{}, all([](const Residuals& part) { return part.middle; })};
  for (std::size_t i = 0; i < parts.front().skips.size(); ++i)
    made.skips.push_back(all([i](const Residuals& part) { return part.skips[i]; }));
  return made;
}

}  // namespace heirloom::models
