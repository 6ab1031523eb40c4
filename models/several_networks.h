#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "models/checkpoint/parts.h"
#include "models/common/error.h"

namespace heirloom::models {

/// One network of a file that holds several, as people write it: "pair.pth#denoise". Whatever takes a checkpoint takes
/// this too.
struct NetworkOfFile {
  std::filesystem::path file;
  std::string network;  // empty: none is named

  /// What exists under the whole name is a file, whatever is in its name.
  static NetworkOfFile parse(const std::filesystem::path& written);
  std::filesystem::path written() const;
};

/// Thrown where a file holds several networks and nothing says which is meant; its message names them.
class SeveralNetworks : public Error {
 public:
  struct Network {
    std::string name;
    std::string family;
    bool operator==(const Network&) const = default;
  };
  SeveralNetworks(const std::filesystem::path& file, std::vector<Network> networks);

  const std::vector<Network>& networks() const { return networks_; }

 private:
  std::vector<Network> networks_;
};

/// The one part of the file that some family takes, where the file as a whole is nobody's; nothing where there is none.
/// Of a network and its moving average the latter counts. Throws SeveralNetworks.
std::optional<Part> onlyNetwork(const std::shared_ptr<const Archive>& archive);

/// The part that `name` means: its own name, or its last words where no other ends in them. Throws Error, which says
/// what there is.
Part namedNetwork(const std::shared_ptr<const Archive>& archive, const std::string& name);

}  // namespace heirloom::models
