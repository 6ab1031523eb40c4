#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/checkpoint/archive.h"
#include "models/checkpoint/state_dict.h"
#include "tests/checkpoint/read_values.h"
#include "tests/checkpoint/sample_files.h"

namespace heirloom::models {
namespace {

using namespace tests;
using testing::ElementsAre;

/// A zip checkpoint, kept together with its bytes.
struct Checkpoint {
  std::string bytes;
  std::shared_ptr<const Archive> archive;

  explicit Checkpoint(const PickleWriter& pickle, const std::vector<NamedBytes>& storages = {{"0", sampleStorage()}})
      : bytes(zipFile(zipCheckpoint(pickle.done(), storages))), archive(Archive::parse(asBytes(bytes), "x.pth")) {}

  const Node& operator[](std::string_view key) const { return *archive->root().find(key); }
};

/// {"a": what `write` puts down}
template <typename Write>
Checkpoint holding(Write write) {
  PickleWriter pickle;
  pickle.emptyDictionary().text("a");
  write(pickle);
  return Checkpoint(pickle.setItem());
}

TEST(ZipPickle, readsEveryStorageClass) {
  const std::vector<std::pair<std::string, DType>> types{
      {"DoubleStorage", DType::Float64},    {"FloatStorage", DType::Float32}, {"HalfStorage", DType::Float16},
      {"BFloat16Storage", DType::BFloat16}, {"LongStorage", DType::Int64},    {"IntStorage", DType::Int32},
      {"ShortStorage", DType::Int16},       {"CharStorage", DType::Int8},     {"ByteStorage", DType::UInt8},
      {"BoolStorage", DType::Bool}};
  for (const auto& [type, dtype] : types) {
    PickleWriter pickle;
    pickle.emptyDictionary().text("a").tensor({.type = type, .numel = 3, .shape = {3}, .strides = {1}}).setItem();
    const Checkpoint file(pickle, {{"0", std::string(3 * itemSize(dtype), '\1')}});
    EXPECT_EQ(file["a"].tensor.dtype, dtype) << type;
    EXPECT_EQ(file["a"].tensor.storageBytes, 3 * itemSize(dtype)) << type;
  }
}

TEST(ZipPickle, readsParametersAndTensorsWithAttributes) {
  const auto parameter = holding([](PickleWriter& pickle) {
    pickle.global("torch._utils", "_rebuild_parameter")
        .mark()
        .tensor({})
        .truth(true)
        .orderedDictionary()
        .tuple()
        .reduce();
  });
  EXPECT_THAT(readValues<float>(*parameter.archive, parameter["a"].tensor), ElementsAre(0, 1, 2, 3, 4, 5));
  const auto attributed = holding([](PickleWriter& pickle) {
    pickle.global("torch._tensor", "_rebuild_from_type_v2").mark().global("torch._utils", "_rebuild_tensor");
    pickle.global("torch.nn", "Parameter").mark().storage("FloatStorage", "0", 6).integer(4);
    pickle.integers(std::vector<std::int64_t>{2}).integers(std::vector<std::int64_t>{1}).tuple();
    pickle.emptyDictionary().tuple().reduce();
  });
  EXPECT_THAT(readValues<float>(*attributed.archive, attributed["a"].tensor), ElementsAre(4, 5));
}

TEST(ZipPickle, passesOverComplexTensors) {
  PickleWriter pickle;
  pickle.emptyDictionary().text("turns").tensor({.type = "ComplexFloatStorage", .key = "1", .numel = 3});
  pickle.setItem().text("a").tensor({}).setItem();
  const Checkpoint file(pickle, {{"0", sampleStorage()}, {"1", std::string(24, '\1')}});
  EXPECT_EQ(file["turns"].kind, Node::Kind::Opaque);
  EXPECT_THAT(readValues<float>(*file.archive, file["a"].tensor), ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(ZipPickle, readsUntypedStorages) {
  const auto file = holding([](PickleWriter& pickle) {
    pickle.global("torch._utils", "_rebuild_tensor_v3").mark().storage("UntypedStorage", "0", 24).integer(1);
    pickle.integers(std::vector<std::int64_t>{2}).integers(std::vector<std::int64_t>{2}).truth(false).none();
    pickle.global("torch", "float32").tuple().reduce();
  });
  EXPECT_EQ(file["a"].tensor.dtype, DType::Float32);
  EXPECT_THAT(readValues<float>(*file.archive, file["a"].tensor), ElementsAre(1, 3));
}

TEST(ZipPickle, passesOverWhatTrainingScriptsPutBesideTheWeights) {
  const auto file = holding([](PickleWriter& pickle) {
    pickle.tensor({}).setItem().text("psnr").global("numpy.core.multiarray", "scalar").mark().none().tuple().reduce();
    pickle.setItem().text("options").global("argparse", "Namespace").emptyTuple().newObject().emptyDictionary().build();
    pickle.setItem().text("device").global("torch", "device").mark().text("cpu").tuple().reduce();
    pickle.setItem().text("losses").emptyList().mark().integer(1).raw("G12345678").raw("e");
    pickle.setItem().text("dtype").global("torch", "float32");
  });
  EXPECT_EQ(file["a"].kind, Node::Kind::Tensor);
  for (const char* key : {"psnr", "options", "device", "losses", "dtype"}) {
    EXPECT_EQ(file[key].kind, Node::Kind::Opaque) << key;
  }
}

TEST(ZipPickle, namesNumberedEntriesByTheirDecimal) {
  const Checkpoint file(PickleWriter().emptyDictionary().mark().integer(7).tensor({}).integer(-3).none().setItems());
  EXPECT_EQ(file["7"].kind, Node::Kind::Tensor);
  EXPECT_EQ(file["-3"].kind, Node::Kind::Opaque);
}

TEST(ZipPickle, readsThePairsOfPython2) {
  const Checkpoint file(PickleWriter()
                            .global("collections", "OrderedDict")
                            .mark()
                            .emptyList()
                            .mark()
                            .emptyList()
                            .mark()
                            .raw(std::string("U\x01") + "a")
                            .tensor({})
                            .raw("e")
                            .raw("e")
                            .tuple()
                            .reduce());
  EXPECT_EQ(file["a"].kind, Node::Kind::Tensor);
}

TEST(ZipPickle, readsProtocol4) {
  for (const NamedBytes& good : goodFiles()) {
    if (good.name != "protocol4.pth") continue;
    const auto archive = Archive::parse(asBytes(good.bytes), good.name);
    ASSERT_EQ(archive->root().dictionary.size(), 2u);
    EXPECT_TRUE(archive->root().find("b"));
  }
}

TEST(ZipPickle, sharesATensorThatIsNamedTwice) {
  const Checkpoint file(
      PickleWriter().emptyDictionary().mark().text("a").tensor({}).put(5).text("b").get(5).setItems());
  EXPECT_EQ(file["a"].tensor, file["b"].tensor);
}

TEST(TorchScript, isHarvestedWithoutItsProgram) {
  for (const NamedBytes& good : goodFiles()) {
    if (good.name != "torchscript.pt") continue;
    const auto archive = Archive::parse(asBytes(good.bytes), good.name);
    EXPECT_EQ(archive->format(), "TorchScript");
    const auto weights = canonicalise(archive);
    // "model" is a module here, not a wrapping.
    ASSERT_EQ(weights.entries().size(), 1u);
    EXPECT_EQ(weights.entries()[0].first, "model.weight");
    EXPECT_THAT(readValues<float>(*archive, weights.entries()[0].second), ElementsAre(0, 1, 2, 3, 4, 5));
  }
}

}  // namespace
}  // namespace heirloom::models
