#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace heirloom::models {

/// A step of a progressive run, from which a run of the same network over the same picture goes on to the same bits, or
/// makes the picture that it stood for. Immutable; lies in main memory. Only the family that made it looks into it.
class KeptStep {
 public:
  virtual ~KeptStep() = default;
  virtual std::uint64_t bytes() const = 0;
  /// The share of the run's steps that is still to come, 0..1; 0 also where only its picture can be made.
  virtual double left() const = 0;
  /// Names of the parameters that must have the values of the run that made it; all others may change.
  virtual std::vector<std::string> fixed() const = 0;
  /// The same step without what only a run that goes on from it needs. Null: there is nothing to spare.
  virtual std::shared_ptr<const KeptStep> pictureAlone() const { return nullptr; }
};

/// What an observer is as well when it keeps the steps of a run, or lets a run go on from one.
class StepKeeper {
 public:
  virtual ~StepKeeper() = default;
  /// Whether anybody wants `keep` to be called; each call costs a copy out of the device's memory.
  virtual bool keepsSteps() const = 0;
  /// A step is done; told before its preview. On the thread that runs the network.
  virtual void keep(std::shared_ptr<const KeptStep> step) = 0;
  /// What a step took by itself, without its preview and without steps that have none; told before its preview, where
  /// the network knows it.
  virtual void took(std::chrono::duration<double> step) { (void)step; }
  /// Where the run that begins goes on; null: at its start. Sessions of InstantIR and SDXL that cannot throw
  /// Error; those of other families begin at their start.
  virtual std::shared_ptr<const KeptStep> from() const = 0;
  /// The run that begins ends at `from`: its result is the picture of that step, made as that of a whole run is.
  virtual bool onlyPicture() const { return false; }
};

}  // namespace heirloom::models
