#include "models/checkpoint/tensors.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "models/common/error.h"

namespace heirloom::models {
namespace {

DType dtypeOf(at::ScalarType type) {
  for (const DType dtype : {DType::Float64, DType::Float32, DType::Float16, DType::BFloat16, DType::Int64, DType::Int32,
                            DType::Int16, DType::Int8, DType::UInt8, DType::Bool}) {
    if (scalarType(dtype) == type) return dtype;
  }
  throw Error(
      HEIRLOOM_TEXT("tensor.unsupported", "a tensor of type %1 has no place in a file").with(c10::toString(type)));
}

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 6;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) text += (i ? ", " : "") + names[i];
  return names.size() > kShown ? text + " and " + std::to_string(names.size() - kShown) + " more" : text;
}

/// One pass without a copy.
bool isFinite(const at::Tensor& tensor) {
  if (!tensor.is_floating_point() || tensor.numel() == 0) return true;
  const auto [low, high] = at::aminmax(tensor);  // NaN where there is one
  return std::isfinite(low.item<double>()) && std::isfinite(high.item<double>());
}

std::string spelled(at::IntArrayRef shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

}  // namespace

at::ScalarType scalarType(DType dtype) {
  switch (dtype) {
    case DType::Float64:
      return at::kDouble;
    case DType::Float32:
      return at::kFloat;
    case DType::Float16:
      return at::kHalf;
    case DType::BFloat16:
      return at::kBFloat16;
    case DType::Int64:
      return at::kLong;
    case DType::Int32:
      return at::kInt;
    case DType::Int16:
      return at::kShort;
    case DType::Int8:
      return at::kChar;
    case DType::UInt8:
      return at::kByte;
    case DType::Bool:
      return at::kBool;
  }
  return at::kFloat;
}

DType storedPrecision(const StateDict& tensors) {
  for (const auto& [name, entry] : tensors.entries()) {
    if (c10::isFloatingType(scalarType(entry.dtype))) return entry.dtype;
  }
  return tensors.entries().front().second.dtype;
}

at::Tensor readTensor(const StateDict& tensors, std::string_view key) {
  const TensorEntry* entry = tensors.find(key);
  if (!entry) throw Error(HEIRLOOM_TEXT("tensor.missing", "there is no tensor named %1").with(std::string(key)));
  at::Tensor tensor = at::empty(entry->shape, scalarType(entry->dtype));
  tensors.archive()->read(*entry, {static_cast<std::byte*>(tensor.data_ptr()), tensor.nbytes()});
  if (!isFinite(tensor)) tensors.noteNotFinite(key);
  if (!tensors.partner() || !tensor.is_floating_point()) return tensor;
  const at::Tensor other = readTensor(*tensors.partner(), key).to(at::kFloat);
  return at::lerp(tensor.to(at::kFloat), other, tensors.partnerWeight());
}

std::optional<Message> damageOf(const StateDict& tensors) {
  const std::vector<std::string> names = tensors.notFinite();
  if (names.empty()) return std::nullopt;
  return HEIRLOOM_TEXT("checkpoint.notFinite",
                       "the checkpoint is probably damaged: these weights hold values that are not numbers: %1")
      .with(listed(names));
}

void loadStrict(torch::nn::Module& module, const StateDict& tensors, const std::vector<std::string>& ignorable) {
  torch::NoGradGuard noGrad;
  std::vector<std::string> missing;
  std::vector<std::string> misshapen;
  std::set<std::string, std::less<>> used;
  const auto isIgnorable = [&](const std::string& name) {
    return std::ranges::any_of(ignorable, [&](const std::string& end) { return name.ends_with(end); });
  };
  for (auto& [name, target] : stateOf(module)) {
    if (isIgnorable(name)) continue;
    const TensorEntry* entry = tensors.find(name);
    if (!entry) {
      missing.push_back(name);
    } else if (entry->shape != target.sizes().vec()) {
      misshapen.push_back(name + " " + spelled(entry->shape) + " instead of " + spelled(target.sizes()));
    } else {
      target.copy_(readTensor(tensors, name));
    }
    used.insert(name);
  }
  std::vector<std::string> leftOver;
  for (const auto& [name, entry] : tensors.entries()) {
    if (!used.contains(name) && !isIgnorable(name)) leftOver.push_back(name);
  }
  if (missing.empty() && misshapen.empty() && leftOver.empty()) return;
  std::string what;
  const auto add = [&](const char* kind, const std::vector<std::string>& names) {
    if (!names.empty()) what += (what.empty() ? "" : "; ") + std::string(kind) + " " + listed(names);
  };
  add("missing", missing);
  add("of another shape", misshapen);
  add("left over", leftOver);
  throw Error(HEIRLOOM_TEXT("checkpoint.unfit", "the weights do not fit the network: %1").with(what),
              HEIRLOOM_TEXT("checkpoint.unfit.remedy", "use the file as its authors published it"),
              tensors.archive() ? tensors.archive()->file() : std::filesystem::path{});
}

std::map<std::string, at::Tensor> readSafetensors(const std::filesystem::path& file) {
  const StateDict tensors = canonicalise(Archive::open(file));
  std::map<std::string, at::Tensor> result;
  for (const auto& [name, entry] : tensors.entries()) result[name] = readTensor(tensors, name);
  return result;
}

NamedTensors stateOf(const torch::nn::Module& module) {
  NamedTensors state;
  for (const auto& item : module.named_parameters()) state.emplace_back(item.key(), item.value());
  for (const auto& item : module.named_buffers()) state.emplace_back(item.key(), item.value());
  return state;
}

void writeSafetensors(const std::filesystem::path& file, const NamedTensors& tensors,
                      const std::map<std::string, std::string>& metadata) {
  std::vector<at::Tensor> dense;  // keeps the bytes alive
  std::vector<TensorBytes> entries;
  for (const auto& [name, tensor] : tensors) {
    dense.push_back(tensor.detach().cpu().contiguous());
    const at::Tensor& last = dense.back();
    entries.push_back({name,
                       dtypeOf(last.scalar_type()),
                       last.sizes().vec(),
                       {static_cast<const std::byte*>(last.data_ptr()), last.nbytes()}});
  }
  writeSafetensors(file, entries, metadata);
}

}  // namespace heirloom::models
