#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heirloom::tests {

/// A small file in memory and what to call it.
struct NamedBytes {
  std::string name;
  std::string bytes;
};

std::span<const std::byte> asBytes(std::string_view text);

/// `value` little end first.
std::string number(std::uint64_t value, std::size_t bytes);

/// The bytes of float32 values.
std::string floats(std::span<const float> values);
std::string floats(std::initializer_list<float> values);

/// Puts a pickle together, opcode by opcode, as Python's protocol 2 does.
class PickleWriter {
 public:
  PickleWriter& raw(std::string_view bytes);
  PickleWriter& mark() { return raw("("); }
  PickleWriter& none() { return raw("N"); }
  PickleWriter& truth(bool value) { return raw(value ? "\x88" : "\x89"); }
  PickleWriter& integer(std::int64_t value);
  PickleWriter& text(std::string_view value);
  PickleWriter& global(std::string_view module, std::string_view name);
  PickleWriter& emptyTuple() { return raw(")"); }
  PickleWriter& tuple() { return raw("t"); }
  PickleWriter& integers(std::span<const std::int64_t> values);
  PickleWriter& emptyDictionary() { return raw("}"); }
  PickleWriter& emptyList() { return raw("]"); }
  PickleWriter& append() { return raw("a"); }
  PickleWriter& setItem() { return raw("s"); }
  PickleWriter& setItems() { return raw("u"); }
  PickleWriter& reduce() { return raw("R"); }
  PickleWriter& newObject() { return raw("\x81"); }
  PickleWriter& build() { return raw("b"); }
  PickleWriter& put(std::uint32_t key) { return raw("r" + number(key, 4)); }
  PickleWriter& get(std::uint32_t key) { return raw("j" + number(key, 4)); }
  PickleWriter& orderedDictionary() { return global("collections", "OrderedDict").emptyTuple().reduce(); }

  /// The persistent id of a storage; `legacy` adds the sixth item.
  PickleWriter& storage(std::string_view type, std::string_view key, std::int64_t numel, bool legacy = false);

  struct Tensor {
    std::string type = "FloatStorage";
    std::string key = "0";
    std::int64_t numel = 6;
    std::int64_t offset = 0;
    std::vector<std::int64_t> shape{2, 3};
    std::vector<std::int64_t> strides{3, 1};
    bool legacy = false;
  };
  PickleWriter& tensor(const Tensor& tensor);

  /// With PROTO in front and STOP behind.
  std::string done() const { return "\x80\x02" + bytes_ + "."; }

 private:
  std::string bytes_;
};

/// An entry of a zip file; the optional fields lie.
struct ZipPart {
  std::string name;
  std::string content;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  bool descriptor = false;  // sizes behind the payload, as PyTorch writes them
  bool zip64 = false;       // sizes in the extra fields
  std::optional<std::uint32_t> crc32 = std::nullopt;
  std::optional<std::uint32_t> localBytes = std::nullopt;
  std::optional<std::string> localName = std::nullopt;
  std::optional<std::uint16_t> localMethod = std::nullopt;
  std::optional<std::uint32_t> headerAt = std::nullopt;
  std::optional<std::uint32_t> unpackedBytes = std::nullopt;
};
std::string zipFile(const std::vector<ZipPart>& parts, bool end64 = false);

/// A zip file whose last entry, `name`, holds `bytes` zeros without checksum: they belong between head and tail. Sizes
/// and places beyond 32 bits stand where PyTorch puts them.
struct SplitZip {
  std::string head, tail;
};
SplitZip zipWithLargeStorage(const std::vector<ZipPart>& parts, const std::string& name, std::uint64_t bytes);

/// The parts of a zip checkpoint called "archive": data.pkl, byteorder, version and the storages "data/<key>".
std::vector<ZipPart> zipCheckpoint(const std::string& pickle, const std::vector<NamedBytes>& storages);

struct LegacyStorage {
  std::string key;
  std::int64_t numel = 0;
  std::string bytes;
};
/// The five pickles and the data of a legacy file.
std::string legacyPreamble(bool littleEndian = true, std::int64_t protocol = 1001);
std::string legacyTail(const std::vector<LegacyStorage>& storages);
std::string legacyCheckpoint(const std::string& pickle, const std::vector<LegacyStorage>& storages);

/// Header and data with the length in front.
std::string safetensorsFile(std::string_view header, std::string_view data);

/// A pickle of {"conv.weight": 2 x 3, "conv.bias": the same storage from its third element, length 2}.
std::string samplePickle(bool legacy = false);
/// The storage of samplePickle: 0, 1, ... 5.
std::string sampleStorage();

/// Sound files of every kind that is read; the seeds of the fuzzers.
std::vector<NamedBytes> goodFiles();

}  // namespace heirloom::tests
