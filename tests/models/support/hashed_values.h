#pragma once

#include <torch/types.h>

#include <string>

namespace heirloom::tests {

/// Uniform values in -1..1 of the records of conformance/restorevar.json and conformance/instantir (restorevar.md 8.2,
/// instantir.md 7.1): double, by key.
at::Tensor goldenUniform(const std::string& key, at::IntArrayRef shape);

}  // namespace heirloom::tests
