#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heirloom::models {

enum class DType { Float64, Float32, Float16, BFloat16, Int64, Int32, Int16, Int8, UInt8, Bool };

std::size_t itemSize(DType dtype);
std::string_view name(DType dtype);  // as PyTorch spells it: "float32"

/// Where a tensor lies in its file. Everything was checked against the file when the archive was opened: every element
/// that shape, strides and offset reach lies inside the storage, and the storage inside the file.
struct TensorEntry {
  DType dtype = DType::Float32;
  std::vector<std::int64_t> shape;    // rank <= 8
  std::vector<std::int64_t> strides;  // in elements, never negative
  std::uint64_t storageOffset = 0;    // elements from the start of the storage to the first one
  std::uint64_t storageBegin = 0;     // byte offset of the storage in the file
  std::uint64_t storageBytes = 0;
  std::optional<std::uint32_t> crc32;  // of the whole storage (zip archives), checked when the tensor is read

  std::int64_t numel() const;
  bool operator==(const TensorEntry&) const = default;
};

struct NamedNode;

/// One value of the object a checkpoint holds. Anything that is neither a tensor nor a dictionary is opaque.
struct Node {
  enum class Kind { Opaque, Dictionary, Tensor };
  Kind kind = Kind::Opaque;
  TensorEntry tensor;                 // Kind::Tensor
  std::vector<NamedNode> dictionary;  // Kind::Dictionary, in the file's order; keys are unique

  const Node* find(std::string_view key) const;  // null when absent
};

struct NamedNode {
  std::string key;
  Node value;
};

/// A checkpoint file, memory-mapped: opening reads its index only, whatever its size, and the zeros that it may end in.
/// Immutable; may be shared by threads.
class Archive {
 public:
  /// Opens .safetensors, zip .pth and legacy pickle .pth, told apart by content. Throws Error, which names the file and
  /// the reason, on anything else, on every file that breaks a rule of its format, and on one whose end was never
  /// written (unfinished.h).
  static std::shared_ptr<const Archive> open(const std::filesystem::path& file);

  /// The same over bytes in memory, which must outlive the archive; `name` stands for the file in messages.
  static std::shared_ptr<const Archive> parse(std::span<const std::byte> bytes, const std::filesystem::path& name);

  virtual ~Archive() = default;
  virtual const std::filesystem::path& file() const = 0;
  virtual std::string_view format() const = 0;  // "safetensors", "zip pickle", "legacy pickle", "TorchScript"
  virtual const Node& root() const = 0;
  virtual const std::map<std::string, std::string>& metadata() const = 0;  // safetensors' __metadata__

  /// The storage's raw little-endian bytes, straight from the mapping.
  virtual std::span<const std::byte> storage(const TensorEntry& entry) const = 0;

  /// Copies the tensor's elements, in row-major order, to `target` (numel * itemSize bytes). Throws Error when the
  /// storage's checksum does not match.
  void read(const TensorEntry& entry, std::span<std::byte> target) const;

 private:
  mutable std::mutex mutex_;
  mutable std::set<std::uint64_t> verified_;  // where storages begin whose checksum was found right
};

}  // namespace heirloom::models
