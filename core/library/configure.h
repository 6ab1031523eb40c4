#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/library/library.h"

namespace heirloom::core {

/// A network with the settings of one step of a recipe: files read, other models opened.
struct ConfiguredModel {
  std::string name;            // in the library, or of its file
  std::filesystem::path file;  // empty: it has none of its own
  std::shared_ptr<const models::Restorer> network;
  models::Settings settings;
  models::Descriptor descriptor;  // of these settings: scale, channels and cost may depend on them
  std::vector<Message> notes;     // "the kernel summed to 0.98 and was scaled to 1"
};

/// What settings that nobody gave are taken from.
enum class Protocol {
  Reference,  // the network's own defaults, the published ones
  Photos,     // Parameter::onPhotos where the network names a value for photos
};

/// Opens `model` (`blend=OTHER:WEIGHT` among the settings mixes the weights of two checkpoints of one network) and sets
/// `settings`: a kernel's written form or file (core/degrade/kernel_file.h), a matrix's file (by itself where it lies
/// beside the checkpoint or in a model folder), another model's name. Throws Error that names the setting.
ConfiguredModel configure(const ModelLibrary& library, const std::string& model,
                          const std::map<std::string, std::string>& settings, Protocol protocol);

}  // namespace heirloom::core
