#pragma once

#include <chrono>
#include <string>

#include "core/engine/run.h"

namespace heirloom::app {

/// Progress on standard error: a bar that redraws itself on a terminal, plain lines otherwise, at every tenth and as
/// soon as it is known how long it takes. Used by one thread at a time.
class ProgressBar {
 public:
  ProgressBar();
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// What the following progress is about: "[2/7] photo.jpg". Starts from 0.
  void start(const std::string& title);
  /// `fraction` 0..1, `note` such as "12 s left". Draws at most ten times a second.
  void show(double fraction, const std::string& note);
  /// Takes the bar away, so that a line can be printed.
  void clear();

 private:
  bool terminal_;
  bool drawn_ = false;
  int lastTenth_ = -1;
  std::string title_;
  std::chrono::steady_clock::time_point last_{};
};

/// Shows a run's progress.
class RunProgress : public core::RunObserver {
 public:
  explicit RunProgress(ProgressBar& bar) : bar_(bar) {}
  void progress(const core::Progress& progress) override;

 private:
  ProgressBar& bar_;
};

}  // namespace heirloom::app
