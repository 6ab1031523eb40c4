#include "models/common/degradation_settings.h"

namespace heirloom::models {

Parameter kernelParameter(const std::string& byDefault) {
  return {kKernel, HEIRLOOM_TEXT("setting.kernel", "Blur kernel"),
          HEIRLOOM_TEXT("setting.kernel.help",
                        "What one sharp point became: a Gaussian (width, width across, angle), a motion (length, "
                        "angle), or the kernel itself from a picture or a .mat file"),
          "", KernelInput{byDefault}};
}

Parameter scaleParameter(int maximum, int byDefault) {
  return {kScale, HEIRLOOM_TEXT("setting.scale", "Enlargement"),
          HEIRLOOM_TEXT("setting.scale.help", "How many times wider and higher the picture becomes"), "x",
          IntegerRange{.minimum = 1, .maximum = maximum, .byDefault = byDefault}};
}

}  // namespace heirloom::models
