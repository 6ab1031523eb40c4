#include "core/engine/held_network.h"

#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>

#include "core/photo/memory.h"
#include "models/cuda.h"
#include "models/placement.h"

namespace heirloom::core {

std::vector<HeldNetwork::Stamp> HeldNetwork::stampsOf(const std::filesystem::path& checkpoint) {
  namespace fs = std::filesystem;
  std::vector<Stamp> stamps;
  std::error_code failed;
  const auto add = [&](const fs::path& file) {
    std::error_code ignored;
    if (fs::is_regular_file(file, ignored))
      stamps.push_back({file, fs::file_size(file, ignored), fs::last_write_time(file, ignored)});
  };
  if (!fs::is_directory(checkpoint, failed)) {
    add(checkpoint);
    return stamps;
  }
  // Parts of a trained model are links to other folders.
  fs::recursive_directory_iterator entry(checkpoint, fs::directory_options::follow_directory_symlink, failed);
  for (const fs::recursive_directory_iterator end; !failed && entry != end; entry.increment(failed)) add(entry->path());
  std::ranges::sort(stamps, {}, &Stamp::file);
  return stamps;
}

void HeldNetwork::prepare(const ModelLibrary& library, const Recipe& recipe) {
  if (recipe.steps.size() != 1 || recipe.steps.front().settings.contains(kBlend)) return release();
  const std::string& model = recipe.steps.front().model;
  try {
    std::vector<Stamp> stamps = stampsOf(library.locate(model));
    {
      const std::lock_guard lock(mutex_);
      if (network_ && model_ == model && stamps_ == stamps) return;
    }
    release();  // first: both might find no room
    replace(library.open(model), model, std::move(stamps));
  } catch (const std::exception&) {
    release();
  }
}

void HeldNetwork::release() {
  replace(nullptr, {}, {});
}

void HeldNetwork::releaseUnless(const std::string& model) {
  {
    const std::lock_guard lock(mutex_);
    if (model_ == model) return;
  }
  release();
}

void HeldNetwork::releaseIfShort() {
  {
    const std::lock_guard lock(mutex_);
    if (!network_) return;
  }
  if (roomForRasters().memory < kLeastFree) release();
}

void HeldNetwork::replace(std::shared_ptr<const models::Restorer> network, std::string model,
                          std::vector<Stamp> stamps) {
  {
    const std::lock_guard lock(mutex_);
    network_.swap(network);
    model_ = std::move(model);
    stamps_ = std::move(stamps);
  }
  if (!network) return;
  network.reset();  // behind the lock
  models::releaseFreedMemory(at::kCPU);
  models::releaseCudaMemory();
}

}  // namespace heirloom::core
