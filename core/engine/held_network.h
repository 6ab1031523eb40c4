#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/library/library.h"
#include "core/recipe/recipe.h"

namespace heirloom::core {

/// Holds the network of the last run, so that the next one with the same model reads nothing of it again, what it keeps
/// in memory (models::KeepsNetworks) included. For programs in which nobody else holds it between runs. One network at
/// a time. Thread-safe; letting go takes as long as giving so much memory back does.
class HeldNetwork {
 public:
  /// A network stays while so much memory is free, bytes: for photos, and for other programs.
  static constexpr std::uint64_t kLeastFree = 2'000'000'000;

  /// Before a run: what is held goes unless it is the network of this recipe and its files are as they were; then the
  /// recipe's own is held. None where it has several steps or mixes weights, and none that cannot be opened: the run
  /// says why. Blocking.
  void prepare(const ModelLibrary& library, const Recipe& recipe);
  void release();
  void releaseUnless(const std::string& model);
  /// Where less than kLeastFree is free.
  void releaseIfShort();

 private:
  /// A file, and what tells whether it was written since.
  struct Stamp {
    std::filesystem::path file;
    std::uint64_t bytes = 0;
    std::filesystem::file_time_type written;
    bool operator==(const Stamp&) const = default;
  };
  static std::vector<Stamp> stampsOf(const std::filesystem::path& checkpoint);
  void replace(std::shared_ptr<const models::Restorer> network, std::string model, std::vector<Stamp> stamps);

  std::mutex mutex_;
  std::shared_ptr<const models::Restorer> network_;  // null: none
  std::string model_;                                // as the recipe names it
  std::vector<Stamp> stamps_;
};

}  // namespace heirloom::core
