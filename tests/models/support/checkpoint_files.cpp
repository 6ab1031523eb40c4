#include "tests/models/support/checkpoint_files.h"

#include <torch/csrc/jit/api/module.h>

#include <fstream>
#include <memory>

#include "tests/checkpoint/sample_files.h"

namespace heirloom::tests {
namespace {

std::string storageClass(at::ScalarType type) {
  switch (type) {
    case at::kHalf:
      return "HalfStorage";
    case at::kBFloat16:
      return "BFloat16Storage";
    case at::kDouble:
      return "DoubleStorage";
    case at::kLong:
      return "LongStorage";
    case at::kComplexFloat:
      return "ComplexFloatStorage";
    default:
      return "FloatStorage";
  }
}

/// The tensor, all of storage `key`.
void put(const at::Tensor& tensor, const std::string& key, PickleWriter& pickle, bool legacy = false) {
  pickle.tensor({.type = storageClass(tensor.scalar_type()),
                 .key = key,
                 .numel = tensor.numel(),
                 .shape = tensor.sizes().vec(),
                 .strides = tensor.contiguous().strides().vec(),
                 .legacy = legacy});
}

/// A state dict whose tensor number i lies in storage "i".
std::string pickled(const models::NamedTensors& tensors, bool legacy) {
  PickleWriter pickle;
  pickle.orderedDictionary().put(0).mark();
  for (std::size_t i = 0; i < tensors.size(); ++i)
    put(tensors[i].second, std::to_string(i), pickle.text(tensors[i].first), legacy);
  return pickle.setItems().done();
}

std::string bytesOf(const at::Tensor& tensor) {
  const at::Tensor dense = tensor.contiguous();
  return {static_cast<const char*>(dense.const_data_ptr()), dense.nbytes()};
}

/// The file around a pickle whose tensor number i lies in storage "i".
std::string zipped(const std::string& pickle, const models::NamedTensors& tensors) {
  std::vector<NamedBytes> storages;
  for (std::size_t i = 0; i < tensors.size(); ++i) storages.push_back({std::to_string(i), bytesOf(tensors[i].second)});
  return zipFile(zipCheckpoint(pickle, storages));
}

std::string legacy(const std::string& pickle, const models::NamedTensors& tensors) {
  std::vector<LegacyStorage> storages;
  for (std::size_t i = 0; i < tensors.size(); ++i)
    storages.push_back({std::to_string(i), tensors[i].second.numel(), bytesOf(tensors[i].second)});
  return legacyCheckpoint(pickle, storages);
}

/// What a module holds itself, and what each of those in it does.
struct ModuleTensors {
  models::NamedTensors own;
  std::vector<std::pair<std::string, models::NamedTensors>> inner;
};

ModuleTensors ofModule(const models::NamedTensors& tensors) {
  ModuleTensors result;
  for (const auto& [name, tensor] : tensors) {
    const std::size_t dot = name.find('.');
    if (dot == std::string::npos) {
      result.own.emplace_back(name, tensor);
      continue;
    }
    const std::string module = name.substr(0, dot);
    if (result.inner.empty() || result.inner.back().first != module) result.inner.push_back({module, {}});
    result.inner.back().second.emplace_back(name.substr(dot + 1), tensor);
  }
  return result;
}

/// A module of TorchScript and those in it; the storages are appended in the order of the pickle.
void putModule(const models::NamedTensors& tensors, PickleWriter& pickle, std::vector<NamedBytes>& storages) {
  const ModuleTensors module = ofModule(tensors);
  pickle.global("__torch__", "Module").emptyTuple().newObject().emptyDictionary().mark();
  pickle.text("training").truth(false);
  for (const auto& [name, tensor] : module.own) {
    const std::string key = std::to_string(storages.size());
    put(tensor, key, pickle.text(name));
    storages.push_back({key, bytesOf(tensor)});
  }
  for (const auto& [name, below] : module.inner) putModule(below, pickle.text(name), storages);
  pickle.setItems().build();
}

/// The same as PyTorch has it, with what scripted networks hold beside their tensors: flags, a list, a program.
torch::jit::Module scripted(const models::NamedTensors& tensors,
                            const std::shared_ptr<torch::jit::CompilationUnit>& unit) {
  const ModuleTensors module = ofModule(tensors);
  torch::jit::Module result("__torch__.Layer", unit, /*shouldMangle=*/true);
  result.register_attribute("training", c10::BoolType::get(), false);
  result.register_attribute("_is_full_backward_hook", c10::NoneType::get(), c10::IValue());
  result.register_attribute("scales", c10::ListType::ofInts(), c10::List<std::int64_t>({2, 3}));
  for (const auto& [name, tensor] : module.own) result.register_parameter(name, tensor, /*is_buffer=*/false);
  for (const auto& [name, below] : module.inner) result.register_module(name, scripted(below, unit));
  result.define("def forward(self, picture):\n    return picture + self.scales[0]\n");
  return result;
}

void writeBytes(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

}  // namespace

void writeGroups(const std::filesystem::path& file,
                 const std::vector<std::pair<std::string, models::NamedTensors>>& groups,
                 const std::vector<std::string>& others, const std::string& within, FileKind kind) {
  PickleWriter pickle;
  models::NamedTensors stored;  // number i lies in storage "i"
  pickle.emptyDictionary().mark();
  if (!within.empty()) pickle.text(within).emptyDictionary().mark();
  for (const auto& [group, tensors] : groups) {
    pickle.text(group).orderedDictionary().mark();
    for (const auto& [name, tensor] : tensors) {
      put(tensor, std::to_string(stored.size()), pickle.text(name), kind == FileKind::LegacyPth);
      stored.emplace_back(name, tensor);
    }
    pickle.setItems();
  }
  if (!within.empty()) pickle.setItems();
  for (const std::string& other : others) pickle.text(other).emptyList();
  const std::string written = pickle.setItems().done();
  writeBytes(file, kind == FileKind::LegacyPth ? legacy(written, stored) : zipped(written, stored));
}

void writeTorchScript(const std::filesystem::path& file, const models::NamedTensors& tensors) {
  PickleWriter pickle;
  std::vector<NamedBytes> storages;
  putModule(tensors, pickle, storages);
  auto parts = zipCheckpoint(pickle.done(), storages);
  parts.push_back({.name = "archive/constants.pkl", .content = PickleWriter().emptyTuple().done()});
  parts.push_back({.name = "archive/code/__torch__.py", .content = "\x03", .method = 8, .unpackedBytes = 0});
  writeBytes(file, zipFile(parts));
}

void saveTorchScript(const std::filesystem::path& file, const models::NamedTensors& tensors) {
  scripted(tensors, std::make_shared<torch::jit::CompilationUnit>()).save(file.string());
}

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
      << (kind == FileKind::ZipPth ? zipped(pickled(tensors, false), tensors)
                                   : legacy(pickled(tensors, true), tensors));
  return folder / "weights.pth";
}

}  // namespace heirloom::tests
