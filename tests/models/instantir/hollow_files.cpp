#include "tests/models/instantir/hollow_files.h"

#include <torch/types.h>

#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/checkpoint/sample_files.h"
#include "tests/models/instantir/tiny_folder.h"

namespace heirloom::tests {
namespace {

using models::NamedTensors;
namespace fs = std::filesystem;

/// `bytes` zeros between `head` and `tail`.
void writeAround(const fs::path& file, const std::string& head, std::uint64_t bytes, const std::string& tail) {
  std::ofstream(file, std::ios::binary) << head;
  fs::resize_file(file, head.size() + bytes);
  std::ofstream(file, std::ios::binary | std::ios::app) << tail;
}

/// The last four of `bytes` zeros behind `head` are a float32 of 1.
void writeToItsEnd(const fs::path& file, const std::string& head, std::uint64_t bytes) {
  const std::string last = floats({1.0F});
  writeAround(file, head, bytes - last.size(), last);
}

}  // namespace

void writeHollow(const fs::path& file, std::span<const NamedTensors::value_type> shapes) {
  nlohmann::json header;
  std::uint64_t end = 0;
  for (const auto& [name, tensor] : shapes) {
    const std::uint64_t begin = end;
    end += tensor.nbytes();
    header[name] = {{"dtype", "F32"}, {"shape", tensor.sizes().vec()}, {"data_offsets", {begin, end}}};
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  writeToItsEnd(file, safetensorsFile(text, ""), end);
}

void writeHollowParts(const fs::path& file, const NamedTensors& shapes) {
  nlohmann::json index;
  const auto write = [&](const std::string& name, std::span<const NamedTensors::value_type> part) {
    writeHollow(file.parent_path() / name, part);
    for (const auto& item : part) index["weight_map"][item.first] = name;
  };
  const std::span<const NamedTensors::value_type> all(shapes);
  write("one.safetensors", all.first(all.size() / 2));
  write("two.safetensors", all.subspan(all.size() / 2));
  writeText(file.string() + ".index.json", index.dump());
}

void writeHollowPickle(const fs::path& file, const NamedTensors& shapes, FileKind kind) {
  const bool legacy = kind == FileKind::LegacyPth;
  const std::string storage = "0";
  std::int64_t numel = 0, offset = 0;
  for (const auto& [name, tensor] : shapes) numel += tensor.numel();
  PickleWriter pickle;
  pickle.orderedDictionary().put(0).mark();
  for (const auto& [name, tensor] : shapes) {
    pickle.text(name).tensor({.key = storage,
                              .numel = numel,
                              .offset = offset,
                              .shape = tensor.sizes().vec(),
                              .strides = tensor.strides().vec(),
                              .legacy = legacy});
    offset += tensor.numel();
  }
  const std::string written = pickle.setItems().done();
  const std::uint64_t bytes = sizeof(float) * static_cast<std::uint64_t>(numel);
  if (legacy) {
    writeToItsEnd(file, legacyCheckpoint(written, {{storage, numel, ""}}), bytes);
    return;
  }
  const SplitZip zip = zipWithLargeStorage(zipCheckpoint(written, {}), "archive/data/" + storage, bytes);
  writeAround(file, zip.head, bytes, zip.tail);
}

}  // namespace heirloom::tests
