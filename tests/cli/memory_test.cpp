// A large photo enlarged under a memory limit: activations, tiles, the result and its file must fit together.

#include <cstdlib>
#include <iostream>

#include "core/photo/photo.h"
#include "tests/cli/memory_group.h"
#include "tests/cli/workbench.h"

namespace heirloom::tests {
namespace {

struct Load {
  std::int64_t width;
  std::int64_t height;
  std::uint64_t limit;  // bytes
};
constexpr Load kWhole = {2000, 1500, 3'000'000'000};
// The same at a sixth of the size, for every test run: the program alone takes half of this limit.
constexpr Load kSmall = {800, 600, 1'000'000'000};

class MemoryLimit : public Workbench {
 protected:
  /// Where no group can be made the program runs without a limit, and what it had resident is held against it.
  void expectToFit(const Load& load) const {
    writePublicNetwork(folder_ / "swinir.safetensors", "SwinIR_lightweight_x4");
    picture("photo.png", {.width = load.width, .height = load.height});
    const std::unique_ptr<MemoryGroup> group = MemoryGroup::make(load.limit);
    Surroundings surroundings{.folder = folder_.path()};
    if (group) surroundings.memoryGroup = group->entrance();
    Program program({"restore", "-m", "swinir.safetensors", "photo.png", "-o", "large.jpg", "--json"}, surroundings);
    const Ended ended = program.wait(std::chrono::minutes(30));
    ASSERT_EQ(ended.code, 0) << ended.err << (ended.code == 137 ? "killed: it took too much" : "");
    EXPECT_TRUE(ended.json()["warnings"].empty()) << ended.out;
    const core::PhotoHeader header = core::readHeader(folder_ / "large.jpg");
    EXPECT_EQ(header.layout.width, 4 * load.width);
    EXPECT_EQ(header.layout.height, 4 * load.height);
    const auto megabytes = [](std::uint64_t bytes) { return std::to_string(bytes / 1'000'000) + " MB"; };
    std::cout << (group ? "limited by a control group to " : "without a control group; to be below ")
              << megabytes(load.limit) << ": resident at most " << megabytes(ended.peakResident);
    if (group) std::cout << ", in the group with files in memory " << megabytes(group->peak());
    std::cout << '\n';
    EXPECT_LT(ended.peakResident, load.limit);
    EXPECT_GT(ended.peakResident, 16ULL * load.width * load.height * 3);  // the result's pixels are counted
  }
};

TEST_F(MemoryLimit, aPhotoIsEnlargedWithinAGigabyte) {
  expectToFit(kSmall);
}

TEST_F(MemoryLimit, threeMegapixelsBecomeFortyEightWithinThreeGigabytes) {
  if (!std::getenv("HEIRLOOM_FULL")) GTEST_SKIP() << "takes minutes: set HEIRLOOM_FULL=1";
  expectToFit(kWhole);
}

}  // namespace
}  // namespace heirloom::tests
