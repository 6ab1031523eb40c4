#include "tests/checkpoint/hostile_files.h"

#include <algorithm>

namespace heirloom::tests {
namespace {

std::vector<ZipPart> sampleParts() {
  return zipCheckpoint(samplePickle(), {{"0", sampleStorage()}});
}

/// The sample zip file with its parts changed by `change`.
template <typename Change>
std::string changedZip(Change change) {
  auto parts = sampleParts();
  change(parts);
  return zipFile(parts);
}

/// `file` with `bytes` written over it, `fromEnd` before its end.
std::string patchedEnd(std::string file, std::size_t fromEnd, std::string_view bytes) {
  return file.replace(file.size() - fromEnd, bytes.size(), bytes);
}

}  // namespace

std::vector<HostileFile> hostileSafetensors() {
  const auto one = [](std::string_view entry, std::size_t data = 8) {
    return safetensorsFile("{\"a\":" + std::string(entry) + "}", std::string(data, '\0'));
  };
  const auto sound = [](std::uint64_t begin) {
    return R"({"dtype":"U8","shape":[4],"data_offsets":[)" + std::to_string(begin) + "," + std::to_string(begin + 4) +
           "]}";
  };
  const auto two = [&](std::uint64_t begin, std::size_t data) {
    return safetensorsFile("{\"a\":" + sound(0) + ",\"b\":" + sound(begin) + "}", std::string(data, '\0'));
  };
  std::string nested = "{\"a\":";
  for (int i = 0; i < 100'000; ++i) nested += "[";
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  return {
      {"huge header length", number(1ull << 62, 8) + "{}", "claims a header"},
      {"header beyond the file", number(99'000'000, 8) + "{}", "ends within its header"},
      {"header that ends early", safetensorsFile("{\"a\":", ""), "not valid JSON"},
      {"header with a tail", safetensorsFile("{}{}", ""), "not valid JSON"},
      {"deep arrays", safetensorsFile(nested, ""), "unexpected at 'a'"},
      {"deep objects", safetensorsFile(objects, ""), "unexpected at 'a'"},
      {"invalid UTF-8", safetensorsFile("{\"\xff\":{}}", ""), "not valid JSON"},
      {"repeated name", safetensorsFile("{\"a\":" + sound(0) + ",\"a\":" + sound(4) + "}", "01234567"), "'a' twice"},
      {"repeated metadata", safetensorsFile(R"({"__metadata__":{"k":"1","k":"2"}})", ""), "'k' twice"},
      {"metadata of numbers", safetensorsFile(R"({"__metadata__":{"k":1}})", ""), "unexpected at 'k'"},
      {"repeated type", one(R"({"dtype":"F32","dtype":"I8","shape":[2],"data_offsets":[0,8]})"),
       "unexpected at 'dtype'"},
      {"unknown field", one(R"({"dtype":"F32","more":[1],"shape":[2],"data_offsets":[0,8]})"), "unexpected at 'more'"},
      {"missing shape", one(R"({"dtype":"F32","data_offsets":[0,8]})"), "lacks type, shape or place of 'a'"},
      {"one offset", one(R"({"dtype":"F32","shape":[2],"data_offsets":[0]})"), "lacks type, shape or place"},
      {"three offsets", one(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8,9]})"), "unexpected"},
      {"negative size", one(R"({"dtype":"F32","shape":[-2],"data_offsets":[0,8]})"), "unexpected"},
      {"fractional size", one(R"({"dtype":"F32","shape":[2.0],"data_offsets":[0,8]})"), "unexpected"},
      {"size beyond 64 bits", one(R"({"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]})"),
       "unexpected"},
      {"numel overflow", one(R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]})"),
       "more elements than exist"},
      {"numel overflow beside an empty axis",
       one(R"({"dtype":"F32","shape":[0,9223372036854775807,9223372036854775807],"data_offsets":[0,0]})", 0),
       "more elements than exist"},
      {"numel wraps to the right size", one(R"({"dtype":"I8","shape":[4294967296,4294967296,8],"data_offsets":[0,8]})"),
       "more elements than exist"},
      {"rank 9", one(R"({"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]})"), "9 dimensions"},
      {"rank 100000",
       one("{\"shape\":[" +
           [] {
             std::string ones;
             for (int i = 0; i < 100'000; ++i) ones += "1,";
             return ones;
           }() +
           "1]}"),
       "unexpected"},
      {"shape too small", one(R"({"dtype":"F32","shape":[1],"data_offsets":[0,8]})"), "do not match its shape"},
      {"backwards", one(R"({"dtype":"F32","shape":[2],"data_offsets":[8,0]})"), "ends before it begins"},
      {"beyond the file", one(R"({"dtype":"F32","shape":[4],"data_offsets":[0,16]})"), "beyond the end of the file"},
      {"offsets at the 64-bit end",
       one(R"({"dtype":"U8","shape":[1],"data_offsets":[18446744073709551614,18446744073709551615]})"),
       "beyond the end of the file"},
      {"hole", two(5, 9), "belong to neither"},
      {"hole in front", safetensorsFile("{\"a\":" + sound(1) + "}", "12345"), "belong to neither"},
      {"overlap", two(3, 7), "overlap"},
      {"the same bytes twice", two(0, 4), "overlap"},
      {"bytes behind the last", two(4, 9), "belong to no tensor"},
      {"eight-bit floats", one(R"({"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]})"),
       "fewer than 16 bits (F8_E4M3)"},
      {"unknown type", one(R"({"dtype":"C64","shape":[1],"data_offsets":[0,8]})"), "of the type C64"},
      {"a type that is a page long", one("{\"dtype\":\"" + std::string(100'000, 'x') + "\"}"), "xxx..."},
  };
}

std::vector<HostileFile> hostileZips() {
  const std::string sound = zipFile(sampleParts());
  const auto named = [](const std::string& name) {
    return changedZip([&](auto& parts) { parts.push_back({.name = name, .content = "x"}); });
  };
  // The last 22 bytes are the end of the directory: 8 entries here, 10 entries, 12 bytes, 16 place, 20 comment.
  return {
      {"comment", patchedEnd(sound, 2, number(4, 2)) + "PK!!", "directory at the end of the zip file is missing"},
      {"comment length without comment", patchedEnd(sound, 2, number(4, 2)), "directory at the end"},
      {"empty", number(0x06054b50, 4) + std::string(18, '\0'), "no data.pkl"},
      {"directory beyond the end", patchedEnd(sound, 6, number(0xfffffff0, 4)), "directory at the end"},
      {"directory too long", patchedEnd(sound, 10, number(0xfffffff0, 4)), "directory at the end"},
      {"more entries than room", patchedEnd(patchedEnd(sound, 12, number(60'000, 2)), 14, number(60'000, 2)),
       "directory at the end"},
      {"fewer entries than there are", patchedEnd(patchedEnd(sound, 12, number(1, 2)), 14, number(1, 2)),
       "directory at the end"},
      {"several disks", patchedEnd(sound, 18, number(1, 2)), "one part of several"},
      {"2^40 entries",
       [] {
         std::string file = zipFile(sampleParts(), true);
         return file.replace(file.size() - 22 - 20 - 56 + 24, 16, number(1ull << 40, 8) + number(1ull << 40, 8));
       }(),
       "directory at the end"},
      {"64-bit place that wraps",
       [] {
         std::string file = zipFile(sampleParts(), true);
         return file.replace(file.size() - 22 - 20 - 56 + 40, 16, number(~0ull - 8, 8) + number(~0ull, 8));
       }(),
       "directory at the end"},
      {"no data.pkl", zipFile({{.name = "archive/word.xml", .content = "x"}}), "no data.pkl"},
      {"two checkpoints", changedZip([](auto& parts) { parts.push_back({.name = "b/data.pkl", .content = "N."}); }),
       "two checkpoints"},
      {"repeated name", changedZip([](auto& parts) { parts.push_back(parts[2]); }), "'archive/data/0' twice"},
      {"climbing name", named("archive/../../etc/passwd"), "unsafe name"},
      {"name that only climbs", named(".."), "unsafe name"},
      {"absolute name", named("/etc/passwd"), "unsafe name"},
      {"name of a drive", named("archive/C:x"), "unsafe name"},
      {"backslash", named("archive\\x"), "unsafe name"},
      {"doubled slash", named("archive//x"), "unsafe name"},
      {"empty name", named(""), "unsafe name"},
      {"name with a zero", named(std::string("archive/a\0b", 11)), "unsafe name"},
      {"outside the root", named("other/x"), "outside the checkpoint's folder"},
      {"encrypted", changedZip([](auto& parts) { parts[2].flags = 1; }), "encrypted"},
      {"strongly encrypted", changedZip([](auto& parts) { parts[2].flags = 1u << 6; }), "encrypted"},
      {"compressed", changedZip([](auto& parts) { parts[2].method = 8; }), "compressed"},
      {"compressed pickle", changedZip([](auto& parts) { parts[0].method = 8; }), "compressed"},
      {"unknown packing", changedZip([](auto& parts) { parts[2].method = 99; }), "packed in an unknown way"},
      {"two sizes", changedZip([](auto& parts) { parts[2].unpackedBytes = 1'000'000; }), "two sizes"},
      {"other name in front", changedZip([](auto& parts) { parts[2].localName = "archive/data/1"; }),
       "contradicts itself"},
      {"other size in front", changedZip([](auto& parts) { parts[2].localBytes = 23; }), "contradicts itself"},
      {"other packing in front", changedZip([](auto& parts) { parts[2].localMethod = 8; }), "contradicts itself"},
      {"header elsewhere", changedZip([](auto& parts) { parts[2].headerAt = 5; }), "contradicts itself"},
      {"header beyond the file", changedZip([](auto& parts) { parts[2].headerAt = 0x7fffffff; }),
       "directory at the end"},
      {"payload beyond the directory", changedZip([](auto& parts) {
                                         parts[3].content.clear();
                                         parts[3].localBytes = 0;
                                       }) + "x",
       "directory at the end"},
      {"entry within an entry",
       [] {
         // A second entry whose header and payload are the payload of the first.
         const std::string inner = zipFile({{.name = "archive/data/1", .content = "abcd"}});
         auto parts = sampleParts();
         parts.insert(parts.begin(), {.name = "archive/data/2", .content = inner.substr(0, inner.find("PK\x01\x02"))});
         parts.push_back({.name = "archive/data/1",
                          .content = "abcd",
                          .headerAt = static_cast<std::uint32_t>(30 + parts[0].name.size())});
         return zipFile(parts);
       }(),
       "overlaps another entry"},
      {"wrong checksum of the pickle", changedZip([](auto& parts) { parts[0].crc32 = 1; }),
       "checksum of 'archive/data.pkl'"},
      {"big endian", changedZip([](auto& parts) { parts[1].content = "big"; }), "big end first"},
      {"storage is missing", changedZip([](auto& parts) { parts.erase(parts.begin() + 2); }), "storage '0' is missing"},
      {"storage too small", changedZip([](auto& parts) { parts[2].content.pop_back(); }),
       "not the size it should have"},
      {"storage too large", changedZip([](auto& parts) { parts[2].content += "x"; }), "not the size it should have"},
  };
}

std::vector<HostileFile> strangers() {
  std::string tar(512, '\0');
  tar.replace(257, 5, "ustar");
  return {
      {"one byte", "x", "neither a .safetensors file nor a PyTorch checkpoint"},
      {"text", "hello, world, this is text", "neither a .safetensors file nor a PyTorch checkpoint"},
      {"zeros", std::string(4096, '\0'), "neither a .safetensors file nor a PyTorch checkpoint"},
      {"ancient tar", tar, "before version 0.1.10"},
      {"Git LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS pointer"},
      {"web page", "<!DOCTYPE html><html></html>", "a web page"},
      {"web page behind blank lines", "\n\n\r\n  <!DocType html>\n<html></html>", "a web page"},
      {"web page behind a byte order mark", "\xef\xbb\xbf<HTML></HTML>", "a web page"},
      {"GGUF", "GGUF\x03" + std::string(64, '\0'), "GGUF"},
      {"gzip", "\x1f\x8b" + std::string(64, '\0'), "gzip"},
      {"other pickle", PickleWriter().emptyDictionary().done(), "a pickle that PyTorch did not write"},
  };
}

std::vector<HostileFile> hostileFiles() {
  std::vector<HostileFile> all;
  for (const auto& make : {hostileSafetensors, hostileZips, hostilePickles, hostileLegacyFiles, strangers}) {
    std::ranges::move(make(), std::back_inserter(all));
  }
  return all;
}

std::vector<NamedBytes> truncations() {
  std::vector<NamedBytes> cut;
  for (const NamedBytes& good : goodFiles()) {
    for (std::size_t size = 1; size < good.bytes.size(); ++size) {
      cut.push_back({good.name + " after " + std::to_string(size) + " bytes", good.bytes.substr(0, size)});
    }
  }
  return cut;
}

std::vector<NamedBytes> bitFlips() {
  std::vector<NamedBytes> flipped;
  for (const NamedBytes& good : goodFiles()) {
    for (std::size_t bit = 0; bit < 8 * good.bytes.size(); ++bit) {
      NamedBytes file{good.name + " with bit " + std::to_string(bit) + " flipped", good.bytes};
      file.bytes[bit / 8] = static_cast<char>(file.bytes[bit / 8] ^ (1 << bit % 8));
      flipped.push_back(std::move(file));
    }
  }
  return flipped;
}

}  // namespace heirloom::tests
