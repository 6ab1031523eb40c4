// Published protocols leave a result at the network's size: photos of another one are refused before anything happens.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "core/engine/run.h"
#include "models/common/photo_work.h"
#include "models/registry.h"
#include "tests/core/support/photos.h"
#include "tests/models/instantir/tiny_folder.h"
#include "tests/models/restorevar/tiny_folder.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using core::Outcome;
using models::PixelSize;
using testing::HasSubstr;

class ResultSize : public testing::Test {
 protected:
  ResultSize() {
    writeTinyRestoreVar(folder_.path() / "tokens");
    writeTinyInstantIr(folder_.path() / "diffusion");
  }
  std::shared_ptr<const models::Restorer> model(const char* name) const { return models::open(folder_.path() / name); }
  static core::Photo photo(std::int64_t width, std::int64_t height) {
    return texturedPhoto({width, height, core::ColourModel::Rgb, false, core::SampleType::UInt8});
  }

  TemporaryFolder folder_;
};

TEST_F(ResultSize, isTheNetworksByPublishedProtocolsAlone) {
  const auto sizeOf = [&](const char* name, const std::map<std::string, std::string>& values, PixelSize photo) {
    const auto network = model(name);
    models::Settings settings(network->descriptor().parameters);
    for (const auto& [setting, value] : values) settings.set(setting, std::string_view(value));
    return models::resultSize(*network, settings, photo);
  };
  const PixelSize wide{70, 90};
  EXPECT_EQ(sizeOf("tokens", {{"size", "published"}}, wide), (PixelSize{64, 64}));
  for (const char* way : {"auto", "square", "tiles"}) EXPECT_EQ(sizeOf("tokens", {{"size", way}}, wide), wide) << way;
  const std::map<std::string, std::string> small = {{"min_side", "64"}, {"max_side", "128"}};
  const auto diffused = [&](const char* way, PixelSize photo) {
    auto values = small;
    values["size"] = way;
    return sizeOf("diffusion", values, photo);
  };
  EXPECT_EQ(diffused("published", {64, 128}), (PixelSize{64, 128}));
  EXPECT_EQ(diffused("published", {100, 200}), (PixelSize{64, 128}));
  // A strip has no working size; tiles take it.
  for (const char* way : {"auto", "whole", "tiles"}) EXPECT_EQ(diffused(way, {65, 3000}), (PixelSize{65, 3000})) << way;
}

TEST_F(ResultSize, ofAnotherSizeIsRefusedBeforeAnythingIsComputed) {
  for (const char* name : {"tokens", "diffusion"}) {
    const Finished finished = runOn(photo(90, 70), model(name), {}, {{"size", "published"}});
    EXPECT_EQ(finished.outcome.status, Outcome::Status::Failed) << name;
    ASSERT_TRUE(finished.outcome.error) << name;
    EXPECT_THAT(finished.outcome.error->what(), HasSubstr(", and the photo has 90 x 70; choose another way"));
    EXPECT_TRUE(finished.diary.reports.empty()) << name;
    EXPECT_EQ(finished.raster, nullptr) << name;
  }
}

TEST_F(ResultSize, ofThePhotoItselfIsTaken) {
  const Finished finished = runOn(photo(64, 64), model("tokens"), {}, {{"size", "published"}});
  EXPECT_EQ(finished.outcome.status, Outcome::Status::Done) << finished.outcome.error->what();
  EXPECT_EQ(finished.raster->width(), 64);
}

}  // namespace
}  // namespace heirloom::tests
