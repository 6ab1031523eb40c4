#include "models/instantir/working_size.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "models/common/error.h"
#include "tests/support/shared.h"

namespace heirloom::tests {
namespace {

using models::PixelSize;
using models::workingSize;

TEST(WorkingSize, isTheReferences) {
  REQUIRE_SHARED(file, "conformance/instantir/preprocess.json");
  std::ifstream in(file);
  const auto table = nlohmann::json::parse(in)["resize_img(w,h)->(W,H)"];
  EXPECT_EQ(table.size(), 11);
  for (const auto& [name, expected] : table.items()) {
    int width = 0, height = 0;
    ASSERT_EQ(std::sscanf(name.c_str(), "%dx%d", &width, &height), 2);
    const PixelSize size = workingSize({height, width}, {});
    EXPECT_EQ(size, (PixelSize{expected[1], expected[0]})) << name;
  }
}

TEST(WorkingSize, aRequestedSideTakesTheOtherWithIt) {
  EXPECT_EQ(workingSize({480, 640}, {.width = 1024}), (PixelSize{768, 1024}));
  EXPECT_EQ(workingSize({480, 640}, {.height = 768}), (PixelSize{768, 1024}));
  EXPECT_EQ(workingSize({480, 640}, {.height = 1024, .width = 1024}), (PixelSize{1024, 1024}));
}

TEST(WorkingSize, narrowPicturesAreRefusedInWords) {
  EXPECT_EQ(workingSize({100, 1600}, {}), (PixelSize{64, 1024}));
  EXPECT_THROW(workingSize({100, 1700}, {}), Error);
  EXPECT_THROW(workingSize({5000, 1}, {}), Error);
}

}  // namespace
}  // namespace heirloom::tests
