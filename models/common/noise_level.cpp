#include "models/common/noise_level.h"

namespace heirloom::models {

Parameter noiseLevelParameter(double maximum) {
  return {"noise_level", HEIRLOOM_TEXT("setting.noise_level", "Noise level"),
          HEIRLOOM_TEXT("setting.noise_level.help",
                        "How strong the noise is: its standard deviation in 8-bit units. Too low leaves noise, too "
                        "high smooths detail"),
          "/255", RealRange{.minimum = 0, .maximum = maximum, .byDefault = 25, .step = 0.5}};
}

at::Tensor sigmaOf(const Settings& settings, const at::Device& device) {
  return at::full({1, 1, 1, 1}, settings.real("noise_level") / 255.0, at::TensorOptions(device).dtype(at::kFloat));
}

at::Tensor withNoiseMap(const at::Tensor& picture, const at::Tensor& sigma) {
  return at::cat({picture, sigma.expand({picture.size(0), 1, picture.size(2), picture.size(3)})}, 1);
}

}  // namespace heirloom::models
