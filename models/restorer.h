#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/checkpoint/archive.h"
#include "models/common/error.h"
#include "models/settings.h"

namespace heirloom::models {

/// What a network was made for; decides its place in the chooser, never how it is run.
enum class Purpose { Denoise, Deblur, Deblock, SuperResolve, Restore };

/// Everything that tiling, panels, the command line and batch need to know about a network. Nothing outside a family's
/// folder ever switches on `family`.
struct Descriptor {
  std::string family;         // as the paper spells it: "FFDNet"
  std::string configuration;  // "12 convolutions, 96 channels, colour"
  Purpose purpose = Purpose::Denoise;
  int scale = 1;         // output side / input side; where `parameters` has an integer "scale": its default
  int channels = 3;      // of the picture that goes in and comes out: 1 grey, 3 RGB
  int sizeMultiple = 1;  // tiles start at multiples of this, so that the network's own grid is the whole picture's
  int margin = 0;     // receptive radius in input pixels; of a network that is not local, the overlap that hides seams
  bool local = true;  // an output pixel depends on nothing beyond `margin`
  bool wholeStatistics = false;  // layers compute some over all pixels, which tiles share (common/whole_statistics.h)
  bool deterministic = true;     // the same picture gives the same result; the x8 self-ensemble is offered
  bool mayShiftColours = false;  // trained for looks or on real pictures: a colour fix is offered; never where
                                 // lightness or haze is what the network is for, which the fix would put back
  bool progressive = false;
  bool takesPrompt = false;
  bool nearInBfloat16 = false;  // with published weights within 0.05 dB of float32 on photos (models/README.md)
  bool generative = false;      // invents what the picture does not show: results say so in their metadata
  std::vector<Parameter> parameters;
  std::int64_t parameterCount = 0;
  DType storedAs = DType::Float32;        // precision of the file's weights
  double activationBytesPerPixel = 0;     // peak of a float32 run, per input pixel; what the memory budget divides by
  double flopPerPixel = 0;                // per input pixel, 1 multiply-add = 2; for estimates and benchmarks
  std::vector<std::string> alternatives;  // other readings of a file whose shapes fit several: "deblocker", "x3"
};

/// Told how a run goes and asked whether to go on. Called on the thread that runs the network.
class Observer {
 public:
  virtual ~Observer() = default;
  /// `stage` names what is being computed, `fraction` in 0..1 of this call to Session::restore.
  virtual void progress(const Message& stage, double fraction) { (void)stage, (void)fraction; }
  /// Progressive networks: picture `index` of the run, N C H W in 0..1.
  virtual void preview(int index, const at::Tensor& picture) { (void)index, (void)picture; }
  /// What else a run computes on its way, for people who compare networks: "latent.3". Any shape, float32 or int64.
  virtual void value(const std::string& name, const at::Tensor& tensor) { (void)name, (void)tensor; }
  /// Asked at every block of a network; true makes the network throw Stopped.
  virtual bool stopRequested() const { return false; }
};

/// Where noise of a run comes from, so that a test can inject it.
class NoiseSource {
 public:
  virtual ~NoiseSource() = default;
  /// Standard normal values. Throws Error when it has no more.
  virtual at::Tensor normal(at::IntArrayRef shape) = 0;
};

/// Where and in which precision a session computes. Half precision stays inside the network: first and last layers and
/// the residual to the source run in float32.
struct Placement {
  at::Device device = at::kCPU;
  at::ScalarType precision = at::kFloat;  // kFloat, kBFloat16, kHalf
  bool plain = false;  // every layer by LibTorch's ordinary operations: the twin that fused ones are tested against
};

/// One run of a network: owns its caches and its device copy of the weights. Used by one thread at a time.
class Session {
 public:
  virtual ~Session() = default;

  /// `picture`: float32 N C H W in 0..1 on any device, C = Descriptor::channels, any H and W of at least 1 (the session
  /// pads to what the network needs). Returns float32 N C H*scale W*scale on the session's device, not clamped. Throws
  /// Stopped when the observer asks for it, Error on anything else.
  virtual at::Tensor restore(const at::Tensor& picture) = 0;

  /// Goes on with other values of the same parameters; the weights stay where they are.
  virtual void change(const Settings& settings) = 0;
};

/// A loaded network: immutable, shared by threads and runs.
class Restorer {
 public:
  virtual ~Restorer() = default;
  virtual const Descriptor& descriptor() const = 0;
  /// The descriptor of a run with `settings`: scale, channels, margin and cost may depend on them.
  virtual Descriptor describe(const Settings& settings) const { return (void)settings, descriptor(); }
  /// `settings` must come from `Settings(descriptor().parameters)`. `observer` and `noise` must outlive the session.
  virtual std::unique_ptr<Session> start(const Settings& settings, Placement placement, Observer& observer,
                                         NoiseSource* noise = nullptr) const = 0;

  /// What is suspicious about the weights, though they loaded. Every run passes it on.
  const std::vector<Message>& warnings() const { return warnings_; }
  /// For whoever loads it, before it is shared.
  void warn(Message warning) { warnings_.push_back(std::move(warning)); }

 private:
  std::vector<Message> warnings_;
};

}  // namespace heirloom::models
