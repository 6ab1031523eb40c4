#include <algorithm>

#include "models/checkpoint/crc32.h"
#include "models/checkpoint/formats.h"
#include "models/checkpoint/pickle.h"
#include "models/checkpoint/refusal.h"
#include "models/checkpoint/zip_directory.h"

namespace heirloom::models {
namespace {

constexpr std::uint64_t kMaxPickle = 64u << 20;
constexpr std::string_view kPickle = "data.pkl";

/// The one folder at the top, with its slash.
std::string findRoot(const ZipDirectory& directory) {
  std::optional<std::string> root;
  for (const auto& [name, entry] : directory) {
    const std::size_t slash = name.find('/');
    if (slash != std::string_view::npos && name.substr(slash + 1) == kPickle) {
      if (root) throw untrustworthy(HEIRLOOM_TEXT("checkpoint.zip.roots", "the zip file holds two checkpoints"));
      root = name.substr(0, slash + 1);
    }
  }
  if (!root) {
    throw Error(
        HEIRLOOM_TEXT("checkpoint.zip.noPickle", "this zip file holds no checkpoint (no data.pkl in it)"),
        HEIRLOOM_TEXT("checkpoint.unknown.remedy", "give a .safetensors or .pth file, downloaded whole and unpacked"));
  }
  return *root;
}

std::span<const std::byte> contentOf(std::span<const std::byte> file, const ZipEntry& entry, std::string_view name) {
  const auto content = file.subspan(entry.begin, entry.bytes);
  if (entry.crc32 != 0 && crc32(content) != entry.crc32) {
    throw damaged(
        HEIRLOOM_TEXT("checkpoint.zip.crc", "the checksum of '%1' does not match its data").with(printable(name)));
  }
  return content;
}

}  // namespace

Contents parseZipPickle(std::span<const std::byte> file) {
  const ZipDirectory directory = readZipDirectory(file);
  const std::string root = findRoot(directory);
  const std::string code = root + "code/";
  bool torchScript = directory.contains(root + "constants.pkl");
  for (const auto& [name, entry] : directory) {
    if (!name.starts_with(root)) {
      throw untrustworthy(HEIRLOOM_TEXT("checkpoint.zip.outsideRoot", "'%1' lies outside the checkpoint's folder")
                              .with(printable(name)));
    }
    torchScript = torchScript || name.starts_with(code);
    // TorchScript packs its program, which is never read.
    if (!entry.stored && !name.starts_with(code)) {
      throw unsupported(
          HEIRLOOM_TEXT("checkpoint.zip.compressed", "'%1' in the zip file is compressed").with(printable(name)));
    }
  }

  if (const auto order = directory.find(root + "byteorder"); order != directory.end()) {
    ByteCursor cursor(file, order->second.begin);
    if (order->second.bytes != 6 || cursor.text(6) != "little") {
      throw unsupported(HEIRLOOM_TEXT("checkpoint.bigEndian", "its numbers are stored big end first"));
    }
  }

  const auto& [pickleName, pickle] = *directory.find(root + std::string(kPickle));
  if (pickle.bytes > kMaxPickle) {
    throw untrustworthy(HEIRLOOM_TEXT("checkpoint.pickle.tooMuch", "the pickle in it is larger than any checkpoint's"));
  }
  ByteCursor cursor(contentOf(file, pickle, pickleName));
  Unpickler unpickler(cursor, torchScript ? Unpickler::Dialect::TorchScript : Unpickler::Dialect::Checkpoint);
  const PickleValue object = unpickler.run();

  Contents contents;
  contents.format = torchScript ? "TorchScript" : "zip pickle";
  contents.root = makeTree(unpickler.objects(), object, [&](const PickleStorage& storage, TensorEntry& tensor) {
    const auto found = directory.find(root + "data/" + std::string(storage.key));
    if (found == directory.end()) {
      throw damaged(
          HEIRLOOM_TEXT("checkpoint.storage.missing", "the storage '%1' is missing").with(printable(storage.key)));
    }
    if (found->second.bytes != storage.bytes()) {
      throw untrustworthy(HEIRLOOM_TEXT("checkpoint.storage.size", "the storage '%1' has not the size it should have")
                              .with(printable(storage.key)));
    }
    tensor.storageBegin = found->second.begin;
    if (found->second.crc32 != 0) tensor.crc32 = found->second.crc32;
  });
  return contents;
}

}  // namespace heirloom::models
