// Every family through tiles and whole. The figures in models/README.md come from here: HEIRLOOM_FULL=1 prints that of
// every family's margin, HEIRLOOM_MARGINS=1 with it those of others, too.

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <optional>
#include <vector>

#include "core/engine/picture_sample.h"
#include "core/engine/tiler.h"
#include "core/library/configure.h"
#include "core/photo/photo.h"
#include "models/common/random_weights.h"
#include "models/rcan/network.h"
#include "models/registry.h"
#include "tests/core/support/photos.h"
#include "tests/models/support/public_networks.h"
#include "tests/support/shared.h"

namespace heirloom::core {
namespace {

namespace fs = std::filesystem;
using models::Descriptor;
using models::Session;
using models::WholeStatistics;

constexpr double kRounding = 1e-5;  // of the range of the values, where the receptive field allows equality
constexpr double kGood = 30;        // dB of a good restoration from the truth
constexpr double kUnseen = 0.1;     // dB that such a one may lose by tiles
constexpr double kTrained = 0.043;  // the same under trained weights, which carry less far than random ones do

constexpr const char* kPhoto = "photos/eval/tony-webster-97532.jpg";

/// A piece of a photo, 1 C H W; made of waves where there is none.
at::Tensor picture(int channels, std::int64_t height, std::int64_t width) {
  const auto shared = tests::sharedFolder();
  const fs::path file = shared ? *shared / kPhoto : fs::path();
  const Photo photo = shared && fs::exists(file)
                          ? readPhoto(file)
                          : tests::texturedPhoto({width, height, ColourModel::Rgb, false, SampleType::UInt8});
  std::vector<float> samples(static_cast<std::size_t>(width * height * 3));
  const std::int64_t x = (photo.raster->width() - width) / 2;
  const std::int64_t y = (photo.raster->height() - height) / 2;
  toFloat(*photo.raster, {x, y, width, height}, samples);
  const at::Tensor colour = at::from_blob(samples.data(), {height, width, 3}).permute({2, 0, 1}).unsqueeze(0);
  return (channels == 3 ? colour : colour.mean(1, true)).contiguous();
}

at::Tensor boxOf(const at::Tensor& whole, const Box& box) {
  return whole.narrow(2, box.y, box.height).narrow(3, box.x, box.width).contiguous();
}

/// As the engine gathers them where so much goes through the network at once as a square tile of `side` has.
void gather(WholeStatistics& statistics, Session& session, const at::Tensor& whole, const TileRules& rules,
            std::int64_t side) {
  const std::int64_t area = side * side;
  const std::vector<Box> patches = samplePatches(whole.size(3), whole.size(2), rules, area);
  const std::int64_t atOnce = std::max<std::int64_t>(1, area / (patches.front().width * patches.front().height));
  gatherStatistics(statistics, session, patches, atOnce, [&](const Box& box) { return boxOf(whole, box); });
}

/// Those of the whole in one piece: what no sample can better.
void gatherWhole(WholeStatistics& statistics, Session& session, const at::Tensor& whole) {
  const WholeStatistics::Scope gathering(statistics, WholeStatistics::Use::Gather);
  session.restore(whole);
}

/// `shared`: what tiles take from a sample of the whole; null, or empty: each tile has its own.
at::Tensor tiled(Session& session, const at::Tensor& whole, const TileRules& rules, std::int64_t side,
                 WholeStatistics* shared = nullptr) {
  const TilePlan plan(whole.size(3), whole.size(2), rules, {.side = side});
  EXPECT_GT(plan.count(), 3u);
  at::Tensor result = at::empty({1, whole.size(1), whole.size(2) * rules.scale, whole.size(3) * rules.scale});
  TileAssembler assembler(plan, rules, [&](const Box& box, const at::Tensor& pixels) {
    result[0]
        .narrow(1, box.y * rules.scale, box.height * rules.scale)
        .narrow(2, box.x * rules.scale, box.width * rules.scale)
        .copy_(pixels.permute({2, 0, 1}));
  });
  for (std::size_t i = 0; i < plan.count(); ++i) {
    const Box box = plan.input(i);
    std::optional<WholeStatistics::Scope> scope;
    if (shared && !shared->empty()) scope.emplace(*shared, WholeStatistics::Use::Replay);
    assembler.add(i, session.restore(boxOf(whole, box))[0]);
  }
  return result;
}

/// In dB of the range of the values, which is not 0..1 under random weights.
double likeness(const at::Tensor& found, const at::Tensor& expected) {
  const double range = (expected.max() - expected.min()).item<double>();
  const double error = (found - expected).to(at::kDouble).square().mean().item<double>();
  return error == 0 ? std::numeric_limits<double>::infinity() : 10 * std::log10(range * range / error);
}

/// In dB, what a good restoration loses where one takes its place that lies `apart` dB from it and errs independently.
double lost(double apart) {
  return 10 * std::log10(1 + std::pow(10, (kGood - apart) / 10));
}

/// A picture and the longest side of its tiles. No side is a multiple of anything.
struct Cut {
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t longest = 0;

  /// Tiles that have neighbours on both sides.
  static Cut between(const TileRules& rules) {
    const std::int64_t least = rules.smallestSide();
    return {2 * least + 11, 2 * least + 30, least + least / 2};
  }
  /// Two tiles a side, each of which lacks a strip of at least half the margin: a third of the work.
  static Cut two(const TileRules& rules) {
    const std::int64_t multiple = rules.sizeMultiple, kept = 2 * rules.margin;
    const std::int64_t strip = (rules.margin / 2 / multiple + 2) * multiple + 1;
    return {kept + 2 * strip - 1, kept + 2 * strip, kept + strip + multiple};
  }
  /// Beyond the windows of local statistics, in tiles about as large as those of photos.
  static Cut photo(const TileRules&) { return {771, 931, 640}; }
  /// Many of the engine's smallest tiles, which say little of the whole by themselves.
  static Cut smallTiles(const TileRules&) { return {515, 622, 256}; }
};

models::Settings settingsOnPhotos(const models::Restorer& model) {
  models::Settings settings = tests::usableSettings(model);
  if (settings.has("kernel")) settings.set("kernel", "gaussian:1.2");
  for (const models::Parameter& parameter : model.descriptor().parameters) {
    if (!parameter.onPhotos.empty()) settings.set(parameter.name, std::string_view(parameter.onPhotos));
  }
  return settings;
}

void expectTheWhole(const models::Restorer& model, const std::string& name, Cut (*cutOf)(const TileRules&), double most,
                    double rounding = kRounding) {
  const c10::InferenceMode inference;
  const models::Settings settings = settingsOnPhotos(model);
  const Descriptor network = model.describe(settings);
  const TileRules rules(network);
  const Cut cut = cutOf(rules);
  const at::Tensor whole = picture(network.channels, cut.height, cut.width);
  models::Observer observer;
  const auto session = model.start(settings, {}, observer);
  const at::Tensor expected = session->restore(whole);
  WholeStatistics shared;
  if (network.wholeStatistics) gather(shared, *session, whole, rules, cut.longest);
  const at::Tensor found = tiled(*session, whole, rules, cut.longest, &shared);
  const bool says = std::getenv("HEIRLOOM_FULL");
  const std::string figure = name + " at " + std::to_string(cut.width) + " x " + std::to_string(cut.height) +
                             ": margin " + std::to_string(rules.margin) + ": ";
  if (network.local) {
    // Bits may differ: within its squares Winograd's rounding errors depend on pixels beyond the receptive field.
    const double range = (expected.max() - expected.min()).item<double>();
    const double apart = (found - expected).abs().max().item<double>() / range;
    EXPECT_LT(apart, rounding);
    if (says) std::cout << figure << apart << " of the range at most" << std::endl;
    return;
  }
  const double near = likeness(found, expected);
  EXPECT_LT(lost(near), most) << near << " dB like the whole";
  if (!says) return;
  std::cout << figure << near << " dB, of " << kGood << " dB tiles cost " << lost(near);
  const auto sayAt = [&](int margin) {
    TileRules other = rules;
    other.margin = margin;
    std::cout << ", " << margin << ": " << likeness(tiled(*session, whole, other, cut.longest, &shared), expected);
  };
  if (std::getenv("HEIRLOOM_MARGINS")) {
    if (!shared.empty()) {
      WholeStatistics exact;
      gatherWhole(exact, *session, whole);
      std::cout << ", with statistics of their own: " << likeness(tiled(*session, whole, rules, cut.longest), expected)
                << ", of the whole: " << likeness(tiled(*session, whole, rules, cut.longest, &exact), expected);
    }
    for (int narrower = rules.margin / 2; narrower >= 4; narrower /= 2) sayAt(narrower);
    for (const int wider : {2 * rules.margin, 3 * rules.margin}) {
      if (2 * (wider + rules.sizeMultiple) <= cut.longest) sayAt(wider);
    }
  }
  std::cout << std::endl;
}

/// In dB of tiles of a picture that is cut along its width alone, by rules with `margin` where it is given.
double likenessOfTiles(const models::Restorer& model, const models::Settings& settings, std::optional<int> margin) {
  const c10::InferenceMode inference;
  const Descriptor network = model.describe(settings);
  TileRules rules(network);
  if (margin) rules.margin = *margin;
  const at::Tensor whole = picture(network.channels, 128, 900);
  models::Observer observer;
  const auto session = model.start(settings, {}, observer);
  return likeness(tiled(*session, whole, rules, TileRules(network).smallestSide() + 32), session->restore(whole));
}

// The tiles of a wide kernel overlap by more than those of usual ones, whose margin leaves seams.
TEST(WideKernel, tilesOverlapByItsWidth) {
  const ModelLibrary library(ModelLibrary::defaultFolders());
  const ConfiguredModel model = configure(library, "dpir-deblur",
                                          {{"denoiser", ModelLibrary::kDefaultModel},
                                           {"kernel", "motion:121"},
                                           {"iterations", "3"},
                                           {"surroundings", "mirrored"}},
                                          Protocol::Photos);
  EXPECT_EQ(model.descriptor.margin, 144);
  const double wide = likenessOfTiles(*model.network, model.settings, std::nullopt);
  const double usual = likenessOfTiles(*model.network, model.settings, 48);
  std::cout << "motion:121: margin " << model.descriptor.margin << ": " << wide << " dB, 48: " << usual << '\n';
  // A deconvolution rings across the whole picture, here one that was never blurred; 1.5 dB were measured.
  EXPECT_GT(wide, usual + 1);
}

TEST(WideKernel, isSmallerInPixelsOfAPictureThatIsEnlarged) {
  const auto model = tests::PublicConfiguration{"USRNet", "usrnet_tiny"}.open();
  models::Settings settings = tests::usableSettings(*model);
  const auto marginOf = [&](const char* scale, const char* kernel) {
    settings.set("scale", scale);
    settings.set("kernel", kernel);
    return model->describe(settings).margin;
  };
  EXPECT_EQ(marginOf("1", "gaussian:1.2"), 48);
  EXPECT_EQ(marginOf("1", "motion:121"), 144);
  EXPECT_EQ(marginOf("4", "motion:121"), 54);
  EXPECT_EQ(marginOf("4", "motion:61"), 48);
}

// What it takes over is the smooth part of results, each of which looks as far as the network does.
TEST(ColourFix, givesThroughTilesWhatItGivesOfTheWhole) {
  const c10::InferenceMode inference;
  const auto model = tests::PublicConfiguration{"Compact", "2x_superultracompact"}.open();
  models::Settings settings = tests::usableSettings(*model);
  settings.set("colour_fix", "wavelet");
  const Descriptor network = model->describe(settings);
  ASSERT_TRUE(network.local);
  const TileRules rules(network);
  const Cut cut = Cut::between(rules);
  const at::Tensor whole = picture(network.channels, cut.height, cut.width);
  models::Observer observer;
  const auto session = model->start(settings, {}, observer);
  const at::Tensor expected = session->restore(whole);
  const double range = (expected.max() - expected.min()).item<double>();
  const double apart = (tiled(*session, whole, rules, cut.longest) - expected).abs().max().item<double>();
  EXPECT_LT(apart / range, kRounding);
}

/// Its channels are weighed by means over the picture, in each of eight blocks by what the blocks before made of it.
std::shared_ptr<const models::Restorer> narrowRcan() {
  const auto weights = [] {
    const models::RcanConfig config{.features = 32, .groups = 2, .blocks = 4, .reduced = 2, .enlargement = 2};
    return models::randomWeights(models::stateOf(*models::Rcan(config)));
  };
  return tests::PublicConfiguration{.family = "RCAN", .name = "narrow", .weights = weights}.open();
}

// The reference with these weights and such tiles: 55.1 dB of their own, 58.6 of a sample, 64.1 of the whole.
TEST(SharedStatistics, bringTilesOfAPhotoNearerToTheWholeThanTheirOwn) {
  REQUIRE_SHARED(photo, kPhoto);
  ASSERT_TRUE(fs::exists(photo));
  const c10::InferenceMode inference;
  const auto model = narrowRcan();
  const Descriptor network = model->descriptor();
  ASSERT_TRUE(network.wholeStatistics);
  const TileRules rules(network);
  const Cut cut = Cut::smallTiles(rules);
  const at::Tensor whole = picture(network.channels, cut.height, cut.width);
  models::Observer observer;
  const auto session = model->start(settingsOnPhotos(*model), {}, observer);
  const at::Tensor expected = session->restore(whole);
  const auto near = [&](WholeStatistics* shared) {
    return likeness(tiled(*session, whole, rules, cut.longest, shared), expected);
  };
  WholeStatistics sampled, exact;
  gather(sampled, *session, whole, rules, cut.longest);
  gatherWhole(exact, *session, whole);
  const double own = near(nullptr), ofSample = near(&sampled), ofWhole = near(&exact);
  std::cout << "RCAN in tiles, statistics of their own: " << own << " dB like the whole, of a sample: " << ofSample
            << ", of the whole: " << ofWhole << '\n';
  EXPECT_GT(ofSample, own + 1);
  EXPECT_GT(ofWhole, own + 1);
}

class RandomNetwork : public testing::TestWithParam<tests::PublicConfiguration> {};

TEST_P(RandomNetwork, givesThroughTilesWhatItGivesOfTheWhole) {
  expectTheWhole(*GetParam().open(), GetParam().name, Cut::between, kUnseen);
}

INSTANTIATE_TEST_SUITE_P(Families, RandomNetwork, testing::ValuesIn(tests::smallConfigurations()),
                         [](const auto& test) { return tests::nameOf(test.param); });

class RandomSuccessor : public testing::TestWithParam<tests::PublicConfiguration> {};

/// Local networks that take a moment.
bool isQuick(const std::string& family) {
  return family == "Compact" || family == "SPAN" || family == "Swift-SRGAN";
}

TEST_P(RandomSuccessor, givesThroughTilesWhatItGivesOfTheWhole) {
  if (!isQuick(GetParam().family) && !std::getenv("HEIRLOOM_FULL")) {
    GTEST_SKIP() << "all of them take half an hour: set HEIRLOOM_FULL=1";
  }
  const double carried = GetParam().tolerance;
  const double rounding = carried > tests::PublicConfiguration{}.tolerance ? carried : kRounding;
  const auto model = GetParam().open();
  // Two tiles of a small picture are samples of it that leave nothing to show.
  const auto cut = model->describe(settingsOnPhotos(*model)).wholeStatistics ? Cut::smallTiles : Cut::two;
  expectTheWhole(*model, GetParam().name, cut, kUnseen, rounding);
}

INSTANTIATE_TEST_SUITE_P(Families, RandomSuccessor, testing::ValuesIn(tests::successorConfigurations()),
                         [](const auto& test) { return tests::nameOf(test.param); });

/// Of local statistics, which photos get: their windows reach further than the margin, beyond the pictures above.
class RandomSuccessorWithLocalStatistics : public testing::TestWithParam<tests::PublicConfiguration> {};

TEST_P(RandomSuccessorWithLocalStatistics, givesThroughTilesOfAPhotoWhatItGivesOfTheWhole) {
  if (!std::getenv("HEIRLOOM_FULL")) GTEST_SKIP() << "each takes minutes: set HEIRLOOM_FULL=1";
  const auto model = GetParam().open();
  ASSERT_TRUE(models::Settings(model->descriptor().parameters).has("statistics"));
  expectTheWhole(*model, GetParam().name, Cut::photo, kUnseen);
}

INSTANTIATE_TEST_SUITE_P(Families, RandomSuccessorWithLocalStatistics,
                         testing::Values(tests::PublicConfiguration{"NAFNet", "NAFNet-GoPro-width32"},
                                         tests::PublicConfiguration{"M3SNet", "m3snet_deblur_model_best_32"}),
                         [](const auto& test) { return tests::nameOf(test.param); });

class PublishedNetwork : public testing::TestWithParam<const char*> {};

TEST_P(PublishedNetwork, givesThroughTilesWhatItGivesOfTheWhole) {
  REQUIRE_SHARED(file, fs::path("checkpoints") / (std::string(GetParam()) + ".pth"));
  expectTheWhole(*models::open(file), GetParam(), Cut::between, kTrained);
}

INSTANTIATE_TEST_SUITE_P(Shared, PublishedNetwork,
                         testing::Values("dncnn_25", "dncnn3", "fdncnn_color", "ffdnet_gray", "ffdnet_color", "imdn_x4",
                                         "imdn_original_x4"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace heirloom::core
