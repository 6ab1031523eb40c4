#include "models/restorevar/placed_network.h"

#include <torch/types.h>

#include "models/checkpoint/tensors.h"
#include "models/common/free_memory.h"
#include "models/common/notes.h"
#include "models/common/out_of_memory.h"
#include "models/common/placed_bytes.h"
#include "models/common/savings.h"
#include "models/common/weight_source.h"
#include "models/placement.h"
#include "models/restorevar/cost.h"

namespace heirloom::models {

std::uint64_t PlacedRestoreVar::needed() const {
  std::uint64_t bytes = squareBytes(config_);
  if (!empty()) return bytes;
  Placement ofVae = placement_;
  if (placement_.device.is_cpu()) ofVae.precision = at::kFloat;  // VaeConvolution
  for (const auto& [name, entry] : tensors_.entries())
    bytes += placedBytes(entry, name.starts_with("vae.") ? ofVae : placement_);
  return bytes;
}

RestoreVarNetwork& PlacedRestoreVar::network(Observer& observer) {
  if (placement_.device.is_cpu() && freeMemory() < needed()) {
    releaseFreedMemory(placement_.device);
    if (freeMemory() < needed()) throw noRoomFor(*this);
  }
  if (!empty()) return network_;
  observer.progress(HEIRLOOM_TEXT("restorevar.reading", "reading the network"), 0);
  // Parameters made under the caller's inference mode could not take other tensors.
  const c10::InferenceMode ordinary(false);
  RestoreVarNetwork made(config_);
  const auto read = [&](const std::string& name) {
    if (observer.stopRequested()) throw Stopped{};
    return readTensor(tensors_, name);
  };
  loadPlaced(*made, read, placement_);
  network_ = made;
  return network_;
}

std::shared_ptr<Graphs> PlacedRestoreVar::graphs(Observer& observer) {
  observer_ = &observer;
  if (!saves(Saving::Graphs)) return nullptr;
  if (graphs_) {
    graphs_->retry();
  } else {
    graphs_ = graphsFor(placement_, [this](const Message& message) {
      if (observer_) tell(*observer_, message);
    });
  }
  return graphs_;
}

void PlacedRestoreVar::drop() {
  if (graphs_) graphs_->clear();
  network_ = nullptr;
}

Error noRoomFor(const PlacedRestoreVar& network) {
  return tooLittleMemory(
      network.needed(), freeMemory(),
      HEIRLOOM_TEXT("restorevar.memory.remedy", "close other programs, or choose a smaller network"));
}

}  // namespace heirloom::models
