#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "models/instantir/network.h"
#include "models/instantir/sampler.h"

namespace heirloom::tests {

/// conformance/instantir/reference.json. Empty without reference material.
nlohmann::json instantIrRecords();

/// The records' weight of this name and shape, float32 (instantir.md 7.1).
at::Tensor recordedWeight(const std::string& key, at::IntArrayRef shape);
/// The records' input "in.NAME", float32.
at::Tensor recordedInput(const std::string& name, at::IntArrayRef shape);

/// The tiny configuration of the records.
models::InstantIrConfig tinyInstantIr();
/// Names of both networks, and their values by the records.
models::WeightSource recordedSource(const models::InstantIrConfig& config);
/// Corrections of all 300 layers of the tiny network, rank 4, scale 1 / 16.
models::LowRanks recordedCorrections(const models::InstantIrConfig& config);

/// Text, pooled text and picture of the records' two halves.
models::Guide positiveGuide();
models::Guide negativeGuide();

/// The records' noise: "noise.0" the first, then one a draw.
class RecordedNoise : public models::NoiseSource {
 public:
  at::Tensor normal(at::IntArrayRef shape) override;
  int draws() const { return draws_; }

 private:
  int draws_ = 0;
};

/// Compares shape, "sum", "abssum", "head" and "tail"; `tolerance` relative to the largest value, and to the sum of
/// magnitudes.
void expectRecord(const at::Tensor& found, const nlohmann::json& record, double tolerance = 1e-4);

}  // namespace heirloom::tests
