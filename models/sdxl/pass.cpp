#include "models/sdxl/pass.h"

#include "models/common/savings.h"

namespace heirloom::models {

const std::vector<at::Tensor>& RunMemory::kept(const torch::nn::Module& layer, Kind kind, bool adapted,
                                               const std::function<std::vector<at::Tensor>()>& make) {
  const auto key = std::make_tuple(static_cast<const void*>(&layer), kind, adapted);
  auto found = kept_.find(key);
  if (found == kept_.end()) found = kept_.emplace(key, make()).first;
  return found->second;
}

std::int64_t RunMemory::bytes() const {
  std::int64_t sum = 0;
  for (const auto& [key, tensors] : kept_) {
    for (const at::Tensor& tensor : tensors) sum += static_cast<std::int64_t>(tensor.nbytes());
  }
  return sum;
}

at::Tensor Pass::stepwise(const torch::nn::Module& layer,
                          const std::function<at::Tensor(const at::Tensor&)>& project) const {
  if (!memory || !saves(Saving::Steps)) return project(ofStep(embeddings));
  const auto make = [&] { return std::vector<at::Tensor>{project(embeddings)}; };
  return ofStep(memory->kept(layer, RunMemory::Kind::Steps, adapted, make)[0]);
}

std::vector<at::Tensor> Pass::once(const torch::nn::Module& layer, RunMemory::Kind kind, bool depends,
                                   const std::function<std::vector<at::Tensor>()>& make) const {
  if (!memory || !saves(kind == RunMemory::Kind::Text ? Saving::Text : Saving::Picture)) return make();
  return memory->kept(layer, kind, depends && adapted, make);
}

}  // namespace heirloom::models
