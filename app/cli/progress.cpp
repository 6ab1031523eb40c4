#include "app/cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <string_view>

#include "app/cli/report.h"

namespace heirloom::app {
namespace {

constexpr std::size_t kBarWidth = 24;
constexpr std::chrono::milliseconds kRedraw(100);
constexpr std::chrono::seconds kLines(1);
constexpr std::string_view kUsualStage = "run.restoring";  // says nothing that the bar does not

std::size_t terminalWidth() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

}  // namespace

ProgressBar::ProgressBar() : terminal_(isatty(STDERR_FILENO) == 1) {}

void ProgressBar::start(const std::string& title) {
  clear();
  title_ = oneLine(title);
  lastTenth_ = -1;
  last_ = terminal_ ? std::chrono::steady_clock::time_point{} : std::chrono::steady_clock::now();
}

void ProgressBar::show(double fraction, const std::string& note) {
  const auto now = std::chrono::steady_clock::now();
  fraction = std::clamp(fraction, 0.0, 1.0);
  const std::string percent = std::to_string(std::lround(fraction * 100)) + " %";
  const std::string rest = note.empty() ? percent : percent + ", " + note;
  if (!terminal_) {
    const int tenth = static_cast<int>(fraction * 10);
    if (tenth == 0 && note.empty()) return;
    if (tenth <= lastTenth_ || tenth >= 10 || now - last_ < kLines) return;  // that it is done is said by others
    lastTenth_ = tenth;
    last_ = now;
    std::cerr << title_ << ": " << rest << '\n' << std::flush;
    return;
  }
  if (drawn_ && now - last_ < kRedraw) return;
  last_ = now;
  drawn_ = true;
  const auto filled = static_cast<std::size_t>(fraction * kBarWidth);
  std::string line = " [" + std::string(filled, '#') + std::string(kBarWidth - filled, '.') + "] " + rest;
  const std::size_t width = terminalWidth() - 1;
  // A long name keeps its end, where names differ.
  std::string title = title_;
  if (title.size() + line.size() > width) {
    const std::size_t room = width > line.size() + 3 ? width - line.size() - 3 : 0;
    std::size_t from = title.size() - std::min(title.size(), room);
    while (from < title.size() && (static_cast<unsigned char>(title[from]) & 0xC0U) == 0x80U) ++from;
    title = "..." + title.substr(from);
  }
  std::cerr << "\r\x1b[K" << title << line << std::flush;
}

void ProgressBar::clear() {
  if (drawn_) std::cerr << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

void RunProgress::progress(const core::Progress& progress) {
  std::string note;
  if (progress.stage.id != kUsualStage) note = progress.stage.english();
  if (progress.remaining) note += (note.empty() ? "" : ", ") + durationText(progress.remaining->count()) + " left";
  bar_.show(progress.fraction, note);
}

}  // namespace heirloom::app
