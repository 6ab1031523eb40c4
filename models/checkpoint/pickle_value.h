#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/checkpoint/archive.h"

namespace heirloom::models {

/// What stands on the stack of the pickle interpreter. Text points into the file; everything of variable size lies in
/// the PickleObjects under `index`, so a value that appears many times costs nothing, and self-reference is only a
/// number.
struct PickleValue {
  enum class Kind : std::uint8_t {
    Mark,
    None,
    Boolean,
    Integer,
    Text,
    Symbol,
    Tuple,
    List,
    Dictionary,
    Script,  // an object of a TorchScript class
    Storage,
    Tensor,
    Opaque,
  };
  Kind kind = Kind::Opaque;
  std::uint32_t index = 0;
  std::int64_t integer = 0;
  std::string_view text;
};

/// A name of something in Python. It is compared with the names that are allowed, never looked up.
struct PickleSymbol {
  std::string_view module, name;

  std::string full() const { return std::string(module) + "." + std::string(name); }
  bool is(std::string_view otherModule, std::string_view otherName) const {
    return module == otherModule && name == otherName;
  }
};

/// A storage as a persistent id names it.
struct PickleStorage {
  std::string_view key;
  DType dtype = DType::UInt8;
  bool untyped = false;  // counted in bytes; its tensors say their type
  std::uint64_t numel = 0;

  std::uint64_t bytes() const { return numel * itemSize(dtype); }
};

/// A tensor whose place in the file is not known yet.
struct PickleTensor {
  std::uint32_t storage = 0;
  TensorEntry entry;  // without storageBegin and crc32
};

struct PickleObjects {
  std::vector<PickleSymbol> symbols;
  std::vector<std::vector<PickleValue>> sequences;
  std::vector<std::vector<std::pair<PickleValue, PickleValue>>> dictionaries;
  std::vector<std::optional<std::uint32_t>> scripts;  // the dictionary with an object's attributes, once it has some
  std::vector<PickleStorage> storages;
  std::vector<PickleTensor> tensors;
};

}  // namespace heirloom::models
