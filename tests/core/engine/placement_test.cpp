#include "core/engine/placement.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "core/engine/run.h"
#include "tests/core/support/fake_network.h"
#include "tests/core/support/photos.h"

namespace heirloom::core {
namespace {

std::shared_ptr<tests::FakeNetwork> networkThatIs(bool near) {
  auto network = tests::identity();
  network->own.nearInBfloat16 = near;
  return network;
}

Photo photoOfType(SampleType type) {
  return tests::texturedPhoto({16, 16, ColourModel::Rgb, false, type});
}

/// What a network that stays near float32 is run in on this processor.
at::ScalarType fast() {
  return models::processor().bfloat16NearFloat32() ? at::kBFloat16 : at::kFloat;
}

TEST(UsualPrecision, isBfloat16WhereProcessorNetworkAndPhotoAllowIt) {
  models::Descriptor network;
  const auto usual = [&](const models::Processor& processor, SampleType source = SampleType::UInt8) {
    return usualPrecision(at::kCPU, network, source, processor);
  };
  const models::Processor fast{.avx512Bf16 = true};
  network.nearInBfloat16 = true;
  EXPECT_EQ(usual(fast), at::kBFloat16);
  EXPECT_EQ(usual(fast, SampleType::UInt16), at::kFloat);
  EXPECT_EQ(usual(fast, SampleType::Float32), at::kFloat);
  EXPECT_EQ(usual({.avx512Bf16 = true, .amxBf16 = true}), at::kFloat);
  network.nearInBfloat16 = false;
  EXPECT_EQ(usual(fast), at::kFloat);
  network.nearInBfloat16 = true;
  EXPECT_EQ(usual({}), at::kFloat);
  EXPECT_EQ(usual({.avx2 = true, .avx512 = true}), at::kFloat);
  network.nearInBfloat16 = false;
  network.generative = true;
  EXPECT_EQ(usual({.avx512Bf16 = true, .amxBf16 = true}), at::kBFloat16);
  EXPECT_EQ(usual(fast, SampleType::UInt16), at::kFloat);
  EXPECT_EQ(usual({.avx2 = true, .avx512 = true}), at::kFloat);
  EXPECT_EQ(usualPrecision(at::Device(at::kCUDA, 0), network, SampleType::UInt16, {}), at::kBFloat16);
}

TEST(UsualPrecision, isWhatRunsTakeUnlessAskedOtherwise) {
  for (const bool near : {false, true}) {
    const auto network = networkThatIs(near);
    tests::runOn(photoOfType(SampleType::UInt8), network);
    EXPECT_EQ(network->placement.precision, near ? fast() : at::kFloat);
    tests::runOn(photoOfType(SampleType::UInt16), network);
    EXPECT_EQ(network->placement.precision, at::kFloat);
    for (const auto& [asked, precision] : {std::pair("float32", at::kFloat), std::pair("bfloat16", at::kBFloat16)}) {
      RunOptions options;
      options.precision = asked;
      tests::runOn(photoOfType(SampleType::UInt8), network, options);
      EXPECT_EQ(network->placement.precision, precision);
    }
  }
}

TEST(UsualPrecision, isEveryStepsOwn) {
  const auto first = networkThatIs(true), second = networkThatIs(false), third = networkThatIs(true);
  ModelLibrary library({});
  library.add("first", first);
  library.add("second", second);
  library.add("third", third);
  const Photo photo = photoOfType(SampleType::UInt8);
  RasterSink sink(SampleType::UInt16);
  tests::Diary diary;
  const Recipe recipe{{{"first", {}, 1}, {"second", {}, 1}, {"third", {}, 1}}};
  ASSERT_EQ(run(library, recipe, photo, sink, diary, {.device = "cpu"}).status, Outcome::Status::Done);
  EXPECT_EQ(first->placement.precision, fast());
  EXPECT_EQ(second->placement.precision, at::kFloat);
  EXPECT_EQ(third->placement.precision, fast());
}

}  // namespace
}  // namespace heirloom::core
