#include "models/srmd/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/checkpoint/tensors.h"
#include "models/common/notes.h"
#include "models/common/random_weights.h"
#include "models/srmd/family.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

/// Row i takes value i of the kernel as it is read.
Grid selecting() {
  Grid matrix{"", kSrmdCode, kSrmdKernel * kSrmdKernel, {}};
  matrix.values.resize(static_cast<std::size_t>(matrix.rows) * static_cast<std::size_t>(matrix.columns));
  for (int i = 0; i < kSrmdCode; ++i) matrix.values[static_cast<std::size_t>(i * matrix.columns + i)] = 1;
  return matrix;
}

TEST(Srmd, readsKernelsColumnByColumn) {
  Grid kernel{"", kSrmdKernel, kSrmdKernel, std::vector<float>(kSrmdKernel * kSrmdKernel, 0)};
  float sum = 0;
  for (int row = 0; row < kSrmdKernel; ++row) {
    kernel.values[static_cast<std::size_t>(row * kSrmdKernel)] = static_cast<float>(row + 1);  // the first column
    sum += static_cast<float>(row + 1);
  }
  const at::Tensor code = srmdCode(selecting(), kernel).flatten();
  for (int i = 0; i < kSrmdCode; ++i) EXPECT_FLOAT_EQ(code[i].item<float>(), static_cast<float>(i + 1) / sum);
}

TEST(Srmd, saysOnceThatItCutAKernel) {
  struct Listener : Observer, NoteTaker {
    void note(const Message& message) override { notes.push_back(message.english()); }
    std::vector<std::string> notes;
  };
  const TemporaryFolder folder;
  writeSafetensors(folder / "net.safetensors", randomWeights(stateOf(*Srmd(SrmdConfig{3, 8, 4, 2, false}))));
  const auto model = models::open(folder / "net.safetensors");
  const auto notes = [&](const char* kernel, const char* ensemble) {
    Settings settings(model->descriptor().parameters);
    settings.set("pca", Settings::Value(selecting()));
    settings.set("kernel", kernel);
    settings.set("ensemble", ensemble);
    Listener listener;
    model->start(settings, {}, listener)->restore(at::rand({1, 3, 5, 7}));
    return listener.notes;
  };
  EXPECT_THAT(notes("gaussian:1.6", "false"), testing::IsEmpty());
  EXPECT_THAT(notes("gaussian:2", "false"), testing::IsEmpty());  // 17 x 17, whose edge weighs nothing
  const auto isCut = testing::ElementsAre(testing::HasSubstr("75 % of this one of 61 x 61"));
  EXPECT_THAT(notes("motion:60", "false"), isCut);
  EXPECT_THAT(notes("motion:60", "true"), isCut);
}

TEST(Srmd, withoutItsMatrixItSaysWhereItComesFrom) {
  const TemporaryFolder folder;
  for (const SrmdConfig& config : {SrmdConfig{3, 8, 12, 3, true}, SrmdConfig{3, 8, 4, 2, false}}) {
    writeSafetensors(folder / "net.safetensors", randomWeights(stateOf(*Srmd(config))));
    EXPECT_EQ(detectSrmd(inspect(folder / "net.safetensors").tensors), config);
    const auto model = models::open(folder / "net.safetensors");
    EXPECT_EQ(model->descriptor().scale, config.scale);
    Settings settings(model->descriptor().parameters);
    Observer observer;
    try {
      model->start(settings, {}, observer);
      FAIL();
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("srmd_pca_matlab.mat"));
    }
    settings.set("pca", Settings::Value(selecting()));
    EXPECT_EQ(model->start(settings, {}, observer)->restore(at::rand({1, 3, 5, 7})).sizes(),
              at::IntArrayRef({1, 3, 5 * config.scale, 7 * config.scale}));
  }
}

}  // namespace
}  // namespace heirloom::tests
