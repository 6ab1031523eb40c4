#pragma once

#include "models/restorevar/initial_transformer.h"
#include "models/restorevar/network.h"

namespace heirloom::models {

/// Fills a network before it is trained, with LibTorch's own random numbers (torch::manual_seed). The transformer as
/// the reference does (restorevar.md 7.6): with what the picture says at 0 where it is `pretrained`, that is, where
/// VAR's weights go over it, and at 1 where nothing was learned yet; the autoencoder's convolutions by He et al., ICCV
/// 2015, as PyTorch; codes small and uniform; the refiner so that it starts with no correction. A transformer that
/// is to copy does so after beginCopying, when the autoencoder's weights are there.
void initialise(RestoreVarNetworkImpl& network, bool pretrained, const InitialTransformer& initial);

}  // namespace heirloom::models
