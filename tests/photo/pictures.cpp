#include "tests/photo/pictures.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <random>

namespace heirloom::tests {
std::shared_ptr<core::Raster> picture(const core::Layout& layout) {
  auto raster = std::make_shared<core::Raster>(layout);
  std::mt19937 random(1);
  const int bands = layout.bands();
  std::vector<float> row(static_cast<std::size_t>(layout.width) * static_cast<std::size_t>(bands));
  for (std::int64_t y = 0; y < layout.height; ++y) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto x = static_cast<double>(i / static_cast<std::size_t>(bands));
      const auto band = static_cast<double>(i % static_cast<std::size_t>(bands));
      const double wave = std::sin(x * 0.05 + band) * std::cos(static_cast<double>(y) * 0.07 + band);
      row[i] = static_cast<float>(0.5 + 0.45 * wave + 0.02 * (static_cast<double>(random() % 1000) / 1000 - 0.5));
    }
    fromFloat(row, {0, y, layout.width, 1}, *raster);
  }
  return raster;
}

core::Photo photoOf(const core::Layout& layout, std::vector<std::byte> iccProfile) {
  core::Photo photo;
  photo.raster = picture(layout);
  photo.iccProfile = std::move(iccProfile);
  return photo;
}

double largestDifference(const core::Raster& a, const core::Raster& b) {
  if (a.width() != b.width() || a.height() != b.height() || a.layout().bands() != b.layout().bands()) return 1e9;
  const core::Box box{0, 0, a.width(), a.height()};
  const auto count = static_cast<std::size_t>(a.width() * a.height() * a.layout().bands());
  std::vector<float> left(count);
  std::vector<float> right(count);
  toFloat(a, box, left);
  toFloat(b, box, right);
  double largest = 0;
  for (std::size_t i = 0; i < count; ++i)
    largest = std::max(largest, std::abs(static_cast<double>(left[i]) - right[i]));
  return largest;
}

std::vector<std::byte> bytesOf(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(stream)), {});
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  return {bytes, bytes + text.size()};
}

void writeBytes(const std::filesystem::path& file, const std::vector<std::byte>& bytes) {
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

void writeText(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

std::vector<std::string> namesIn(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

}  // namespace heirloom::tests
