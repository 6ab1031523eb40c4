#include "tests/checkpoint/hostile_files.h"

namespace heirloom::tests {
namespace {

std::string pickled(const std::string& pickle) {
  return zipFile(zipCheckpoint(pickle, {{"0", sampleStorage()}}));
}

std::string oneTensor(const PickleWriter::Tensor& tensor) {
  return pickled(PickleWriter().emptyDictionary().text("a").tensor(tensor).setItem().done());
}

}  // namespace

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
    pickle.emptyList().global("torch._utils", "_rebuild_tensor_v2").put(0).append().mark();
    pickle.storage("FloatStorage", "0", 6).integer(0);
    pickle.integers(std::vector<std::int64_t>{6})
        .integers(std::vector<std::int64_t>{1})
        .truth(false)
        .none()
        .tuple()
        .put(1)
        .append();
    for (int i = 0; i < 300'000; ++i) pickle.get(0).get(1).reduce().raw("a");
    return pickled(pickle.done());
  };
  const auto bomb = [](int levels) {
    // Each dictionary is built within the next, which names it nine times more by its memo: 10^30 entries if written
    // out.
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

}  // namespace heirloom::tests
