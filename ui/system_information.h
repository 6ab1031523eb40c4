#pragma once

#include <QString>

#include "core/engine/devices.h"

namespace heirloom::ui {

/// Version, system and devices in lines of English, for a report. Holds no name of a person, file or host.
QString systemInformation(const core::DeviceReport& devices);

}  // namespace heirloom::ui
