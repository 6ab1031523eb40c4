#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>

#include "models/checkpoint/tensors.h"
#include "models/registry.h"
#include "models/rrdb/family.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

NamedTensors published(const std::string& name) {
  const std::vector<PublicNetwork> networks = kRrdb.published();
  return std::ranges::find(networks, name, &PublicNetwork::name)->weights();
}

bool has(const NamedTensors& tensors, const std::string& name) {
  return std::ranges::any_of(tensors, [&](const auto& tensor) { return tensor.first == name; });
}

// One set of weights goes from layout to layout: BSRGAN's, KAIR's own, ESRGAN's old one, Real-ESRGAN's.
TEST(Rrdb, everyKeyLayoutHoldsTheSameNetwork) {
  const NamedTensors bsrgan = published("BSRGAN");
  EXPECT_TRUE(has(bsrgan, "RRDB_trunk.22.RDB3.conv5.bias") && has(bsrgan, "HRconv.weight"));
  const NamedTensors bare = published("rrdb_x4_psnr");
  EXPECT_TRUE(has(bare, "model.1.sub.22.RDB3.conv5.bias") && has(bare, "model.1.sub.22.RDB3.conv4.0.bias"));
  const NamedTensors old = published("RRDB_ESRGAN_x4_old_arch");
  EXPECT_TRUE(has(old, "model.1.sub.22.RDB3.conv5.0.bias") && has(old, "model.10.weight"));
  const NamedTensors real = published("RealESRGAN_x4plus");
  EXPECT_TRUE(has(real, "body.22.rdb3.conv5.bias") && has(real, "conv_hr.weight"));

  const TemporaryFolder folder;
  const at::Tensor picture = at::rand({1, 3, 5, 6});
  Observer observer;
  at::Tensor first;
  for (const NamedTensors* layout : {&bsrgan, &bare, &old, &real}) {
    ASSERT_EQ(layout->size(), bsrgan.size());
    NamedTensors weights = *layout;
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i].second = bsrgan[i].second;
    writeSafetensors(folder / "net.safetensors", weights);
    const auto model = models::open(folder / "net.safetensors");
    const at::Tensor result = model->start(Settings(model->descriptor().parameters), {}, observer)->restore(picture);
    if (!first.defined()) first = result;
    EXPECT_TRUE(at::equal(result, first)) << weights.front().first;
  }
}

}  // namespace
}  // namespace heirloom::tests
