#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/restorer.h"

namespace heirloom::models {

/// An algorithm that is a model of its own: it has no weights, but a denoiser among its settings.
struct Algorithm {
  std::string name;   // "dpir-deblur"
  std::string title;  // for people, in English; its Message has the id "algorithm.NAME"
  std::shared_ptr<const Restorer> restorer;
};

/// Plug-and-play restoration by half-quadratic splitting: a data step in closed form and a denoiser in turn, for ever
/// less noise (Zhang, Li, Zuo, Zhang, Van Gool, Timofte, "Plug-and-Play Image Restoration with Deep Denoiser Prior",
/// TPAMI 2021; DPIR's main_dpir_*.py; kair.md 1.9): dpir-deblur, dpir-sr, dpir-sr-real, dpir-demosaic, dpir-inpaint.
/// Progressive: every iteration is a preview, and the observer can stop between them.
///
/// And dpsr, where the blur follows the decimation: the data step is on the grid of the source, and the prior enlarges
/// what it denoises (Zhang, Zuo, Zhang, "Deep Plug-and-Play Super-Resolution for Arbitrary Blur Kernels", CVPR 2019,
/// eq. 9 and 12; DPSR's demo_test_dpsr.py; kair.md 1.6).
const std::vector<Algorithm>& dpirAlgorithms();

/// Whether a network can be DPIR's denoiser: made to remove noise, of a level that it is told, at the picture's own
/// size.
bool servesAsDenoiser(const Descriptor& descriptor);

/// Whether a network can be dpsr's prior: it enlarges, is told the noise level, expects no blur, and needs no other
/// one.
bool servesAsPrior(const Descriptor& descriptor);

}  // namespace heirloom::models
