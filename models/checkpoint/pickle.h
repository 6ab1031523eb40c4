#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "models/checkpoint/byte_cursor.h"
#include "models/checkpoint/pickle_value.h"

namespace heirloom::models {

/// Reads one pickle into values without resolving or calling anything. Understood are the opcodes and callables that
/// checkpoints consist of (pickle_calls.cpp lists the callables); anything else is an Error. Memory and time are
/// bounded by limits on opcodes, stack, marks and tensors, whatever the pickle says.
class Unpickler {
 public:
  enum class Dialect {
    Checkpoint,
    TorchScript,  // classes named __torch__.* become dictionaries of their attributes
  };

  Unpickler(ByteCursor& cursor, Dialect dialect) : cursor_(cursor), dialect_(dialect) {}

  /// Runs until STOP, leaves the cursor behind it and returns the object.
  PickleValue run();

  const PickleObjects& objects() const { return objects_; }
  PickleObjects& objects() { return objects_; }

 private:
  using Kind = PickleValue::Kind;

  /// False at STOP.
  bool step(std::uint8_t opcode);
  /// Counts work against the limit; whatever costs more than one instruction's worth says so here.
  void spend(std::uint64_t operations);

  void push(PickleValue value);
  void push(Kind kind, std::size_t index = 0) { push({.kind = kind, .index = static_cast<std::uint32_t>(index)}); }
  void pushInteger(std::int64_t value) { push({.kind = Kind::Integer, .integer = value}); }
  void pushText(std::uint64_t length);
  void pushTuple(std::size_t count);
  PickleValue pop();
  PickleValue& top();
  std::vector<PickleValue> popToMark();
  std::string_view line();
  void memoize(std::uint64_t key);
  void recall(std::uint64_t key);
  void setItems(std::span<const PickleValue> keysAndValues);
  void append(std::span<const PickleValue> values);

  // In pickle_calls.cpp.
  PickleValue call(const PickleValue& callable, const PickleValue& arguments);
  PickleValue makeObject(const PickleValue& type);
  PickleValue makeOrderedDictionary(std::span<const PickleValue> arguments);
  PickleValue rebuildTensor(std::span<const PickleValue> arguments, std::optional<DType> dtype);
  PickleValue persistent(const PickleValue& id);
  void build(const PickleValue& state);

  const PickleSymbol& symbol(const PickleValue& value) const;
  std::span<const PickleValue> tuple(const PickleValue& value) const;
  PickleValue newDictionary();

  ByteCursor& cursor_;
  Dialect dialect_;
  PickleObjects objects_;
  std::vector<PickleValue> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, PickleValue> memo_;
  std::unordered_map<std::string_view, std::uint32_t> storageOf_;
  std::uint64_t operations_ = 0;
};

/// Where a storage lies in the file: fills storageBegin and crc32 of the entry, whose storageBytes are set.
using StorageFinder = std::function<void(const PickleStorage&, TensorEntry&)>;

/// The tree of a pickle's object. Throws Error when it is too deep or too large, or a name occurs twice.
Node makeTree(const PickleObjects& objects, const PickleValue& root, const StorageFinder& find);

}  // namespace heirloom::models
