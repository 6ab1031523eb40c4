#include "models/sdxl/pass.h"

#include "models/common/savings.h"

namespace heirloom::models {

const std::vector<at::Tensor>& RunMemory::kept(const torch::nn::Module& layer, Kind kind, bool adapted,
                                               const std::function<std::vector<at::Tensor>()>& make) {
  const auto key = std::make_tuple(static_cast<const void*>(&layer), kind, adapted);
  auto found = kept_.find(key);
  if (found == kept_.end()) found = kept_.emplace(key, Kept{make(), false}).first;
  Kept& kept = found->second;
  if (kept.due) {
    const std::vector<at::Tensor> made = make();
    for (std::size_t i = 0; i < made.size(); ++i) {
      TORCH_CHECK(made[i].sizes() == kept.tensors[i].sizes(), "RunMemory: expected ", kept.tensors[i].sizes(),
                  ", found ", made[i].sizes());
      kept.tensors[i].copy_(made[i]);
    }
    kept.due = false;
  }
  return kept.tensors;
}

void RunMemory::renew() {
  for (auto& [key, kept] : kept_) kept.due = true;
}

std::int64_t RunMemory::bytes() const {
  std::int64_t sum = 0;
  for (const auto& [key, kept] : kept_) {
    for (const at::Tensor& tensor : kept.tensors) sum += static_cast<std::int64_t>(tensor.nbytes());
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
