#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace heirloom::models {

class Restorer;

/// Work that runs of a diffusion leave out without coming to another result. Each may be switched off, so that a
/// benchmark shows what it is worth and a test that nothing depends on it.
enum class Saving {
  Text,       // keys and values of the text are made once a run
  Picture,    // so are those of the photo, and the tokens that they are made of
  Steps,      // what blocks and adaptive norms make of the time is made for all steps at once
  Constants,  // what the negative half sees, and what is heard of words that stay, are kept from run to run
  Skipping,   // networks that count for nothing do not run
  Attention,  // in one operation that never holds all of its weights
  Norms,      // in one pass with the activation behind them
  Graphs,     // a GPU is told the operations of a pass once (graphs.h)
  Ahead,      // no step makes the host wait for the device (noise_ahead.h, StepNumbers)
  Layout      // maps and kernels are channels-last, as our kernels and packed weights need it (layout.h): networks are
              // placed without it, so that it is to be switched off before they are
};

/// Whether it is made. Default: all are. Thread-safe.
bool saves(Saving saving);

/// Switches a saving off in the whole process for as long as this lives. No run may be on its way when it comes and
/// when it goes.
class Without {
 public:
  explicit Without(Saving saving);
  ~Without();
  Without(const Without&) = delete;
  Without& operator=(const Without&) = delete;

 private:
  Saving saving_;
  bool before_;
};

struct NamedSaving {
  Saving saving;
  std::string_view name;  // "text"
  std::string_view what;  // in words: "keys and values of the text made once"
};
/// All of them, in the order above.
std::span<const NamedSaving> allSavings();

/// What a restorer is as well when its runs make such savings.
class SavesWork {
 public:
  virtual ~SavesWork() = default;
  virtual std::vector<Saving> savings() const = 0;
};
/// Those of `restorer`, or of the one that it decorates; empty where it names none.
std::vector<Saving> savingsOf(const Restorer& restorer);

}  // namespace heirloom::models
