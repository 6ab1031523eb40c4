#include "tests/checkpoint/hostile_files.h"

#include <algorithm>

namespace heirloom::tests {
namespace {

std::string pickled(const std::string& pickle) {
  return zipFile(zipCheckpoint(pickle, {{"0", sampleStorage()}}));
}

std::string oneTensor(const PickleWriter::Tensor& tensor) {
  return pickled(PickleWriter().emptyDictionary().text("a").tensor(tensor).setItem().done());
}

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

std::vector<HostileFile> hostilePickles() {
  const auto repeat = [](std::string_view bytes, std::size_t times) {
    std::string result;
    for (std::size_t i = 0; i < times; ++i) result += bytes;
    return result;
  };
  const auto call = [](std::string_view module, std::string_view name) {
    return pickled(PickleWriter().global(module, name).mark().text("echo").tuple().reduce().done());
  };
  const auto raw = [](std::string_view bytes) { return pickled(PickleWriter().raw(bytes).done()); };
  const auto manyReduces = [] {
    PickleWriter pickle;
    pickle.emptyList().mark();
    pickle.global("torch._utils", "_rebuild_tensor_v2").put(0).mark().storage("FloatStorage", "0", 6).integer(0);
    pickle.integers(std::vector<std::int64_t>{6})
        .integers(std::vector<std::int64_t>{1})
        .truth(false)
        .none()
        .tuple()
        .put(1);
    for (int i = 0; i < 300'000; ++i) pickle.get(0).get(1).reduce().raw("a");
    return pickled(pickle.done());
  };
  const auto bomb = [](int levels) {
    // Each dictionary is built within the next, which names it nine times more by its memo: 10^30 entries if written out.
    std::string inner = PickleWriter().emptyDictionary().done();
    inner = inner.substr(2, inner.size() - 3);
    for (int level = 0; level < levels; ++level) {
      PickleWriter outer;
      const auto key = static_cast<std::uint32_t>(level);
      outer.emptyDictionary().mark().text("a").raw(inner).put(key);
      for (char name = 'b'; name <= 'j'; ++name) outer.text(std::string(1, name)).get(key);
      outer.setItems();
      inner = outer.done();
      inner = inner.substr(2, inner.size() - 3);
    }
    return pickled(PickleWriter().raw(inner).done());
  };
  const auto nested = [](int levels) {
    PickleWriter pickle;
    for (int i = 0; i < levels; ++i) pickle.emptyDictionary().text("a");
    pickle.none();
    for (int i = 0; i < levels; ++i) pickle.setItem();
    return pickled(pickle.done());
  };
  const auto persistent = [](const PickleWriter& id) { return pickled(PickleWriter(id).raw("Q").done()); };
  PickleWriter twice;
  twice.emptyDictionary().mark().text("a").tensor({}).text("b").tensor({.type = "IntStorage"}).setItems();
  PickleWriter otherNumel;
  otherNumel.emptyDictionary().mark().text("a").tensor({}).text("b").tensor({.numel = 7}).setItems();
  PickleWriter cyclic;
  cyclic.emptyDictionary().put(0).text("a").get(0).setItem();
  PickleWriter copies;
  copies.emptyList().mark();
  for (int i = 0; i < 2'000; ++i) copies.emptyList().mark().integer(1).none().raw("e");
  copies.raw("e").put(0);
  for (int i = 0; i < 2'000; ++i) copies.raw("\x85").global("collections", "OrderedDict").get(0).raw("\x85R\x86");
  PickleWriter direct;
  direct.global("torch._tensor", "_rebuild_from_type_v2").put(0).mark().get(0).none().mark().get(0).none().emptyTuple();
  direct.none().tuple().none().tuple().reduce();

  return {
      {"os.system", call("os", "system"), "asks to run os.system"},
      {"builtins.eval", call("builtins", "eval"), "asks to run builtins.eval"},
      {"a nested loader", call("torch.storage", "_load_from_bytes"), "asks to run torch.storage._load_from_bytes"},
      {"os.system as a class", pickled(PickleWriter().global("os", "system").emptyTuple().newObject().done()),
       "os.system"},
      {"os.system by STACK_GLOBAL", pickled(PickleWriter().text("os").text("system").raw("\x93)R").done()),
       "os.system"},
      {"state for os.system", pickled(PickleWriter().global("os", "system").emptyDictionary().build().done()),
       "described wrongly"},
      {"a name that is a page long", call(std::string(4'000, 'm'), "f"), "mmm..."},
      {"a name with control characters", call("o\r\x1b[31ms", "system"), "asks to run o??[31ms.system"},
      {"a TorchScript class elsewhere",
       pickled(PickleWriter().global("__torch__", "Net").emptyTuple().newObject().done()), "asks to run __torch__.Net"},
      {"INST", raw("(ios\nsystem\n"), "instruction 0x69"},
      {"OBJ", raw("(o"), "instruction 0x6f"},
      {"EXT1", raw("\x82\x01"), "instruction 0x82"},
      {"EXT4", raw("\x84zzzz"), "instruction 0x84"},
      {"text GET", raw("g0\n"), "instruction 0x67"},
      {"text PUT", raw("Np0\n"), "instruction 0x70"},
      {"text PERSID", raw("P0\n"), "instruction 0x50"},
      {"BYTEARRAY8", raw("\x96" + number(1ull << 60, 8)), "instruction 0x96"},
      {"NEXT_BUFFER", raw("\x97"), "instruction 0x97"},
      {"READONLY_BUFFER", raw("\x98"), "instruction 0x98"},
      {"LONG4", raw("\x8b" + number(0x7fffffff, 4)), "instruction 0x8b"},
      {"protocol 6", pickled("\x80\x06N."), "damaged"},
      {"empty pickle", pickled(""), "ends too early"},
      {"nothing on the stack", pickled("."), "damaged"},
      {"two objects", raw("NN"), "damaged"},
      {"an open mark", raw("N("), "damaged"},
      {"stack underflow", raw("\x87"), "damaged"},
      {"underflow below a mark", raw("NN(s"), "damaged"},
      {"items of a number", raw("K\x01(K\x01K\x02u"), "damaged"},
      {"an odd number of items", raw("}(K\x01u"), "damaged"},
      {"unknown memo", raw("h\x05"), "damaged"},
      {"a frame beyond the end", raw("\x95" + number(1ull << 60, 8) + "N"), "damaged"},
      {"a text beyond the end", raw("X" + number(1'000'000, 4) + "abc"), "ends too early"},
      {"a text of 4 GB", raw("X" + number(0xffffffff, 4) + "abc"), "larger than any checkpoint's"},
      {"a text of 2^63 bytes", raw("\x8d" + number(1ull << 63, 8) + "abc"), "larger than any checkpoint's"},
      {"a name without end", raw("cos"), "damaged"},
      {"a stack of a million", raw(repeat("N", 1'000'000)), "larger than any checkpoint's"},
      {"a million marks", raw(repeat("(", 1'000'000)), "larger than any checkpoint's"},
      {"three million operations", raw("N" + repeat("q\x01", 3'000'000)), "larger than any checkpoint's"},
      {"300,000 tensors", manyReduces(), "more tensors than any checkpoint"},
      {"a large list copied 2,000 times", pickled(copies.done()), "larger than any checkpoint's"},
      {"POP_MARK", raw("(N1"), "instruction 0x31"},
      {"memo bomb", bomb(30), "more entries than any checkpoint"},
      {"200 nested dictionaries", nested(200), "nested too deep"},
      {"100,000 nested dictionaries", nested(100'000), "nested too deep"},
      {"a dictionary in itself", pickled(cyclic.done()), "nested too deep"},
      {"a rebuild within itself", pickled(direct.done()), "asks to run torch._tensor._rebuild_from_type_v2"},
      {"a repeated name",
       pickled(PickleWriter().emptyDictionary().mark().text("a").none().text("a").none().setItems().done()),
       "names 'a' twice"},
      {"a name as text and number",
       pickled(PickleWriter().emptyDictionary().mark().text("1").none().integer(1).none().setItems().done()),
       "names '1' twice"},
      {"a name that is not UTF-8", pickled(PickleWriter().emptyDictionary().text("\xc3(").none().setItem().done()),
       "no text"},
      {"a name of a megabyte",
       pickled(PickleWriter().emptyDictionary().text(std::string(1u << 20, 'x')).none().setItem().done()), "no text"},

      {"negative offset", oneTensor({.offset = -1}), "described wrongly"},
      {"offset beyond the storage", oneTensor({.offset = 7, .shape = {0}, .strides = {1}}), "beyond the storage"},
      {"negative size", oneTensor({.shape = {-2, -3}}), "negative size"},
      {"negative stride", oneTensor({.shape = {2, 3}, .strides = {-3, 1}}), "negative stride"},
      {"one element too far", oneTensor({.offset = 1}), "beyond the storage"},
      {"stride too far", oneTensor({.strides = {4, 1}}), "beyond the storage"},
      {"stride that wraps", oneTensor({.strides = {1ll << 62, 1}}), "beyond the storage"},
      {"strides that wrap together", oneTensor({.shape = {3, 3}, .strides = {1ll << 61, 1ll << 61}}),
       "beyond the storage"},
      {"numel overflow", oneTensor({.shape = {1ll << 40, 1ll << 40}, .strides = {0, 0}}), "more elements than exist"},
      {"broadcast bomb", oneTensor({.shape = {1'000'000'000}, .strides = {0}}), "far more elements than its storage"},
      {"overlap bomb", oneTensor({.shape = {2, 2, 2, 2, 1'000'000}, .strides = {1, 1, 1, 1, 0}}), "far more elements"},
      {"fewer strides than sizes", oneTensor({.strides = {1}}), "number of strides"},
      {"rank 9", oneTensor({.shape = {1, 1, 1, 1, 1, 1, 1, 1, 1}, .strides = {1, 1, 1, 1, 1, 1, 1, 1, 1}}),
       "9 dimensions"},
      {"negative numel", oneTensor({.numel = -6}), "described wrongly"},
      {"numel beyond the file", oneTensor({.numel = 1ll << 40}), "not the size it should have"},
      {"numel beyond 63 bits", oneTensor({.numel = (1ll << 62)}), "more elements than exist"},
      {"numel mismatch", oneTensor({.numel = 7}), "not the size it should have"},
      {"type of another size", oneTensor({.type = "DoubleStorage"}), "not the size it should have"},
      {"a storage of two types", pickled(twice.done()), "storage '0' in two ways"},
      {"a storage of two sizes", pickled(otherNumel.done()), "storage '0' in two ways"},
      {"a climbing key", oneTensor({.key = "../version"}), "storage '../version' is missing"},
      {"an unknown storage", oneTensor({.type = "QInt8Storage"}), "of the type QInt8Storage"},
      {"a storage class of our own",
       persistent(
           PickleWriter().mark().text("storage").global("os", "FloatStorage").text("0").text("cpu").integer(6).tuple()),
       "of the type os.FloatStorage"},
      {"a persistent number", persistent(PickleWriter().integer(1)), "described wrongly"},
      {"an empty persistent id", persistent(PickleWriter().emptyTuple()), "described wrongly"},
      {"a whole module", persistent(PickleWriter().mark().text("module").none().text("a.py").text("source").tuple()),
       "whole network with its program"},
      {"a view",
       persistent(PickleWriter()
                      .mark()
                      .text("storage")
                      .global("torch", "FloatStorage")
                      .text("0")
                      .text("cpu")
                      .integer(6)
                      .mark()
                      .text("1")
                      .integer(0)
                      .integer(6)
                      .tuple()
                      .tuple()),
       "before 0.4"},
      {"a tensor of no storage",
       pickled(PickleWriter()
                   .global("torch._utils", "_rebuild_tensor_v2")
                   .mark()
                   .none()
                   .integer(0)
                   .emptyTuple()
                   .emptyTuple()
                   .truth(false)
                   .none()
                   .tuple()
                   .reduce()
                   .done()),
       "described wrongly"},
      {"a tensor of nothing",
       pickled(PickleWriter().global("torch._utils", "_rebuild_tensor_v2").emptyTuple().reduce().done()),
       "described wrongly"},
      {"a parameter of nothing",
       pickled(PickleWriter()
                   .global("torch._utils", "_rebuild_parameter")
                   .mark()
                   .none()
                   .none()
                   .none()
                   .tuple()
                   .reduce()
                   .done()),
       "described wrongly"},
      {"eight-bit floats",
       pickled(PickleWriter()
                   .global("torch._utils", "_rebuild_tensor_v3")
                   .mark()
                   .storage("UntypedStorage", "0", 24)
                   .integer(0)
                   .integers(std::vector<std::int64_t>{24})
                   .integers(std::vector<std::int64_t>{1})
                   .truth(false)
                   .none()
                   .global("torch", "float8_e5m2")
                   .tuple()
                   .reduce()
                   .done()),
       "fewer than 16 bits (float8_e5m2)"},
      {"a negated tensor",
       pickled(PickleWriter()
                   .global("torch._utils", "_rebuild_tensor_v2")
                   .mark()
                   .storage("FloatStorage", "0", 6)
                   .integer(0)
                   .emptyTuple()
                   .emptyTuple()
                   .truth(false)
                   .none()
                   .emptyDictionary()
                   .text("neg")
                   .truth(true)
                   .setItem()
                   .tuple()
                   .reduce()
                   .done()),
       "before its last operation"},
  };
}

std::vector<HostileFile> hostileLegacyFiles() {
  const std::string pickle = samplePickle(true);
  const std::string data = sampleStorage();
  const auto tail = [&](const std::vector<LegacyStorage>& storages) { return legacyCheckpoint(pickle, storages); };
  const std::string facts = PickleWriter().emptyDictionary().done();
  const std::string preamble = legacyPreamble();
  return {
      {"big endian", legacyPreamble(false) + pickle + legacyTail({{"0", 6, data}}), "big end first"},
      {"other protocol", legacyPreamble(true, 1002) + pickle + legacyTail({{"0", 6, data}}),
       "beginning of the checkpoint"},
      {"no facts", preamble.substr(0, preamble.rfind("\x80\x02")) + facts + pickle, "beginning of the checkpoint"},
      {"magic without STOP", preamble.substr(0, 14) + "N" + preamble.substr(15), "beginning of the checkpoint"},
      {"numel mismatch", tail({{"0", 5, data}}), "not the size it should have"},
      {"numel of 2^60", tail({{"0", 1ll << 60, data}}), "not the size it should have"},
      {"truncated data", tail({{"0", 6, data.substr(1)}}), "ends too early"},
      {"bytes at the end", tail({{"0", 6, data + "x"}}), "belong to no tensor"},
      {"missing storage", tail({}), "storage '0' is missing"},
      {"unknown storage", tail({{"0", 6, data}, {"1", 6, data}}), "list of its storages"},
      {"repeated storage", tail({{"0", 6, data}, {"0", 6, data}}), "storage '0' in two ways"},
      {"keys that are no list", preamble + pickle + PickleWriter().integer(1).done(), "list of its storages"},
      {"keys that are numbers", preamble + pickle + PickleWriter().emptyList().integer(1).append().done(),
       "list of its storages"},
      {"os.system in the facts",
       preamble.substr(0, preamble.rfind("\x80\x02")) +
           PickleWriter().global("os", "system").emptyTuple().reduce().done(),
       "asks to run os.system"},
      {"os.system in the keys", preamble + pickle + PickleWriter().global("os", "system").emptyTuple().reduce().done(),
       "asks to run os.system"},
      {"storage of 2^61 elements",
       legacyCheckpoint(
           PickleWriter().emptyDictionary().text("a").tensor({.numel = 1ll << 60, .legacy = true}).setItem().done(),
           {{"0", 1ll << 60, data}}),
       "ends too early"},
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
