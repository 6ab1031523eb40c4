// Times a part of InstantIR by itself, as an engine of peers/compare.py:
//
//   time_part PART WEIGHTS GIVEN RESULT PRECISION
//
// Writes what it makes of GIVEN's tensors to RESULT and "ready" to its output; then, for every line with a number n on
// its input, the milliseconds of n runs. All files are .safetensors.

#include <torch/types.h>

#include <chrono>
#include <functional>
#include <iostream>
#include <map>
#include <string>

#include "models/checkpoint/tensors.h"
#include "models/common/weight_source.h"
#include "models/dinov2/dinov2.h"
#include "models/placement.h"
#include "models/sdxl/resnet.h"
#include "models/sdxl/transformer.h"
#include "models/sdxl/unet_config.h"

namespace heirloom::models {
namespace {

using Tensors = std::map<std::string, at::Tensor>;
using Part = std::function<at::Tensor()>;

const at::Tensor& named(const Tensors& tensors, const std::string& name) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) throw std::runtime_error("there is no tensor " + name);
  return found->second;
}

void load(torch::nn::Module& module, const Tensors& weights, const Placement& placement) {
  loadPlaced(
      module, [&](const std::string& name) { return named(weights, name); }, placement);
}

/// A residual block of SDXL's coarsest level and the transformer behind it, named as in a down_blocks.2 that begins
/// with its own width.
class BlockGroupImpl : public torch::nn::Module {
 public:
  BlockGroupImpl() {
    const UNetConfig sdxl;
    const int width = sdxl.widths.back();
    resnet_ = submodule(*this, "resnets")
                  ->register_module("0", UNetResBlock(width, width, sdxl.embeddingWidth(), sdxl.groups, sdxl.epsilon));
    attention_ = submodule(*this, "attentions")
                     ->register_module("0", MapTransformer(width, sdxl.heads.back(), sdxl.depths.back(), sdxl.textWidth,
                                                           sdxl.groups));
  }
  at::Tensor forward(const at::Tensor& x, const Pass& pass) {
    return attention_->forward(resnet_->forward(x, pass), pass);
  }

 private:
  UNetResBlock resnet_{nullptr};
  MapTransformer attention_{nullptr};
};
TORCH_MODULE(BlockGroup);

/// Without the memory of a run: the other engines make keys and values of the text at every call, too.
Part sdxlBlockGroup(const Tensors& weights, const Tensors& given, const Placement& placement) {
  BlockGroup group;
  load(*group, weights, placement);
  Pass pass;
  pass.embeddings = named(given, "embedding").unsqueeze(0);
  pass.text = named(given, "text").to(placement.precision);
  const at::Tensor x = named(given, "image").to(placement.precision).contiguous(at::MemoryFormat::ChannelsLast);
  return [=]() mutable { return group->forward(x, pass); };
}

Part dinoV2Large(const Tensors& weights, const Tensors& given, const Placement& placement) {
  DinoV2 network{DinoV2Config()};
  load(*network, weights, placement);
  const at::Tensor pixels = named(given, "image");
  return [=]() mutable { return network->forward(pixels); };
}

Part partOf(const std::string& name, const Tensors& weights, const Tensors& given, const Placement& placement) {
  if (name == "sdxl-block-group") return sdxlBlockGroup(weights, given, placement);
  if (name == "dinov2-large") return dinoV2Large(weights, given, placement);
  throw std::runtime_error("part '" + name + "' is unknown: use sdxl-block-group or dinov2-large");
}

void serve(const Part& part, const std::string& resultFile) {
  const c10::InferenceMode inference;
  const auto once = [&] { return part().to(at::kFloat); };
  writeSafetensors(resultFile, NamedTensors{{"image", once()}});
  once();
  std::cout << "ready" << std::endl;
  for (int runs = 0; std::cin >> runs;) {
    for (int i = 0; i < runs; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      once();
      const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begin;
      std::cout << taken.count() << ' ';
    }
    std::cout << std::endl;
  }
}

}  // namespace
}  // namespace heirloom::models

int main(int count, char** arguments) {
  using namespace heirloom::models;
  constexpr int kArguments = 6;
  if (count != kArguments) {
    std::cerr << "time_part PART WEIGHTS GIVEN RESULT PRECISION: see the beginning of time_part.cpp\n";
    return 2;
  }
  keepFreedMemory();
  try {
    const Part part = partOf(arguments[1], readSafetensors(arguments[2]), readSafetensors(arguments[3]),
                             {at::kCPU, precisionOf(arguments[5])});
    serve(part, arguments[4]);
  } catch (const std::exception& error) {
    std::cerr << "time_part: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
