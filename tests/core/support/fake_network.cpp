#include "tests/core/support/fake_network.h"

#include <ATen/ATen.h>

namespace heirloom::tests {
namespace {

class FakeSession : public models::Session {
 public:
  FakeSession(const FakeNetwork& network, FakeNetwork::Function function, models::Observer& observer)
      : network_(network), function_(std::move(function)), observer_(observer) {}

  at::Tensor restore(const at::Tensor& picture) override {
    ++network_.calls;
    if (network_.keep) network_.shown.push_back(picture.clone());
    return function_(picture, observer_);
  }
  void change(const models::Settings&) override {}

 private:
  const FakeNetwork& network_;
  FakeNetwork::Function function_;
  models::Observer& observer_;
};

}  // namespace

FakeNetwork::FakeNetwork(Function function, int channels, int scale) : function_(std::move(function)) {
  own.family = "Fake";
  own.channels = channels;
  own.scale = scale;
  own.activationBytesPerPixel = 100;
  own.flopPerPixel = 1;
}

std::unique_ptr<models::Session> FakeNetwork::start(const models::Settings& chosen, models::Placement placed,
                                                    models::Observer& observer, models::NoiseSource*) const {
  settings = chosen;
  placement = placed;
  return std::make_unique<FakeSession>(*this, function_, observer);
}

std::shared_ptr<FakeNetwork> identity(int channels, int scale) {
  return std::make_shared<FakeNetwork>(
      [scale](const at::Tensor& picture, models::Observer&) {
        return picture.repeat_interleave(scale, 2).repeat_interleave(scale, 3);
      },
      channels, scale);
}

std::shared_ptr<FakeNetwork> brighter(double by, int channels) {
  return std::make_shared<FakeNetwork>([by](const at::Tensor& picture, models::Observer&) { return picture + by; },
                                       channels);
}

models::Parameter noiseLevel() {
  return {"noise_level", HEIRLOOM_TEXT("test", "Noise level"), HEIRLOOM_TEXT("test", "of the photo"), "/255",
          models::RealRange{0, 75, 15, 1}};
}

}  // namespace heirloom::tests
