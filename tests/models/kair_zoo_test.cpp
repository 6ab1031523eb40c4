// The files of KAIR's zoo, by what the reference implementations measured of them (kair.md 1 and 1.11).

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <string_view>

#include "models/checkpoint/tensors.h"
#include "models/registry.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

struct KnownFile {
  std::string_view family;
  std::string_view name;
  std::int64_t parameters;
  std::size_t tensors;  // 0: not said
  int scale;            // of what scales by a setting: its default
};

constexpr KnownFile kFiles[] = {
    {"DnCNN", "dncnn_25", 555'137, 34, 1},
    {"DnCNN", "dncnn3", 665'921, 40, 1},
    {"DnCNN", "dncnn_color_blind", 668'227, 40, 1},
    {"FDnCNN", "fdncnn_gray", 666'497, 40, 1},
    {"FDnCNN", "fdncnn_color", 668'803, 40, 1},
    {"IRCNN", "ircnn_gray", 25 * 185'857, 25 * 14, 1},
    {"IRCNN", "ircnn_color", 25 * 188'163, 25 * 14, 1},
    {"FFDNet", "ffdnet_gray", 485'316, 30, 1},
    {"FFDNet", "ffdnet_color", 852'108, 24, 1},
    {"SRMD", "srmd_x2", 1'511'692, 24, 2},
    {"SRMD", "srmd_x3", 1'528'987, 24, 3},
    {"SRMD", "srmd_x4", 1'553'200, 24, 4},
    {"SRMD", "srmdnf_x2", 1'510'540, 24, 2},
    {"SRMD", "srmdnf_x3", 1'527'835, 24, 3},
    {"SRMD", "srmdnf_x4", 1'552'048, 24, 4},
    {"DPSR", "dpsr_x2", 3'161'664, 73, 2},
    {"DPSR", "dpsr_x3", 3'576'864, 73, 3},
    {"DPSR", "dpsr_x4", 3'493'824, 75, 4},
    {"USRNet", "usrnet", 17'016'016, 42, 2},
    {"USRNet", "usrnet_tiny", 590'332, 42, 2},
    {"DRUNet", "drunet_gray", 32'638'656, 64, 1},
    {"DRUNet", "drunet_color", 32'640'960, 64, 1},
    {"MSRResNet", "msrresnet_x4_psnr", 1'517'571, 74, 4},
    {"MSRResNet", "msrresnet0_x4", 1'332'928, 0, 4},
    {"IMDN", "imdn_x4", 893'936, 86, 4},
    {"RRDB", "BSRGAN", 16'697'987, 702, 4},
    {"RRDB", "BSRGANx2", 16'661'059, 700, 2},
    {"RRDB", "RRDB_ESRGAN_x4_old_arch", 16'697'987, 702, 4},
    {"RRDB", "rrdb_x4_psnr", 16'697'987, 702, 4},
    {"RRDB", "RealESRGAN_x4plus", 16'697'987, 702, 4},
    {"RRDB", "RealESRGAN_x2plus", 16'703'171, 702, 2},
    {"RRDB", "RealESRGAN_x4plus_anime_6B", 4'467'779, 0, 4},
    {"SwinIR", "SwinIR_classical_x2", 11'752'487, 0, 2},
    {"SwinIR", "SwinIR_classical_x3", 11'937'127, 0, 3},
    {"SwinIR", "SwinIR_classical_x4", 11'900'199, 0, 4},
    {"SwinIR", "SwinIR_classical_x8", 12'047'911, 0, 8},
    {"SwinIR", "SwinIR_lightweight_x2", 910'152, 0, 2},
    {"SwinIR", "SwinIR_lightweight_x3", 918'267, 0, 3},
    {"SwinIR", "SwinIR_lightweight_x4", 929'628, 0, 4},
    {"SwinIR", "SwinIR_real_x4", 11'715'559, 0, 4},
    {"SwinIR", "SwinIR_real_large_x4", 28'013'059, 0, 4},
    {"SwinIR", "SwinIR_gray_denoising", 11'497'681, 0, 1},
    {"SwinIR", "SwinIR_color_denoising", 11'504'163, 0, 1},
    {"SwinIR", "SwinIR_gray_jpeg", 11'485'585, 0, 1},
};

const Family& familyOf(std::string_view name) {
  return *std::ranges::find(families(), name, &Family::name);
}

/// The file's index, as detection sees it.
StateDict indexOf(const NamedTensors& tensors) {
  std::vector<std::pair<std::string, TensorEntry>> entries;
  for (const auto& [name, tensor] : tensors) {
    TensorEntry entry;
    entry.shape = tensor.sizes().vec();
    entries.emplace_back(name, entry);
  }
  return {nullptr, std::move(entries)};
}

TEST(KairZoo, filesHaveTheReferencesTensorsParametersAndScales) {
  for (const KnownFile& file : kFiles) {
    SCOPED_TRACE(file.name);
    const Family& family = familyOf(file.family);
    const std::vector<PublicNetwork> published = family.published();
    const auto network = std::ranges::find(published, file.name, &PublicNetwork::name);
    ASSERT_NE(network, published.end());
    const StateDict index = indexOf(network->shapes());
    if (file.tensors != 0) {
      EXPECT_EQ(index.entries().size(), file.tensors);
    }
    const Match match = family.detect(index);
    ASSERT_TRUE(match.descriptor) << match.reason;
    EXPECT_EQ(match.descriptor->parameterCount, file.parameters);
    EXPECT_EQ(match.descriptor->scale, file.scale);
  }
}

}  // namespace
}  // namespace heirloom::tests
