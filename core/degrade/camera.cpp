#include <ATen/CPUGeneratorImpl.h>

#include "core/degrade/degradations.h"
#include "core/degrade/filter.h"
#include "models/common/blur_kernel.h"

namespace heirloom::core {

at::Tensor degraded(const at::Tensor& picture, const LowLight& light, Random& random) {
  const at::Tensor dark = light.beta * (light.alpha * picture).pow(light.gamma);
  const at::Tensor noise = at::randn(picture.sizes(), at::detail::createCPUGenerator(random()), at::kFloat);
  return (dark + (light.shot * dark + light.read * light.read).sqrt() * noise).clamp(0, 1);
}

at::Tensor degraded(const at::Tensor& picture, const MotionBlur& blur, Random&) {
  return filtered(picture, kernelTensor(models::motionKernel(blur.length, blur.angle))).clamp(0, 1);
}

}  // namespace heirloom::core
