// Every public configuration of every family, as a file of its tensors' names and shapes: who takes it, and who says
// no.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <map>
#include <set>

#include "models/checkpoint/tensors.h"
#include "models/registry.h"
#include "tests/models/instantir/tiny_folder.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

/// Names and shapes are all that detection may look at, so the values are one shared number.
void writeShapes(const std::filesystem::path& file, const NamedTensors& weights) {
  NamedTensors shapes;
  for (const auto& [name, tensor] : weights)
    shapes.emplace_back(name, at::ones({}, tensor.options()).expand(tensor.sizes()));
  writeSafetensors(file, shapes);
}

/// What the published files hold (kair.md 1 and 2), measured with the reference implementations.
const std::map<std::string, std::int64_t>& knownParameterCounts() {
  // Of SPAN's files the copies that are folded anew are not counted.
  constexpr std::int64_t kFoldedOf48 = 19 * (48 * 48 * 9 + 48) + 3 * 48 * 9 + 48;
  // Of MPRNet's one slope every block has a copy.
  constexpr std::int64_t kSlopesOfMprNet = 54;
  static const std::map<std::string, std::int64_t> counts = {{"HAT-S_SRx4", 9'621'183},
                                                             {"HAT_SRx4", 20'772'507},
                                                             {"HAT-L_SRx4_ImageNet-pretrain", 40'846'575},
                                                             {"DAT_x4", 14'802'051},
                                                             {"DAT_S_x4", 11'212'131},
                                                             {"DAT_2_x4", 11'212'131},
                                                             {"DAT_light_x4", 572'766},
                                                             {"realesr-animevideov3", 621'424},
                                                             {"realesr-general-x4v3", 1'213'296},
                                                             {"spanx4_ch48", 2'236'728 - kFoldedOf48},
                                                             {"NAFNet-SIDD-width32", 29'159'715},
                                                             {"NAFNet-SIDD-width64", 115'982'915},
                                                             {"NAFNet-GoPro-width32", 17'111'907},
                                                             {"motion_deblurring", 26'126'644},
                                                             {"dual_pixel_defocus_deblurring", 26'132'548},
                                                             {"real_denoising", 26'111'668},
                                                             {"gaussian_gray_denoising_blind", 26'109'076},
                                                             {"scunet_color_25", 17'946'072},
                                                             {"scunet_gray_25", 17'943'768},
                                                             {"MambaIR_SR_x4", 20'569'575},
                                                             {"MambaIR_lightSR_x2", 905'016},
                                                             {"SRFormer_SR_x4", 10'543'503},
                                                             {"SRFormerLight_SR_x4", 872'748},
                                                             {"ATD_SR_x4", 20'260'929},
                                                             {"ATD_light_x4", 768'792},
                                                             {"RGT_x4", 13'365'543},
                                                             {"RGT_S_x4", 10'198'767},
                                                             {"4x_mosr", 4'287'600},
                                                             {"4x_mosr_t", 609'888},
                                                             {"SeemoRe_T_X4", 231'804},
                                                             {"SeemoRe_B_X4", 505'952},
                                                             {"SeemoRe_L_X4", 968'896},
                                                             {"DITN_Real_x4", 444'112},
                                                             {"swift_srgan_4x", 201'209},
                                                             {"swift_srgan_2x", 183'865},
                                                             {"CRAFT_MODEL_X4", 753'344},
                                                             {"DCTLSA_X4", 885'328},
                                                             {"4x_fdat_light", 1'909'467},
                                                             {"4x_fdat_tiny", 1'009'347},
                                                             {"4x_fdat_medium", 4'030'623},
                                                             {"4x_fdat_xl", 23'118'819},
                                                             {"Uformer_B_SIDD", 50'880'946},
                                                             {"uformer16_denoising_sidd", 5'230'413},
                                                             {"model_deraining", 3'637'249 + kSlopesOfMprNet},
                                                             {"model_deblurring", 20'127'073 + kSlopesOfMprNet},
                                                             {"model_denoising", 15'741'025 + kSlopesOfMprNet},
                                                             {"gau_color_25", 141'966'659},
                                                             {"sidd", 128'403'395},
                                                             {"derain", 29'568'100},
                                                             {"fftformer_GoPro", 16'560'474},
                                                             {"MIRNet_v2_real_denoising", 5'858'560},
                                                             {"MIRNet_v2_dual_pixel_defocus_deblurring", 5'860'720},
                                                             {"HVI-CIDNet-LOLv1-wperc", 1'975'569}};
  return counts;
}

/// Nobody makes random weights of several gigabytes; these families have tiny folders in tests of their own.
bool isFolderFamily(const Family& family) {
  return family.name == "InstantIR" || family.name == "SDXL";
}

/// Every family is asked: `owner` alone takes the tensors, the others say why not. What `owner` makes of them.
std::optional<Descriptor> takenBy(std::string_view owner, const StateDict& tensors) {
  std::optional<Descriptor> taken;
  for (const Family& asked : families()) {
    const Match match = asked.detect(tensors);
    EXPECT_EQ(match.descriptor.has_value(), asked.name == owner) << asked.name << ": " << match.reason;
    EXPECT_TRUE(match.descriptor || !match.reason.empty()) << asked.name;
    if (asked.name == owner) taken = match.descriptor;
  }
  return taken;
}

TEST(Confusion, everyPublicConfigurationIsItsOwnFamilysAlone) {
  const TemporaryFolder folder;
  std::set<std::string> names;
  for (const Family& family : families()) {
    const std::vector<PublicNetwork> published = family.published();
    EXPECT_TRUE(!published.empty() || isFolderFamily(family)) << family.name;
    for (const PublicNetwork& network : published) {
      SCOPED_TRACE(std::string(family.name) + " " + network.name);
      EXPECT_TRUE(names.insert(std::string(family.name) + network.name).second);
      const std::filesystem::path file = folder / (network.name + ".safetensors");
      writeShapes(file, network.shapes());
      const StateDict tensors = canonicalise(Archive::open(file));
      EXPECT_TRUE(network.readsBack(tensors)) << "another configuration, such as windows that no shape shows";
      const std::optional<Descriptor> taken = takenBy(family.name, tensors);
      const auto known = knownParameterCounts().find(network.name);
      if (taken && known != knownParameterCounts().end()) {
        EXPECT_EQ(taken->parameterCount, known->second);
      }
      std::filesystem::remove(file);
    }
  }
}

TEST(Confusion, everyFolderOfSeveralFilesIsItsOwnFamilysAlone) {
  using Writer = void (*)(const std::filesystem::path&);
  for (const auto& [family, write] :
       {std::pair<const char*, Writer>("InstantIR", writeTinyInstantIr), {"SDXL", writeTinySdxl}}) {
    SCOPED_TRACE(family);
    const TemporaryFolder folder;
    write(folder.path());
    EXPECT_TRUE(takenBy(family, inspect(folder.path()).tensors).has_value());
  }
}

TEST(Confusion, aFileThatLacksOneTensorNamesItsFamilyAndTheTensor) {
  const TemporaryFolder folder;
  for (const Family& family : families()) {
    if (isFolderFamily(family)) continue;
    const PublicNetwork network = family.published().front();
    SCOPED_TRACE(network.name);
    NamedTensors weights = network.shapes();
    const std::string lost = weights[weights.size() / 2].first;
    weights.erase(weights.begin() + static_cast<std::ptrdiff_t>(weights.size() / 2));
    writeShapes(folder / "net.safetensors", weights);
    const Inspection inspection = inspect(folder / "net.safetensors");
    ASSERT_EQ(inspection.family, nullptr);
    bool named = false;
    // Chains of convolutions look alike: one of the nearest is the family, and it names the tensor.
    for (std::size_t i = 0; i < std::min<std::size_t>(5, inspection.considered.size()); ++i) {
      const Candidate& near = inspection.considered[i];
      if (near.family != family.name) continue;
      for (const std::string& key : near.match.unfit) named = named || key.find(lost) != std::string::npos;
    }
    EXPECT_TRUE(named) << lost;
  }
}

}  // namespace
}  // namespace heirloom::tests
