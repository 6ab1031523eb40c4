#include "tests/models/support/checkpoint_files.h"

#include <fstream>

#include "tests/checkpoint/sample_files.h"

namespace heirloom::tests {
namespace {

/// A state dict whose tensor number i lies in storage "i".
std::string pickled(const models::NamedTensors& tensors, bool legacy) {
  PickleWriter pickle;
  pickle.orderedDictionary().put(0).mark();
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const at::Tensor& tensor = tensors[i].second;
    pickle.text(tensors[i].first)
        .tensor({.type = tensor.is_floating_point() ? "FloatStorage" : "LongStorage",
                 .key = std::to_string(i),
                 .numel = tensor.numel(),
                 .shape = tensor.sizes().vec(),
                 .strides = tensor.contiguous().strides().vec(),
                 .legacy = legacy});
  }
  return pickle.setItems().done();
}

std::string bytesOf(const at::Tensor& tensor) {
  const at::Tensor dense = tensor.contiguous();
  return {static_cast<const char*>(dense.const_data_ptr()), dense.nbytes()};
}

std::string zipped(const models::NamedTensors& tensors) {
  std::vector<NamedBytes> storages;
  for (std::size_t i = 0; i < tensors.size(); ++i) storages.push_back({std::to_string(i), bytesOf(tensors[i].second)});
  return zipFile(zipCheckpoint(pickled(tensors, false), storages));
}

std::string legacy(const models::NamedTensors& tensors) {
  std::vector<LegacyStorage> storages;
  for (std::size_t i = 0; i < tensors.size(); ++i)
    storages.push_back({std::to_string(i), tensors[i].second.numel(), bytesOf(tensors[i].second)});
  return legacyCheckpoint(pickled(tensors, true), storages);
}

}  // namespace

const char* name(FileKind kind) {
  switch (kind) {
    case FileKind::Safetensors:
      return ".safetensors";
    case FileKind::ZipPth:
      return "zip .pth";
    case FileKind::LegacyPth:
      return "legacy .pth";
  }
  return "";
}

std::filesystem::path writeCheckpoint(const std::filesystem::path& folder, FileKind kind,
                                      const models::NamedTensors& tensors) {
  if (kind == FileKind::Safetensors) {
    models::writeSafetensors(folder / "weights.safetensors", tensors);
    return folder / "weights.safetensors";
  }
  std::ofstream(folder / "weights.pth", std::ios::binary)
      << (kind == FileKind::ZipPth ? zipped(tensors) : legacy(tensors));
  return folder / "weights.pth";
}

}  // namespace heirloom::tests
