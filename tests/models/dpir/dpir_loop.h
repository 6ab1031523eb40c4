#pragma once

#include <torch/types.h>

#include <memory>
#include <stdexcept>
#include <vector>

#include "models/common/function_session.h"
#include "models/common/noise_level.h"
#include "models/dpir/dpir.h"
#include "models/restorer.h"
#include "models/settings.h"

namespace heirloom::tests {

/// A denoiser that only scales, and a prior that repeats each pixel as well: what the loop then computes can be said in
/// closed form.
class Scaling : public models::Restorer {
 public:
  Scaling(double factor, int scale, int channels = 3) : factor_(factor) {
    descriptor_.scale = scale;
    descriptor_.channels = channels;
    descriptor_.parameters = {models::noiseLevelParameter(75)};
  }
  const models::Descriptor& descriptor() const override { return descriptor_; }
  std::unique_ptr<models::Session> start(const models::Settings& settings, models::Placement placement,
                                         models::Observer&, models::NoiseSource*) const override {
    return std::make_unique<models::FunctionSession>(
        placement, settings, [this](const models::Settings& chosen) -> models::Run {
          levels.push_back(chosen.real("noise_level"));
          return [factor = factor_, scale = descriptor_.scale](const at::Tensor& picture) {
            return at::upsample_nearest2d(picture * factor, {picture.size(2) * scale, picture.size(3) * scale});
          };
        });
  }
  mutable std::vector<double> levels;  // that it was told

 private:
  double factor_;
  models::Descriptor descriptor_;
};

/// An algorithm, its settings, and the denoiser or prior that they name.
struct DpirLoop {
  std::shared_ptr<const models::Restorer> restorer;
  models::Settings settings;
  std::shared_ptr<const Scaling> denoiser;
};

/// `name`: "dpir-sr"; `factor` and `scale`: of the network in the loop.
inline DpirLoop dpirLoop(const char* name, double factor, int scale = 1) {
  for (const models::Algorithm& algorithm : models::dpirAlgorithms()) {
    if (algorithm.name != name) continue;
    DpirLoop made{algorithm.restorer, models::Settings(algorithm.restorer->descriptor().parameters),
                  std::make_shared<Scaling>(factor, scale)};
    made.settings.set("denoiser", models::Settings::Value(models::ModelReference{"scaling", made.denoiser}));
    return made;
  }
  throw std::runtime_error("no algorithm");
}

}  // namespace heirloom::tests
