#include "models/checkpoint/archive.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

#include "models/checkpoint/crc32.h"
#include "models/checkpoint/file_access.h"
#include "models/checkpoint/formats.h"
#include "models/checkpoint/refusal.h"
#include "models/checkpoint/tensor_layout.h"
#include "models/checkpoint/unfinished.h"

namespace heirloom::models {
namespace {

class ParsedArchive : public Archive {
 public:
  ParsedArchive(std::span<const std::byte> bytes, std::filesystem::path file, Contents contents)
      : bytes_(bytes), file_(std::move(file)), contents_(std::move(contents)) {}

  /// Keeps the mapping that `bytes` points into.
  void own(std::unique_ptr<const MappedFile> mapping) { mapping_ = std::move(mapping); }

  /// A network of gigabytes would be in memory twice otherwise, in its layers and here.
  void leave(std::span<const std::byte> storage) const {
    if (mapping_) mapping_->leave(storage);
  }

  const std::filesystem::path& file() const override { return file_; }
  std::string_view format() const override { return contents_.format; }
  const Node& root() const override { return contents_.root; }
  const std::map<std::string, std::string>& metadata() const override { return contents_.metadata; }

  std::span<const std::byte> storage(const TensorEntry& entry) const override {
    if (entry.storageBegin > bytes_.size() || entry.storageBytes > bytes_.size() - entry.storageBegin) {
      throw std::invalid_argument("a tensor entry of another archive");
    }
    return bytes_.subspan(entry.storageBegin, entry.storageBytes);
  }

 private:
  std::unique_ptr<const MappedFile> mapping_;
  std::span<const std::byte> bytes_;
  std::filesystem::path file_;
  Contents contents_;
};

std::string_view textAt(std::span<const std::byte> bytes, std::size_t begin, std::size_t length) {
  if (begin > bytes.size()) return {};
  const auto part = bytes.subspan(begin, std::min(length, bytes.size() - begin));
  return {reinterpret_cast<const char*>(part.data()), part.size()};
}

/// What people hand over instead of a checkpoint, by its first bytes.
struct Stranger {
  std::size_t at;
  std::string_view bytes;
  std::string_view kind;
};

using namespace std::string_view_literals;
constexpr std::array kStrangers{
    Stranger{257, "ustar"sv, "a tar archive, as PyTorch wrote before version 0.1.10"sv},
    Stranger{0, "version https://git-lfs"sv, "a Git LFS pointer to a checkpoint, not the checkpoint itself"sv},
    Stranger{0, "GGUF"sv, "a GGUF file"sv},
    Stranger{0, "\x89HDF"sv, "an HDF5 file"sv},
    Stranger{0, "\x1f\x8b"sv, "a gzip archive"sv},
    Stranger{0, "7z\xbc\xaf"sv, "a 7-Zip archive"sv},
    Stranger{0, "Rar!"sv, "a RAR archive"sv},
    Stranger{0, "\x80"sv, "a pickle that PyTorch did not write"sv},
};

/// Whether it begins as web pages do, in letters of any size, whatever blank lines come first.
bool isWebPage(std::span<const std::byte> bytes) {
  constexpr std::size_t kLooked = 256;
  std::string text(textAt(bytes, 0, kLooked));
  text.erase(0, text.find_first_not_of("\xef\xbb\xbf \t\r\n"));
  for (char& letter : text) letter = 'A' <= letter && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  return text.starts_with("<!doctype") || text.starts_with("<html");
}

Contents parseByContent(std::span<const std::byte> bytes) {
  if (textAt(bytes, 0, 4) == "PK\x03\x04"sv || textAt(bytes, 0, 4) == "PK\x05\x06"sv) return parseZipPickle(bytes);
  if (looksLikeLegacyPickle(bytes)) return parseLegacyPickle(bytes);
  // Before the strangers: the length in front of the header may begin with any byte.
  if (textAt(bytes, 8, 1) == "{") return parseSafetensors(bytes);

  const Message remedy =
      HEIRLOOM_TEXT("checkpoint.unknown.remedy", "give a .safetensors or .pth file, downloaded whole and unpacked");
  const auto refuse = [&](std::string_view kind) {
    throw Error(HEIRLOOM_TEXT("checkpoint.stranger", "this is %1").with(std::string(kind)), remedy);
  };
  for (const Stranger& stranger : kStrangers) {
    if (textAt(bytes, stranger.at, stranger.bytes.size()) == stranger.bytes) refuse(stranger.kind);
  }
  if (isWebPage(bytes)) refuse("a web page, not the file it offers");
  throw Error(HEIRLOOM_TEXT("checkpoint.unknown", "this is neither a .safetensors file nor a PyTorch checkpoint"),
              remedy);
}

/// Whether the `zeros` bytes at the end of a file are what it is refused for: it looks damaged, or without them it is
/// refused otherwise.
bool isRefusedForZeros(const Error& refusal, std::span<const std::byte> bytes, std::uint64_t zeros) {
  if (zeros == 0) return false;
  if (zeros == bytes.size() || refusal.remedy() == damaged({}).remedy()) return true;
  try {
    parseByContent(bytes.first(bytes.size() - zeros));
    return false;  // they are more than the file should have
  } catch (const Error& shortened) {
    return shortened.fault() != refusal.fault();
  }
}

Contents parseWhole(std::span<const std::byte> bytes) {
  const std::uint64_t zeros = zerosAtEnd(bytes);
  try {
    Contents contents = parseByContent(bytes);
    if (zeros == 0 || !lacksWeights(contents.root, bytes.size() - zeros)) return contents;
  } catch (const Error& refusal) {
    if (!isRefusedForZeros(refusal, bytes, zeros)) throw;
  }
  throw unfinished(zeros);
}

std::shared_ptr<ParsedArchive> parseNamed(std::span<const std::byte> bytes, const std::filesystem::path& name) {
  try {
    return std::make_shared<ParsedArchive>(bytes, name, parseWhole(bytes));
  } catch (const Error& error) {
    throw error.in(name);
  }
}

/// Whether a download program calls files so until they are whole.
bool isUnfinishedDownload(const std::filesystem::path& file) {
  constexpr std::array kEndings{".part"sv,     ".partial"sv,    ".crdownload"sv,
                                ".download"sv, ".opdownload"sv, ".incomplete"sv};
  return std::ranges::find(kEndings, file.extension().string()) != kEndings.end();
}

}  // namespace

std::size_t itemSize(DType dtype) {
  switch (dtype) {
    case DType::Float64:
    case DType::Int64:
      return 8;
    case DType::Float32:
    case DType::Int32:
      return 4;
    case DType::Float16:
    case DType::BFloat16:
    case DType::Int16:
      return 2;
    case DType::Int8:
    case DType::UInt8:
    case DType::Bool:
      return 1;
  }
  throw std::invalid_argument("no such dtype");
}

std::string_view name(DType dtype) {
  switch (dtype) {
    case DType::Float64:
      return "float64";
    case DType::Float32:
      return "float32";
    case DType::Float16:
      return "float16";
    case DType::BFloat16:
      return "bfloat16";
    case DType::Int64:
      return "int64";
    case DType::Int32:
      return "int32";
    case DType::Int16:
      return "int16";
    case DType::Int8:
      return "int8";
    case DType::UInt8:
      return "uint8";
    case DType::Bool:
      return "bool";
  }
  throw std::invalid_argument("no such dtype");
}

std::int64_t TensorEntry::numel() const {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) {
    // First, because the product of the other sizes need not fit.
    if (size == 0) return 0;
  }
  for (const std::int64_t size : shape) count *= size;
  return count;
}

const Node* Node::find(std::string_view key) const {
  for (const auto& [name, value] : dictionary) {
    if (name == key) return &value;
  }
  return nullptr;
}

std::shared_ptr<const Archive> Archive::open(const std::filesystem::path& file) {
  auto mapping = std::make_unique<const MappedFile>(file);
  mapping->expect(MappedFile::Access::Scattered);
  try {
    auto archive = parseNamed(mapping->bytes(), file);
    mapping->expect(MappedFile::Access::Sequential);
    archive->own(std::move(mapping));
    return archive;
  } catch (const Error& error) {
    if (!isUnfinishedDownload(file)) throw;
    throw Error(error.fault(),
                HEIRLOOM_TEXT("checkpoint.remedy.unfinished", "its download has not ended: wait, or download it again"),
                file);
  }
}

std::shared_ptr<const Archive> Archive::parse(std::span<const std::byte> bytes, const std::filesystem::path& name) {
  return parseNamed(bytes, name);
}

void Archive::read(const TensorEntry& entry, std::span<std::byte> target) const {
  if (target.size() != static_cast<std::size_t>(entry.numel()) * itemSize(entry.dtype)) {
    throw std::invalid_argument("the target has not the tensor's size");
  }
  const auto bytes = storage(entry);
  if (entry.crc32 && !bytes.empty()) {
    // Many tensors may share a large storage: it is summed once.
    const auto verified = [&] {
      const std::lock_guard lock(mutex_);
      return verified_.contains(entry.storageBegin);
    };
    if (!verified()) {
      if (heirloom::models::crc32(bytes) != *entry.crc32) {
        throw damaged(HEIRLOOM_TEXT("checkpoint.crc", "the checksum of a tensor does not match its data")).in(file());
      }
      const std::lock_guard lock(mutex_);
      verified_.insert(entry.storageBegin);
    }
  }
  copyRowMajor(entry, bytes, target);
  if (const auto* parsed = dynamic_cast<const ParsedArchive*>(this)) parsed->leave(bytes);
}

}  // namespace heirloom::models
