#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/checkpoint/state_dict.h"
#include "models/common/error.h"
#include "models/folder_layout.h"
#include "models/restorer.h"

namespace heirloom::models {

/// What a row of the table makes of a state dict.
struct Match {
  std::optional<Descriptor> descriptor;  // set when the family takes the file
  std::string reason;                    // why it lost, in words, otherwise
  std::vector<std::string> unfit;        // keys that are missing or do not fit the nearest configuration
  std::optional<Error> known = {};       // what people are told instead where the family knows what the file is
  bool complete = false;                 // `unfit` names all keys that do not fit, not only those looked for first
};

/// A configuration that people have files of: its name, and tensors under that file's keys, for tests and benchmarks.
struct PublicNetwork {
  using Tensors = std::vector<std::pair<std::string, at::Tensor>>;
  std::string name;
  std::function<Tensors()> shapes;   // floating-point values are not set
  std::function<Tensors()> weights;  // random ones
  /// Whether the family reads the very configuration from a file of them.
  std::function<bool(const StateDict&)> readsBack;
};

/// A match, and the network where the family takes the file.
struct Loaded {
  Match match;
  std::shared_ptr<const Restorer> restorer;  // null where it does not
};

/// One family of networks. `detect` looks at names and shapes only; `load` detects and, where the family takes the
/// state dict, reads its weights, strictly: every key consumed, every parameter filled. `published` is empty where
/// random weights would take several gigabytes. `moduleNames` gives, by the keys of a file that the family takes, the
/// names that the network's modules have for its tensors, whatever layout the file has; null or empty where the family
/// does not say.
struct Family {
  std::string_view name;
  Match (*detect)(const StateDict& tensors);
  Loaded (*load)(const StateDict& tensors);
  std::vector<PublicNetwork> (*published)();
  std::map<std::string, std::string> (*moduleNames)(const StateDict& tensors) = nullptr;
};

/// Every family, in the order they are asked. The first that takes a file gets it.
std::span<const Family> families();

struct Candidate {
  std::string_view family;
  Match match;
};

/// Families that refused a file for the same reason and by the same keys, as chains of convolutions do.
struct Refusal {
  std::string families;  // "DnCNN, FDnCNN"
  std::string reason;
  std::vector<std::string> unfit;
};

/// The candidates that lost, each reason once, in their order.
std::vector<Refusal> refusals(std::span<const Candidate> considered);

/// What a checkpoint is, without reading its weights.
struct Inspection {
  std::shared_ptr<const Archive> archive;
  StateDict tensors;
  const Family* family = nullptr;     // null: unknown
  std::vector<Candidate> considered;  // rows asked, the winner last; all of them when unknown, nearest first
};

/// Whether a folder holds all files of a network of several.
bool isModelFolder(const std::filesystem::path& folder);

/// Of a checkpoint, of the index of one in several files, of the folder of a network of several files, or of one of
/// these files with the others in their places.
/// Throws Error for what is neither. An unknown network is no error here.
Inspection inspect(const std::filesystem::path& file);

/// Opens, detects and loads. Throws Error; of an unknown network it names the nearest families and the keys that did
/// not fit, of a file that a family knows and cannot take alone what it is.
std::shared_ptr<const Restorer> open(const std::filesystem::path& file);

/// The network of `file` with (1 - weight) of its values and `weight` (0..1) of those of `other`, tensor by tensor.
/// The files may name the tensors in two of the family's layouts. Throws Error when they are not the same tensors, but
/// for tables that the network does not read.
std::shared_ptr<const Restorer> openBlend(const std::filesystem::path& file, const std::filesystem::path& other,
                                          double weight);

}  // namespace heirloom::models
