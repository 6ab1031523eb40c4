#include "tests/checkpoint/sample_files.h"

#include <cstring>

#include "models/checkpoint/crc32.h"

namespace heirloom::tests {

std::span<const std::byte> asBytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

std::string number(std::uint64_t value, std::size_t bytes) {
  std::string result;
  for (std::size_t i = 0; i < bytes; ++i) result += static_cast<char>(i < 8 ? value >> (8 * i) & 0xff : 0);
  return result;
}

std::string floats(std::span<const float> values) {
  std::string result(values.size() * sizeof(float), '\0');
  std::memcpy(result.data(), values.data(), result.size());
  return result;
}

std::string floats(std::initializer_list<float> values) {
  return floats(std::span(values.begin(), values.size()));
}

PickleWriter& PickleWriter::raw(std::string_view bytes) {
  bytes_ += bytes;
  return *this;
}

PickleWriter& PickleWriter::integer(std::int64_t value) {
  if (value >= 0 && value < 256) return raw("K" + number(static_cast<std::uint64_t>(value), 1));
  return raw(std::string("\x8a\x08") + number(static_cast<std::uint64_t>(value), 8));
}

PickleWriter& PickleWriter::text(std::string_view value) {
  return raw("X" + number(value.size(), 4)).raw(value);
}

PickleWriter& PickleWriter::global(std::string_view module, std::string_view name) {
  return raw("c").raw(module).raw("\n").raw(name).raw("\n");
}

PickleWriter& PickleWriter::integers(std::span<const std::int64_t> values) {
  mark();
  for (const std::int64_t value : values) integer(value);
  return tuple();
}

PickleWriter& PickleWriter::storage(std::string_view type, std::string_view key, std::int64_t numel, bool legacy) {
  mark().text("storage").global("torch", type).text(key).text("cpu").integer(numel);
  if (legacy) none();
  return tuple().raw("Q");
}

PickleWriter& PickleWriter::tensor(const Tensor& tensor) {
  global("torch._utils", "_rebuild_tensor_v2").mark();
  storage(tensor.type, tensor.key, tensor.numel, tensor.legacy).integer(tensor.offset);
  return integers(tensor.shape).integers(tensor.strides).truth(false).orderedDictionary().tuple().reduce();
}

std::string zipFile(const std::vector<ZipPart>& parts, bool end64) {
  std::string file;
  std::string directory;
  for (const ZipPart& part : parts) {
    const std::uint64_t size = part.content.size();
    const std::uint64_t unpacked = part.unpackedBytes.value_or(static_cast<std::uint32_t>(size));
    const std::uint64_t crc = part.crc32.value_or(models::crc32(asBytes(part.content)));
    const std::uint64_t headerAt = part.headerAt.value_or(static_cast<std::uint32_t>(file.size()));
    const auto flags = static_cast<std::uint16_t>(part.flags | (part.descriptor ? 8 : 0));
    const std::string& localName = part.localName.value_or(part.name);
    const std::string wide = part.zip64 ? number(1, 2) + number(16, 2) + number(unpacked, 8) + number(size, 8) : "";
    const std::string wideCentral =
        part.zip64 ? number(1, 2) + number(24, 2) + number(unpacked, 8) + number(size, 8) + number(headerAt, 8) : "";
    const std::string unknown = number(0, 12);
    const std::uint64_t localBytes =
        part.zip64 ? 0xffffffff : part.localBytes.value_or(static_cast<std::uint32_t>(size));
    const std::string localSizes =
        number(crc, 4) + number(localBytes, 4) + number(part.zip64 ? localBytes : unpacked, 4);

    file += number(0x04034b50, 4) + number(20, 2) + number(flags, 2) +
            number(part.localMethod.value_or(part.method), 2) + number(0, 4) +
            (part.descriptor ? unknown : localSizes) + number(localName.size(), 2) +
            number(part.descriptor ? 0 : wide.size(), 2) + localName + (part.descriptor ? "" : wide) + part.content;
    if (part.descriptor) {
      const std::size_t width = part.zip64 ? 8 : 4;
      file += number(0x08074b50, 4) + number(crc, 4) + number(size, width) + number(unpacked, width);
    }
    const auto narrow = [&](std::uint64_t value) { return number(part.zip64 ? 0xffffffff : value, 4); };
    directory += number(0x02014b50, 4) + number(20, 2) + number(20, 2) + number(flags, 2) + number(part.method, 2) +
                 number(0, 4) + number(crc, 4) + narrow(size) + narrow(unpacked) + number(part.name.size(), 2) +
                 number(wideCentral.size(), 2) + number(0, 2) + number(0, 2) + number(0, 2) + number(0, 4) +
                 narrow(headerAt) + part.name + wideCentral;
  }
  const std::uint64_t begin = file.size();
  file += directory;
  if (end64) {
    const std::uint64_t end64At = file.size();
    file += number(0x06064b50, 4) + number(44, 8) + number(45, 2) + number(45, 2) + number(0, 4) + number(0, 4) +
            number(parts.size(), 8) + number(parts.size(), 8) + number(directory.size(), 8) + number(begin, 8);
    file += number(0x07064b50, 4) + number(0, 4) + number(end64At, 8) + number(1, 4);
  }
  const auto narrow = [&](std::uint64_t value, std::size_t width) { return number(end64 ? ~0ull : value, width); };
  return file + number(0x06054b50, 4) + number(0, 4) + narrow(parts.size(), 2) + narrow(parts.size(), 2) +
         narrow(directory.size(), 4) + narrow(begin, 4) + number(0, 2);
}

SplitZip zipWithLargeStorage(const std::vector<ZipPart>& parts, const std::string& name, std::uint64_t bytes) {
  const std::string small = zipFile(parts, true);
  // Entries, then the directory of zipFile without its three end records.
  const std::size_t directoryAt = small.find("PK\x01\x02");
  const std::string directory = small.substr(directoryAt, small.size() - directoryAt - 22 - 20 - 56);
  const std::string sizes = number(1, 2) + number(16, 2) + number(bytes, 8) + number(bytes, 8);
  const std::string placed =
      number(1, 2) + number(24, 2) + number(bytes, 8) + number(bytes, 8) + number(directoryAt, 8);
  SplitZip zip;
  zip.head = small.substr(0, directoryAt) + number(0x04034b50, 4) + number(45, 2) + number(0, 12) + number(~0ull, 8) +
             number(name.size(), 2) + number(sizes.size(), 2) + name + sizes;
  const std::string own = number(0x02014b50, 4) + number(45, 2) + number(45, 2) + number(0, 12) + number(~0ull, 8) +
                          number(name.size(), 2) + number(placed.size(), 2) + number(0, 10) + number(~0ull, 4) + name +
                          placed;
  const std::uint64_t begin = zip.head.size() + bytes;
  const std::uint64_t length = directory.size() + own.size();
  const std::uint64_t count = parts.size() + 1;
  zip.tail = directory + own + number(0x06064b50, 4) + number(44, 8) + number(45, 2) + number(45, 2) + number(0, 8) +
             number(count, 8) + number(count, 8) + number(length, 8) + number(begin, 8) + number(0x07064b50, 4) +
             number(0, 4) + number(begin + length, 8) + number(1, 4) + number(0x06054b50, 4) + number(0, 4) +
             number(~0ull, 8) + number(~0ull, 4) + number(0, 2);
  return zip;
}

std::vector<ZipPart> zipCheckpoint(const std::string& pickle, const std::vector<NamedBytes>& storages) {
  std::vector<ZipPart> parts{{.name = "archive/data.pkl", .content = pickle},
                             {.name = "archive/byteorder", .content = "little"}};
  for (const NamedBytes& storage : storages) {
    parts.push_back({.name = "archive/data/" + storage.name, .content = storage.bytes});
  }
  parts.push_back({.name = "archive/version", .content = "3\n"});
  return parts;
}

std::string legacyPreamble(bool littleEndian, std::int64_t protocol) {
  const std::string magic("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 12);
  PickleWriter facts;
  facts.emptyDictionary().mark().text("protocol_version").integer(protocol);
  facts.text("little_endian").truth(littleEndian).text("type_sizes").emptyDictionary().setItems();
  return PickleWriter().raw(magic).done() + PickleWriter().integer(protocol).done() + facts.done();
}

std::string legacyTail(const std::vector<LegacyStorage>& storages) {
  PickleWriter keys;
  keys.emptyList();
  for (const LegacyStorage& storage : storages) keys.text(storage.key).append();
  std::string file = keys.done();
  for (const LegacyStorage& storage : storages) {
    file += number(static_cast<std::uint64_t>(storage.numel), 8) + storage.bytes;
  }
  return file;
}

std::string legacyCheckpoint(const std::string& pickle, const std::vector<LegacyStorage>& storages) {
  return legacyPreamble() + pickle + legacyTail(storages);
}

std::string safetensorsFile(std::string_view header, std::string_view data) {
  return number(header.size(), 8) + std::string(header) + std::string(data);
}

std::string samplePickle(bool legacy) {
  PickleWriter pickle;
  pickle.orderedDictionary().put(0).mark();
  pickle.text("conv.weight").tensor({.legacy = legacy});
  pickle.text("conv.bias").tensor({.offset = 2, .shape = {2}, .strides = {1}, .legacy = legacy});
  pickle.setItems();
  // The _metadata that state_dict() attaches.
  pickle.emptyDictionary().text("_metadata").emptyDictionary().setItem().build();
  return pickle.done();
}

std::string sampleStorage() {
  return floats({0, 1, 2, 3, 4, 5});
}

std::vector<NamedBytes> goodFiles() {
  const std::vector<NamedBytes> storages{{"0", sampleStorage()}};
  const auto parts = zipCheckpoint(samplePickle(), storages);
  auto asPyTorchWrites = parts;
  for (ZipPart& part : asPyTorchWrites) part.descriptor = true;
  auto wide = parts;
  for (ZipPart& part : wide) part.zip64 = true;
  auto unchecked = parts;
  for (ZipPart& part : unchecked) part.crc32 = 0;

  PickleWriter script;
  script.global("__torch__", "Net").emptyTuple().newObject().emptyDictionary().mark();
  script.text("training").truth(false).text("model");
  script.global("__torch__", "Inner").emptyTuple().newObject().emptyDictionary();
  script.text("weight").tensor({}).setItem().build().setItems().build();
  auto torchScript = zipCheckpoint(script.done(), storages);
  torchScript.push_back({.name = "archive/constants.pkl", .content = PickleWriter().emptyTuple().done()});
  torchScript.push_back({.name = "archive/code/net.py", .content = "\x03", .method = 8, .unpackedBytes = 0});

  PickleWriter nested;
  nested.emptyDictionary().mark().text("iter").integer(5).text("params").emptyDictionary().mark();
  for (const char* key : {"0", "1"}) {
    nested.text(key).emptyDictionary().text("model.0.weight").tensor({}).setItem();
  }
  nested.setItems().setItems();

  // Protocol 4: frames, short text, MEMOIZE and STACK_GLOBAL.
  const std::string framed =
      std::string("\x80\x04\x95") + number(14, 8) + "}\x94\x8c\x01" + "a" + "K\x01s\x8c\x01" + "bNs.";

  return {
      {"plain.safetensors",
       safetensorsFile(R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                       R"("b":{"dtype":"U8","shape":[],"data_offsets":[8,9]}}  )",
                       floats({1, 2}) + "\x07")},
      {"empty.safetensors", safetensorsFile("{}", "")},
      {"plain.pth", zipFile(parts)},
      {"descriptors.pth", zipFile(asPyTorchWrites)},
      {"zip64.pth", zipFile(wide, true)},
      {"unchecked.pth", zipFile(unchecked)},
      {"torchscript.pt", zipFile(torchScript)},
      {"nested.pth", zipFile(zipCheckpoint(nested.done(), storages))},
      {"protocol4.pth", zipFile(zipCheckpoint(framed, {}))},
      {"legacy.pth", legacyCheckpoint(samplePickle(true), {{"0", 6, sampleStorage()}})},
  };
}

}  // namespace heirloom::tests
