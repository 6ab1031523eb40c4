// A diffusion's folder of hundreds of megabytes takes the memory of its placed weights and little more.

#include <gtest/gtest.h>
#include <malloc.h>
#include <torch/types.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "models/instantir/session_networks.h"
#include "models/instantir/weight_policy.h"
#include "models/placement.h"
#include "models/registry.h"
#include "tests/models/instantir/hollow_files.h"
#include "tests/models/instantir/tiny_folder.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
namespace fs = std::filesystem;

/// Bytes of main memory that the process has for itself, without pages of files.
std::uint64_t anonymousMemory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return std::stoull(line.substr(8)) * 1024;
  }
  return 0;
}

/// The most of it while this lives, looked at every millisecond.
class AnonymousPeak {
 public:
  std::uint64_t most() const { return most_; }

 private:
  std::atomic<std::uint64_t> most_ = 0;
  std::jthread watch_{[this](const std::stop_token& stop) {
    for (; !stop.stop_requested(); std::this_thread::sleep_for(std::chrono::milliseconds(1)))
      most_ = std::max(most_.load(), anonymousMemory());
  }};
};

/// UNets of 540 MB in float32.
FolderNetworks wideNetworks() {
  FolderNetworks networks = tinyNetworks();
  networks.restorer.unet.widths = {32, 64, 640};
  networks.restorer.unet.heads = {2, 4, 20};
  return networks;
}

constexpr std::uint64_t kMegabyte = 1'000'000;
constexpr std::uint64_t kOpening = 64 * kMegabyte;  // names, shapes and networks without values

TEST(LargeFolders, takeTheMemoryOfTheirPlacedWeightsAndLittleMore) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers have an allocator of their own";
#endif
  constexpr std::uint64_t kPlacing = 500 * kMegabyte;  // half of what is promised; freed memory the C library keeps
  TemporaryFolder folder;
  writeSdxl(folder.path(), wideNetworks(), writeHollowParts);
  for (const char* part : {"one.safetensors", "two.safetensors"})
    ASSERT_GT(fs::file_size(folder / "unet" / part), 250 * kMegabyte);
  const StateDict tensors = withPresentNames(inspect(folder.path()).tensors);
  const DiffusionConfig config = readDiffusion(tensors).config.value();
  releaseFreedMemory(at::kCPU);
  const std::uint64_t closed = anonymousMemory();
  const auto model = models::open(folder.path());
  EXPECT_LT(anonymousMemory(), closed + kOpening);

  Observer nobody;
  for (const Placement& placement : {Placement{}, Placement{.precision = at::kBFloat16}}) {
    const std::uint64_t placed = weightBytes(tensors, placement).unet;
    ASSERT_GT(placed, 250 * kMegabyte);
    SessionNetworks held(tensors, config, placement);
    held.hold(WeightChoice::Resident, 64 * 64, nobody);
    const std::uint64_t before = anonymousMemory();
    const AnonymousPeak peak;
    held.painter();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_LT(peak.most(), before + placed + kPlacing) << placement.precision;
    EXPECT_GT(peak.most(), before + placed / 2) << placement.precision;  // it is what is measured
  }
}

/// What is freed goes back to the system at once, so that what is seen is what is held.
class LargeWeights : public testing::Test {
 protected:
  static constexpr std::uint64_t kOneLayer = 250 * kMegabyte;  // the largest one in float32, and what is made of it

  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "sanitizers have an allocator of their own";
#endif
    mallopt(M_MMAP_THRESHOLD, 128 << 10);  // and no longer by what was freed before
  }

  TemporaryFolder folder_;
};

class LargePickles : public LargeWeights, public testing::WithParamInterface<FileKind> {};

INSTANTIATE_TEST_SUITE_P(Kinds, LargePickles, testing::Values(FileKind::ZipPth, FileKind::LegacyPth),
                         [](const auto& test) { return test.param == FileKind::ZipPth ? "Zip" : "Legacy"; });

/// The weights come out of the map one after the other, not the file into memory first.
TEST_P(LargePickles, takeTheMemoryOfTheirPlacedWeightsAndOfOneLayer) {
  writeSdxl(folder_.path(), wideNetworks(), [](const fs::path& file, const NamedTensors& shapes) {
    if (file.filename() == "diffusion_pytorch_model.safetensors")
      writeHollowPickle(fs::path(file).replace_extension(".bin"), shapes, GetParam());
    else
      writeHollow(file, shapes);
  });
  ASSERT_GT(fs::file_size(folder_ / "unet/diffusion_pytorch_model.bin"), 2 * kOneLayer);
  const std::uint64_t closed = anonymousMemory();
  const StateDict tensors = withPresentNames(inspect(folder_.path()).tensors);
  const DiffusionConfig config = readDiffusion(tensors).config.value();
  EXPECT_LT(anonymousMemory(), closed + kOpening);

  Observer nobody;
  SessionNetworks held(tensors, config, {.precision = at::kBFloat16});
  held.hold(WeightChoice::Resident, 64 * 64, nobody);
  const std::uint64_t before = anonymousMemory();
  const AnonymousPeak peak;
  held.painter();
  const std::uint64_t after = anonymousMemory();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_GT(after, before + kOneLayer / 2);  // it is what is measured
  EXPECT_LT(peak.most(), after + kOneLayer);
}

/// A second UNet in float32 would be more than that.
TEST_F(LargeWeights, ofAMergedPreviewerAreMadeOneLayerAtATime) {
  writeInstantIr(folder_.path(), wideNetworks(), writeHollow);
  const StateDict tensors = withPresentNames(inspect(folder_.path()).tensors);
  ASSERT_GT(weightBytes(tensors, {}).unet, 2 * kOneLayer);
  Observer nobody;
  SessionNetworks held(tensors, readDiffusion(tensors).config.value(), {.precision = at::kBFloat16});
  held.hold(WeightChoice::Merged, 64 * 64, nobody);
  const std::uint64_t before = anonymousMemory();
  const AnonymousPeak peak;
  ASSERT_FALSE(held.restorers().previewer.is_empty());
  const std::uint64_t after = anonymousMemory();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_GT(after, before + 2 * kOneLayer);  // both are there
  EXPECT_LT(peak.most(), after + kOneLayer);
}

}  // namespace
}  // namespace heirloom::tests
