#pragma once

#include <torch/nn/module.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/checkpoint/safetensors_writer.h"
#include "models/checkpoint/state_dict.h"
#include "models/common/message.h"

namespace heirloom::models {

at::ScalarType scalarType(DType dtype);

/// Of the weights: that of the first tensor of floating-point numbers, because tables of indexes may stand before it.
DType storedPrecision(const StateDict& tensors);

/// The tensor's own copy in memory, contiguous, in the file's precision. Throws Error on a damaged storage. What
/// holds NaN or infinities is noted in `tensors`.
at::Tensor readTensor(const StateDict& tensors, std::string_view key);

/// The warning that names the tensors of NaN or infinities among those that were read.
std::optional<Message> damageOf(const StateDict& tensors);

/// Fills every parameter and buffer of `module` from the tensor of the same name, converted to the module's precision.
/// Strict: a missing or left-over key or another shape throws Error, which lists them. Tensors whose name
/// ends in one of `ignorable` are left as the module made them, whether the file has them or not.
void loadStrict(torch::nn::Module& module, const StateDict& tensors, const std::vector<std::string>& ignorable = {});

/// All tensors of a .safetensors file by name.
std::map<std::string, at::Tensor> readSafetensors(const std::filesystem::path& file);

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

/// Parameters and buffers under the names of the checkpoint.
NamedTensors stateOf(const torch::nn::Module& module);

/// Writes tensors of any device and layout; see writeSafetensors(file, TensorBytes...).
void writeSafetensors(const std::filesystem::path& file, const NamedTensors& tensors,
                      const std::map<std::string, std::string>& metadata = {});

}  // namespace heirloom::models
