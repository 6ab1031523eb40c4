#include "models/common/savings.h"

#include <ATen/Context.h>

#include <array>
#include <atomic>

#include "models/common/decorated_restorer.h"

namespace heirloom::models {
namespace {

constexpr std::array<NamedSaving, 10> kSavings{
    {{Saving::Text, "text", "keys and values of the text made once"},
     {Saving::Picture, "picture", "keys and values of the photo made once"},
     {Saving::Steps, "steps", "projections of the time made for all steps at once"},
     {Saving::Constants, "constants", "what is seen in nothing and heard of the same words kept"},
     {Saving::Skipping, "skipping", "networks of scale zero left out"},
     {Saving::Attention, "attention", "attention in one operation"},
     {Saving::Norms, "norms", "norms and their activations in one pass"},
     {Saving::Graphs, "graphs", "passes recorded"},
     {Saving::Ahead, "ahead", "the host ahead of the device"},
     {Saving::Layout, "layout", "maps channels-last"}}};

std::atomic<unsigned> switchedOff = 0;  // a bit a saving

unsigned bitOf(Saving saving) {
  return 1U << static_cast<unsigned>(saving);
}

void makeSaving(Saving saving, bool wanted) {
  if (wanted)
    switchedOff &= ~bitOf(saving);
  else
    switchedOff |= bitOf(saving);
  if (saving != Saving::Attention) return;
  // LibTorch chooses by itself: without the others its plain way, the products and a softmax between them, is left.
  at::globalContext().setSDPUseFlash(wanted);
  at::globalContext().setSDPUseMemEfficient(wanted);
  at::globalContext().setSDPUseCuDNN(wanted);
}

}  // namespace

bool saves(Saving saving) {
  return (switchedOff.load(std::memory_order_relaxed) & bitOf(saving)) == 0;
}

Without::Without(Saving saving) : saving_(saving), before_(saves(saving)) {
  makeSaving(saving, false);
}

Without::~Without() {
  makeSaving(saving_, before_);
}

std::span<const NamedSaving> allSavings() {
  return kSavings;
}

std::vector<Saving> savingsOf(const Restorer& restorer) {
  const auto* saving = dynamic_cast<const SavesWork*>(&bareOf(restorer));
  return saving ? saving->savings() : std::vector<Saving>();
}

}  // namespace heirloom::models
