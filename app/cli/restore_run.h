#pragma once

#include <cstddef>

#include "app/cli/progress.h"
#include "app/cli/restore_plan.h"
#include "core/batch/inputs.h"

namespace heirloom::app {

/// Carries a plan out, photo by photo; a bad one never stops the rest.
class RestoreRun {
 public:
  RestoreRun(const RestoreOptions& options, const RestorePlan& plan, Context& context);

  /// Photos that were given. Returns the exit code.
  int given();
  /// A folder, until the stop is requested.
  int watched();

 private:
  struct Item;

  void process(const core::Input& input, std::size_t index, std::size_t count);
  void restore(const core::Input& input, std::size_t index, std::size_t count, Item& item);
  void place(const core::Input& input, std::size_t index, std::size_t count, Item& item);
  void finish(const core::FileOutcome& outcome, Item& item);
  bool isOurs(const std::filesystem::path& file) const;
  int code() const;

  const RestoreOptions& options_;
  const RestorePlan& plan_;
  Context& context_;
  core::Destinations destinations_;
  ProgressBar bar_;
  bool failed_ = false;
};

}  // namespace heirloom::app
