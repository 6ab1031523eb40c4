#pragma once

#include "models/restorevar/network.h"

namespace heirloom::models {

/// Whether a transformer of this size has room for what beginCopying puts into it.
bool canCopy(const RestoreVarConfig& config);

/// Gives a transformer the weights with which it names the codes of the picture that it is shown, as far as attention
/// can: the nearest code to the picture's latent less the running one, at every scale. The autoencoder's weights have
/// to be there; what does not take part keeps its values, but adds nothing yet. Beyond the picture's edge attention
/// sees the edge where a convolution sees zeros. canCopy has to hold.
void beginCopying(RestoreVarNetworkImpl& network);

}  // namespace heirloom::models
