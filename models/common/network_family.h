#pragma once

#include <torch/utils.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/checkpoint/tensors.h"
#include "models/common/function_session.h"
#include "models/common/layer.h"
#include "models/common/random_weights.h"
#include "models/registry.h"

namespace heirloom::models {

/// What names and shapes of a state dict say: a configuration, or why there is none.
template <typename Config>
struct Reading {
  std::optional<Config> config;
  std::string reason;
  std::vector<std::string> unfit;   // keys that are missing ("missing model.2.bias") or do not fit
  std::optional<Error> known = {};  // as Match has it
  bool complete = false;            // likewise
};

/// Keys of `tensors` that do not fit `expected` (name, shape): missing, of another shape, left over.
std::vector<std::string> misfits(const NamedTensors& expected, const StateDict& tensors,
                                 const std::vector<std::string>& ignorable);

/// The row of the table for a family whose checkpoint is one torch::nn::Module. `Traits` is the family's folder in
/// one struct:
///
///   using Config = ...;                              value type that compares
///   using Network = ...;                             TORCH_MODULE holder, made from a Config
///   static constexpr std::string_view kName;
///   static Reading<Config> read(const StateDict&);   from names and shapes; the template checks all keys after it
///   static Descriptor describe(const Config&);       the template fills in parameterCount and storedAs
///   static std::vector<std::pair<std::string, Config>> published();   public files by name
///
/// and where needed:
///
///   static Network make(const Config&);              instead of Network(config)
///   static std::vector<std::string> ignorable();     endings of keys that are not read and may be absent
///   static std::string fileKey(const std::string& own, const Config&);
///                                                    the file's name of a module's tensor
///   static void load(Network&, const StateDict&, const Config&);
///                                                    instead of the strict loading; `read` checks all keys
///   static Run start(Network, const Config&, const Settings&, const Placement&, Observer&);
///                                                    instead of forward(picture, &observer)
///   static Descriptor describe(const Config&, const Settings&);
///                                                    where settings change scale or cost
template <typename Traits>
class NetworkFamily {
 public:
  using Config = typename Traits::Config;
  using Network = typename Traits::Network;

  static Family row() { return {Traits::kName, detect, load, published, moduleNames}; }

  /// The configuration that a state dict holds; empty when the family does not take it.
  static std::optional<Config> configOf(const StateDict& tensors) { return built(tensors).reading.config; }

  /// The bare network of a state dict that the family takes, with its weights. Throws Error.
  static Network filled(const StateDict& tensors) {
    Built made = built(tensors);
    if (!made.network) {
      throw Error(HEIRLOOM_TEXT("family.shapes", "these are no weights of %1: %2")
                      .with(std::string(Traits::kName), made.reading.reason));
    }
    fill(*made.network, tensors, *made.reading.config);
    return *made.network;
  }

 private:
  static Network make(const Config& config) {
    if constexpr (requires { Traits::make(config); }) {
      return Traits::make(config);
    } else {
      return Network(config);
    }
  }

  static std::vector<std::string> ignorable() {
    if constexpr (requires { Traits::ignorable(); }) {
      return Traits::ignorable();
    } else {
      return {};
    }
  }

  static std::string fileKey(const std::string& own, const Config& config) {
    if constexpr (requires { Traits::fileKey(own, config); }) {
      return Traits::fileKey(own, config);
    } else {
      return own;
    }
  }

  static constexpr bool kLoadsItself = requires(Network & network, const StateDict& tensors, const Config& config) {
    Traits::load(network, tensors, config);
  };

  /// The network's tensors under the file's names.
  static NamedTensors fileState(const Network& network, const Config& config) {
    NamedTensors state = stateOf(*network);
    for (auto& [name, tensor] : state) name = fileKey(name, config);
    return state;
  }

  /// The names of the network's tensors by the file's.
  static std::map<std::string, std::string> ownNames(const Network& network, const Config& config) {
    std::map<std::string, std::string> own;
    for (const auto& [name, tensor] : stateOf(*network)) own[fileKey(name, config)] = name;
    return own;
  }

  static std::map<std::string, std::string> moduleNames(const StateDict& tensors) {
    if constexpr (kLoadsItself) {
      return {};  // its tensors may be made of several of the file
    } else {
      const Built made = built(tensors);
      return made.network ? ownNames(*made.network, *made.reading.config) : std::map<std::string, std::string>{};
    }
  }

  /// A reading whose keys all fit, and the network that was made to see it, its weights not yet read; without a
  /// configuration no network.
  struct Built {
    Reading<Config> reading;
    std::optional<Network> network;
  };

  static Built built(const StateDict& tensors) {
    Built made{Traits::read(tensors), std::nullopt};
    Reading<Config>& reading = made.reading;
    if (!reading.config) return made;
    made.network = make(*reading.config);
    if constexpr (!kLoadsItself) {
      reading.unfit = misfits(fileState(*made.network, *reading.config), tensors, ignorable());
      if (!reading.unfit.empty()) {
        reading.config.reset();
        reading.reason = std::to_string(reading.unfit.size()) + " keys do not fit";
        reading.complete = true;
        made.network.reset();
      }
    }
    return made;
  }

  static void fill(Network& network, const StateDict& tensors, const Config& config) {
    if constexpr (kLoadsItself) {
      Traits::load(network, tensors, config);
    } else {
      const std::map<std::string, std::string> own = ownNames(network, config);
      const auto ownName = [&](const std::string& key) {
        const auto found = own.find(key);
        return found == own.end() ? key : found->second;
      };
      loadStrict(*network, tensors.renamed(ownName), ignorable());
    }
  }

  static Descriptor described(const Built& made, const StateDict& tensors) {
    Descriptor descriptor = Traits::describe(*made.reading.config);
    for (const auto& parameter : (*made.network)->parameters()) descriptor.parameterCount += parameter.numel();
    descriptor.storedAs = storedPrecision(tensors);
    return descriptor;
  }

  static Match match(const Built& made, const StateDict& tensors) {
    const Reading<Config>& reading = made.reading;
    if (!made.network) return {std::nullopt, reading.reason, reading.unfit, reading.known, reading.complete};
    return {described(made, tensors), {}, {}};
  }

  static Match detect(const StateDict& tensors) { return match(built(tensors), tensors); }

  class NetworkRestorer : public Restorer {
   public:
    NetworkRestorer(const Config& config, Descriptor descriptor, Network network)
        : config_(config), descriptor_(std::move(descriptor)), network_(std::move(network)) {}

    const Descriptor& descriptor() const override { return descriptor_; }

    Descriptor describe(const Settings& settings) const override {
      if constexpr (requires { Traits::describe(config_, settings); }) {
        Descriptor descriptor = Traits::describe(config_, settings);
        descriptor.parameterCount = descriptor_.parameterCount;
        descriptor.storedAs = descriptor_.storedAs;
        return descriptor;
      } else {
        return descriptor_;
      }
    }

    std::unique_ptr<Session> start(const Settings& settings, Placement placement, Observer& observer,
                                   NoiseSource*) const override {
      return std::make_unique<FunctionSession>(
          placement, settings,
          [network = placedCopy(placement), config = config_, placement, &observer](const Settings& chosen) -> Run {
            if constexpr (requires { Traits::start(network, config, chosen, placement, observer); }) {
              return Traits::start(network, config, chosen, placement, observer);
            } else {
              return [network = network, &observer](const at::Tensor& picture) mutable {
                return network->forward(picture, &observer);
              };
            }
          },
          descriptor_.channels);
    }

   private:
    /// A session's own network over the very tensors of this one, moved and packed for `placement`.
    Network placedCopy(const Placement& placement) const {
      // Parameters made under the caller's inference mode could not take the tensors of ordinary ones.
      const c10::InferenceMode ordinary(false);
      const torch::NoGradGuard noGrad;
      Network copy = make(config_);
      const auto parameters = network_->named_parameters();
      for (auto& item : copy->named_parameters()) item.value().set_data(parameters[item.key()]);
      const auto buffers = network_->named_buffers();
      for (auto& item : copy->named_buffers()) item.value().set_data(buffers[item.key()]);
      placeLayers(*copy, placement);
      return copy;
    }

    Config config_;
    Descriptor descriptor_;
    Network network_;
  };

  static Loaded load(const StateDict& tensors) {
    Built made = built(tensors);
    Loaded loaded{match(made, tensors), nullptr};
    if (!made.network) return loaded;
    fill(*made.network, tensors, *made.reading.config);
    loaded.restorer = std::make_shared<NetworkRestorer>(*made.reading.config, *loaded.match.descriptor, *made.network);
    return loaded;
  }

  static std::vector<PublicNetwork> published() {
    std::vector<PublicNetwork> networks;
    for (const auto& [name, config] : Traits::published()) {
      const auto shapes = [config = config] { return fileState(make(config), config); };
      networks.push_back({name, shapes, [shapes] { return randomWeights(shapes()); },
                          [config = config](const StateDict& tensors) { return configOf(tensors) == config; }});
    }
    return networks;
  }
};

}  // namespace heirloom::models
