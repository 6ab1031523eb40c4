#include "core/photo/jpeg_tables.h"

#include <gtest/gtest.h>

#include <opencv2/imgcodecs.hpp>

namespace heirloom::tests {
namespace {

std::vector<std::byte> jpeg(int quality) {
  cv::Mat picture(16, 16, CV_8UC3, cv::Scalar(40, 90, 200));
  std::vector<unsigned char> bytes;
  cv::imencode(".jpg", picture, bytes, {cv::IMWRITE_JPEG_QUALITY, quality});
  const auto* first = reinterpret_cast<const std::byte*>(bytes.data());
  return {first, first + bytes.size()};
}

TEST(JpegTables, tellEveryQualityOfLibjpeg) {
  for (int quality = 1; quality <= 100; ++quality) EXPECT_EQ(core::jpegCoding(jpeg(quality)).quality, quality);
}

TEST(JpegTables, surviveNonsense) {
  const auto whole = jpeg(80);
  for (std::size_t size = 0; size < whole.size(); ++size) core::jpegCoding(std::span(whole).first(size));
  EXPECT_EQ(core::jpegCoding({}).quality, 0);
}

}  // namespace
}  // namespace heirloom::tests
