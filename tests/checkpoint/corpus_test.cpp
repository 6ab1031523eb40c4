#include <gtest/gtest.h>

#include <array>

#include "tests/checkpoint/fuzz/harness.h"
#include "tests/checkpoint/hostile_files.h"

namespace heirloom::tests {
namespace {

using Harness = void (*)(std::span<const std::byte>);

class Corpus : public testing::TestWithParam<Harness> {
 protected:
  static void replay(const std::string& name, std::string_view bytes) {
    EXPECT_NO_THROW(GetParam()(asBytes(bytes))) << name;
  }
};

TEST_P(Corpus, ofGoodFilesDoesNoHarm) {
  for (const NamedBytes& good : goodFiles()) replay(good.name, good.bytes);
}

TEST_P(Corpus, ofHostileFilesDoesNoHarm) {
  for (const HostileFile& hostile : hostileFiles()) replay(hostile.name, hostile.bytes);
}

TEST_P(Corpus, ofHostilePartsDoesNoHarm) {
  const std::string preamble = legacyPreamble();
  for (const HostileFile& hostile : hostileFiles()) {
    // What the single readers get: a header without its length, a pickle without its file, a file without its preamble.
    if (hostile.bytes.size() > 8) replay(hostile.name, std::string_view(hostile.bytes).substr(8));
    const std::size_t pickle = hostile.bytes.find("\x80\x02");
    if (pickle != std::string::npos) replay(hostile.name, std::string_view(hostile.bytes).substr(pickle));
    if (hostile.bytes.starts_with(preamble))
      replay(hostile.name, std::string_view(hostile.bytes).substr(preamble.size()));
  }
}

TEST_P(Corpus, ofTruncatedFilesDoesNoHarm) {
  for (const NamedBytes& cut : truncations()) replay(cut.name, cut.bytes);
}

TEST_P(Corpus, ofFlippedBitsDoesNoHarm) {
  for (const NamedBytes& flipped : bitFlips()) replay(flipped.name, flipped.bytes);
}

std::string harnessName(const testing::TestParamInfo<Harness>& part) {
  constexpr std::array kNames{"archive", "safetensors", "zip", "legacy", "pickle"};
  return kNames[part.index];
}

INSTANTIATE_TEST_SUITE_P(Each, Corpus,
                         testing::Values(fuzzArchive, fuzzSafetensors, fuzzZip, fuzzLegacyPickle, fuzzPickle),
                         harnessName);

}  // namespace
}  // namespace heirloom::tests
