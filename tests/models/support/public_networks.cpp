#include "tests/models/support/public_networks.h"

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "models/checkpoint/tensors.h"
#include "models/common/random_weights.h"
#include "models/kbnet/network.h"
#include "models/registry.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {

using namespace models;

namespace {

PublicNetwork publishedNetwork(const std::string& family, const std::string& name) {
  const auto rows = families();
  const auto row = std::ranges::find(rows, family, &Family::name);
  if (row == rows.end()) throw std::runtime_error("no family " + family);
  const std::vector<PublicNetwork> networks = row->published();
  const auto network = std::ranges::find(networks, name, &PublicNetwork::name);
  if (network == networks.end()) throw std::runtime_error("no network " + name);
  return *network;
}

/// Under a name of its own, by which some files are told apart.
PublicConfiguration narrowRrdb(const std::string& name, const std::string& published) {
  return {.family = "RRDB", .name = name, .weights = [published] { return twoBlocksOf(published); }};
}

/// Two levels of one block each.
NamedTensors narrowKbNet(bool lightweight) {
  const KbNetSConfig config{
      .width = 32, .encoders = {1, 1}, .middle = 1, .decoders = {1, 1}, .lightweight = lightweight};
  return randomWeights(stateOf(*KbNetS(config)));
}

}  // namespace

NamedTensors twoBlocksOf(const std::string& published) {
  NamedTensors kept;
  for (const auto& [key, tensor] : publishedNetwork("RRDB", published).shapes()) {
    const bool isOfBlock = key.find("RDB") != std::string::npos || key.find("rdb") != std::string::npos;
    std::string renamed = key;
    for (const std::string list : {"model.1.sub.", "RRDB_trunk.", "body."}) {
      if (!key.starts_with(list)) continue;
      const std::size_t number = list.size();
      if (!isOfBlock) renamed = list + "2" + key.substr(key.find('.', number));  // the convolution behind the blocks
      if (isOfBlock && std::stoi(key.substr(number)) >= 2) renamed.clear();
    }
    if (!renamed.empty()) kept.emplace_back(renamed, tensor);
  }
  return randomWeights(kept);
}

std::shared_ptr<const Restorer> PublicConfiguration::open() const {
  const TemporaryFolder folder;
  // Some files are told apart by their name.
  writeSafetensors(folder / (name + ".safetensors"), weights ? weights() : publishedNetwork(family, name).weights());
  return models::open(folder / (name + ".safetensors"));
}

std::vector<PublicConfiguration> smallConfigurations() {
  return {{"DnCNN", "dncnn_25"},
          {"FDnCNN", "fdncnn_color"},
          {"FFDNet", "ffdnet_gray"},
          {"FFDNet", "ffdnet_color"},
          {"IRCNN", "ircnn_color"},
          {"SRMD", "srmd_x3"},
          {"SRMD", "srmdnf_x2"},
          {"USRNet", "usrnet_tiny"},
          {"DRUNet", "drunet_gray"},
          {"RRDB", "RealESRGAN_x4plus_anime_6B"},
          {"RRDB", "RealESRGAN_x2plus"},
          narrowRrdb("narrow_x4_ESRGANplus", "4x_ESRGANplus"),
          narrowRrdb("narrow_x1_unshuffled", "RealESRGAN_x1"),
          narrowRrdb("narrow_x3", "BSRGANx2"),
          {"IMDN", "imdn_x4"},
          {"IMDN", "IMDN_x2"},
          {"MSRResNet", "msrresnet_x3"},
          {"MSRResNet", "msrresnet0_x4"},
          {"DPSR", "dpsr_x2"},
          {"SwinIR", "SwinIR_lightweight_x2"},
          {"SwinIR", "SwinIR_real_x2"},
          {"SwinIR", "SwinIR_real_x4"},
          {"SwinIR", "SwinIR_gray_jpeg"},
          {"Swin2SR", "Swin2SR_lightweight_x2"},
          {"Swin2SR", "Swin2SR_compressed_x4"}};
}

std::vector<PublicConfiguration> successorConfigurations() {
  // Under random weights SPAN in float32 lies 1.6e-4 from itself in float64 in the reference, too, and RCAN's 400
  // convolutions more.
  constexpr double kCarried = 1e-3;
  return {{"Compact", "2x_superultracompact"},
          {"SPAN", "spanx2_ch48", kCarried},
          {"SPAN", "2x_span_no_norm"},
          {"HAT", "HAT-S_SRx4"},
          {"NAFNet", "NAFNet-GoPro-width32"},
          {"SCUNet", "scunet_gray_25"},
          {"DAT", "DAT_light_x4"},
          {"Restormer", "gaussian_gray_denoising_blind"},
          {"RCAN", "RCAN_BIX2", kCarried},
          {"PLKSR", "plksr_tiny_x2"},
          {"RealPLKSR", "realplksr_x2"},
          {"RealPLKSR", "realplksr_dysample_x3"},
          {"SAFMN", "SAFMN_DF2K_x2"},
          {"DRCT", "DRCT_X2"},
          {"FBCNN", "fbcnn_gray"},
          {"OmniSR", "OmniSR_X3_DF2K"},
          {"MambaIR", "MambaIR_lightSR_x2"},
          {"MambaIRUNet", "RealDN_MambaIR"},
          {"SRFormer", "SRFormerLight_SR_x2"},
          {"ATD", "ATD_light_x2"},
          {"RGT", "RGT_S_x2"},
          {"MoSR", "4x_mosr_t"},
          {"MoSR", "2x_mosr_dys"},
          {"Real-CUGAN", "up2x-latest-no-denoise"},
          {"Real-CUGAN", "pro-no-denoise-up3x"},
          {"Real-CUGAN", "sudo_shuffle_cugan_2x"},
          {"RetinexFormer", "RetinexFormer_LOL_v1"},
          {"MixDehazeNet", "MixDehazeNet-t"},
          {"GRL", "sr_grl_tiny_c3x2"},
          {"MM-RealSR", "MMRealSRNet"},
          {"M3SNet", "m3snet_deblur_model_best_32"},
          {"MoESR", "4x_DF2K_MoESR_500k"},
          {"SAFMN-BCIE", "SAFMN_BCIE"},
          {"SeemoRe", "SeemoRe_T_X2"},
          {"SeemoRe", "SeemoRe_L_X4"},
          {"DITN", "DITN_Real_x2"},
          {"Swift-SRGAN", "swift_srgan_2x"},
          {"CRAFT", "CRAFT_MODEL_X2"},
          {"DCTLSA", "DCTLSA_X2"},
          {"FDAT", "4x_fdat_tiny"},
          {"FDAT", "2x_fdat_light_dysample"},
          {"FDAT", "1x_fdat_medium_unshuffle"},
          {"Uformer", "uformer16_denoising_sidd"},
          {"MPRNet", "model_deraining"},
          {"KBNet-L", "derain"},
          {.family = "KBNet-S", .name = "narrow", .weights = [] { return narrowKbNet(false); }},
          {.family = "KBNet-S", .name = "narrow_lightweight", .weights = [] { return narrowKbNet(true); }},
          {"FFTformer", "fftformer_GoPro"},
          {"MIRNet-v2", "MIRNet_v2_enhancement_lol"},
          {"HVI-CIDNet", "HVI-CIDNet-LOLv1-wperc"}};
}

std::string nameOf(const PublicConfiguration& configuration) {
  std::string name = configuration.family + "_" + configuration.name;
  std::ranges::replace_if(
      name, [](unsigned char c) { return !std::isalnum(c); }, '_');
  return name;
}

Settings usableSettings(const Restorer& model) {
  Settings settings(model.descriptor().parameters);
  for (const Parameter& parameter : settings.parameters()) {
    if (std::holds_alternative<KernelInput>(parameter.range)) settings.set(parameter.name, "grid:1x1:1");
    if (const auto* matrix = std::get_if<MatrixInput>(&parameter.range)) {
      Grid grid{"", matrix->rows, matrix->columns, std::vector<float>(matrix->rows * matrix->columns)};
      for (int i = 0; i < matrix->rows; ++i) grid.values[static_cast<std::size_t>(i * matrix->columns + i)] = 1;
      settings.set(parameter.name, Settings::Value(std::move(grid)));
    }
  }
  return settings;
}

}  // namespace heirloom::tests
