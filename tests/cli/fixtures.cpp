#include "tests/cli/fixtures.h"

#include <torch/types.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "models/checkpoint/tensors.h"

namespace heirloom::tests {

namespace {

void addNetwork(models::NamedTensors& tensors, const std::string& prefix, const ScalingNetwork& network) {
  const int picture = network.channels * 4;  // FFDNet works on quarters of the picture
  for (int layer = 0; layer < network.layers; ++layer) {
    const bool first = layer == 0;
    const bool last = layer + 1 == network.layers;
    const at::Tensor weight =
        at::zeros({last ? picture : network.features, first ? picture + 1 : network.features, 3, 3});
    for (int channel = 0; channel < picture; ++channel) weight[channel][channel][1][1] = last ? network.gain : 1.0;
    const std::string name = prefix + "model." + std::to_string(2 * layer);
    tensors.emplace_back(name + ".weight", weight);
    tensors.emplace_back(name + ".bias", at::zeros({weight.size(0)}));
  }
}

}  // namespace

void writeNetwork(const std::filesystem::path& file, const ScalingNetwork& network) {
  models::NamedTensors tensors;
  addNetwork(tensors, "", network);
  models::writeSafetensors(file, tensors, {{"licence", "CC0-1.0"}});
}

void writeTwoNetworks(const std::filesystem::path& file) {
  models::NamedTensors tensors;
  addNetwork(tensors, "net.", {.gain = 0.5});
  addNetwork(tensors, "generator.", {.gain = 1});
  models::writeSafetensors(file, tensors,
                           {{"modelspec.author", "Some\x1b[31mbody"}, {"ss_tags", std::string(5000, 'x') + "end"}});
}

core::Photo samplePhoto(const SamplePicture& picture) {
  const core::Layout layout{picture.width, picture.height, picture.model, picture.alpha, picture.type};
  const auto raster = std::make_shared<core::Raster>(layout);
  std::vector<float> row(static_cast<std::size_t>(picture.width * layout.bands()));
  for (std::int64_t y = 0; y < picture.height; ++y) {
    for (std::size_t at = 0; at < row.size(); ++at) {
      const auto x = static_cast<double>(at / static_cast<std::size_t>(layout.bands()));
      const auto band = static_cast<double>(at % static_cast<std::size_t>(layout.bands()));
      const double value =
          0.45 + 0.3 * std::sin(x / 9 + band) * std::cos(static_cast<double>(y) / 7) + (x > 20 ? 0.1 : 0.0);
      row[at] = static_cast<float>(value);
    }
    core::fromFloat(row, {0, y, picture.width, 1}, *raster);
  }
  core::Photo photo;
  photo.raster = raster;
  return photo;
}

void writePicture(const std::filesystem::path& file, const SamplePicture& picture) {
  core::WriteOptions options;
  options.format = core::formatOf(file).value();
  options.overwrite = true;
  core::writePhoto(samplePhoto(picture), file, options);
}

float firstSample(const std::filesystem::path& file, std::int64_t x, std::int64_t y) {
  const core::Photo photo = core::readPhoto(file);
  std::vector<float> pixel(static_cast<std::size_t>(photo.raster->layout().bands()));
  core::toFloat(*photo.raster, {x, y, 1, 1}, pixel);
  return pixel.front();
}

std::string bytesOf(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream bytes;
  bytes << stream.rdbuf();
  return bytes.str();
}

void writeBytes(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

namespace {

std::uint32_t crc(const std::string& bytes) {
  std::uint32_t value = 0xFFFFFFFFU;
  for (const char byte : bytes) {
    value ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1U ? 0xEDB88320U : 0U);
  }
  return ~value;
}

std::string bigEndian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 255U);
  return bytes;
}

std::string chunk(const std::string& body) {  // name and data
  return bigEndian(static_cast<std::uint32_t>(body.size() - 4)) + body + bigEndian(crc(body));
}

}  // namespace

void writeHollowPng(const std::filesystem::path& file, std::uint32_t width, std::uint32_t height) {
  const std::string header = "IHDR" + bigEndian(width) + bigEndian(height) + std::string("\x08\x02\x00\x00\x00", 5);
  const std::string emptyStream("\x78\x9c\x03\x00\x00\x00\x00\x01", 8);  // zlib
  writeBytes(file, "\x89PNG\r\n\x1a\n" + chunk(header) + chunk("IDAT" + emptyStream) + chunk("IEND"));
}

std::set<std::string> everythingIn(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    names.insert(std::filesystem::relative(entry.path(), folder).string());
  }
  return names;
}

}  // namespace heirloom::tests
