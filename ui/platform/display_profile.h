#pragma once

#include <QString>
#include <cstddef>
#include <vector>

#include "models/common/error.h"

namespace heirloom::ui {

/// A screen as the systems below know it.
struct ScreenIdentity {
  QString name;        // the connector: "DP-1"
  int index = 0;       // among the screens, the primary one first
  QString x11Display;  // ":0"; empty: not under X11
};

/// The ICC profile of a screen: `file` where the person chose one, otherwise the root window's _ICC_PROFILE under X11,
/// otherwise what colord has; empty when nobody knows, which means sRGB. Blocking: for a worker. Throws Error for a
/// file that cannot be read or is no profile.
std::vector<std::byte> displayProfile(const ScreenIdentity& screen, const QString& file);

/// The parts of it, each empty when it knows nothing.
std::vector<std::byte> x11Profile(const QString& display, int screenIndex);
std::vector<std::byte> colordProfile(const QString& connector);

}  // namespace heirloom::ui
