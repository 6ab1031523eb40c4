#pragma once

#include <gtest/gtest.h>

#include "models/restorer.h"
#include "models/settings.h"
#include "tests/models/instantir/diffusion_folder.h"
#include "tests/models/instantir/tiny_folder.h"

namespace heirloom::tests {

/// Both folders: InstantIR's, and SDXL alone.
class HeldWeights : public DiffusionFolder, public testing::WithParamInterface<bool> {
 protected:
  HeldWeights() { GetParam() ? writeTinyInstantIr(folder.path()) : writeTinySdxl(folder.path()); }

  static models::Settings settingsFor(const models::Restorer& model, const char* weights) {
    models::Settings settings = smallSettings(model);
    settings.set("strength", "1");
    settings.set("weights", weights);
    return settings;
  }
};

}  // namespace heirloom::tests
