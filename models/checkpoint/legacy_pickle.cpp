#include <algorithm>
#include <array>
#include <unordered_map>

#include "models/checkpoint/formats.h"
#include "models/checkpoint/pickle.h"
#include "models/checkpoint/refusal.h"

namespace heirloom::models {
namespace {

// LONG1 of ten bytes: PyTorch's magic number 0x1950a86a20f9469cfc6c, little end first.
constexpr std::array<std::uint8_t, 12> kMagic{0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};
constexpr std::int64_t kProtocol = 1001;

/// Where the magic number begins: behind PROTO and, from protocol 4 on, FRAME.
std::size_t magicAt(std::span<const std::byte> file) {
  constexpr std::size_t kProto = 2, kFrame = 9;
  return file.size() > kProto && file[kProto] == std::byte{0x95} ? kProto + kFrame : kProto;
}

Error notLegacy() {
  return damaged(HEIRLOOM_TEXT("checkpoint.legacy.preamble", "the beginning of the checkpoint is damaged"));
}

void checkPreamble(ByteCursor& cursor) {
  Unpickler protocol(cursor, Unpickler::Dialect::Checkpoint);
  const PickleValue number = protocol.run();
  if (number.kind != PickleValue::Kind::Integer || number.integer != kProtocol) throw notLegacy();

  Unpickler system(cursor, Unpickler::Dialect::Checkpoint);
  const PickleValue facts = system.run();
  if (facts.kind != PickleValue::Kind::Dictionary) throw notLegacy();
  for (const auto& [key, value] : system.objects().dictionaries[facts.index]) {
    if (key.kind == PickleValue::Kind::Text && key.text == "little_endian") {
      if (value.kind == PickleValue::Kind::Boolean && value.integer == 1) return;
      throw unsupported(HEIRLOOM_TEXT("checkpoint.bigEndian", "its numbers are stored big end first"));
    }
  }
  throw notLegacy();
}

/// The storages' places, which follow one another in the order of the list of keys.
std::unordered_map<std::string_view, std::uint64_t> placeStorages(ByteCursor& cursor, const PickleObjects& objects) {
  std::unordered_map<std::string_view, const PickleStorage*> described;
  for (const PickleStorage& storage : objects.storages) described.emplace(storage.key, &storage);

  Unpickler list(cursor, Unpickler::Dialect::Checkpoint);
  const PickleValue keys = list.run();
  if (keys.kind != PickleValue::Kind::List) {
    throw damaged(HEIRLOOM_TEXT("checkpoint.legacy.keys", "the list of its storages is damaged"));
  }
  std::unordered_map<std::string_view, std::uint64_t> places;
  for (const PickleValue& key : list.objects().sequences[keys.index]) {
    const auto found = key.kind == PickleValue::Kind::Text ? described.find(key.text) : described.end();
    if (found == described.end()) {
      throw damaged(HEIRLOOM_TEXT("checkpoint.legacy.keys", "the list of its storages is damaged"));
    }
    const PickleStorage& storage = *found->second;
    if (cursor.u64() != storage.numel) {
      throw untrustworthy(HEIRLOOM_TEXT("checkpoint.storage.size", "the storage '%1' has not the size it should have")
                              .with(printable(storage.key)));
    }
    if (!places.emplace(storage.key, cursor.position()).second) {
      throw untrustworthy(HEIRLOOM_TEXT("checkpoint.pickle.storageTwice", "it describes the storage '%1' in two ways")
                              .with(printable(storage.key)));
    }
    cursor.take(storage.bytes());
  }
  if (cursor.remaining() != 0) {
    throw untrustworthy(HEIRLOOM_TEXT("checkpoint.legacy.rest", "bytes at the end of the file belong to no tensor"));
  }
  return places;
}

}  // namespace

bool looksLikeLegacyPickle(std::span<const std::byte> file) {
  const std::size_t at = magicAt(file);
  return file.size() >= at + kMagic.size() && file[0] == std::byte{0x80} &&
         std::equal(kMagic.begin(), kMagic.end(), file.begin() + static_cast<std::ptrdiff_t>(at),
                    [](std::uint8_t expected, std::byte found) { return std::byte{expected} == found; });
}

Contents parseLegacyPickle(std::span<const std::byte> file) {
  ByteCursor cursor(file, magicAt(file) + kMagic.size());
  if (cursor.u8() != '.') throw notLegacy();
  checkPreamble(cursor);

  Unpickler unpickler(cursor, Unpickler::Dialect::Checkpoint);
  const PickleValue object = unpickler.run();
  const auto places = placeStorages(cursor, unpickler.objects());

  Contents contents;
  contents.format = "legacy pickle";
  contents.root = makeTree(unpickler.objects(), object, [&](const PickleStorage& storage, TensorEntry& tensor) {
    const auto place = places.find(storage.key);
    if (place == places.end()) {
      throw damaged(
          HEIRLOOM_TEXT("checkpoint.storage.missing", "the storage '%1' is missing").with(printable(storage.key)));
    }
    tensor.storageBegin = place->second;
  });
  return contents;
}

}  // namespace heirloom::models
