#pragma once

namespace heirloom::ui {

/// Makes the calling thread, and those it starts later, give way to the window. Where the system has no such thing,
/// nothing.
void lowerThreadPriority();

}  // namespace heirloom::ui
