#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "models/common/savings.h"
#include "models/restorer.h"

namespace heirloom::app {

/// A part of a run that the network reported: "scale 3 of 10".
struct Stage {
  std::string name;
  double seconds = 0;
};

/// What was measured of a network.
struct Timing {
  double median = 0;  // seconds
  double fastest = 0;
  std::uint64_t peak = 0;       // bytes: of the process, on a GPU of what tensors take there; 0: unknown
  std::vector<Stage> stages;    // of the last run; on the CPU, where a report waits for what it reports
  std::vector<double> without;  // medians without each of the savings that were asked for, seconds
};

/// What the network saves there, as far as it is not switched off anyway.
std::vector<models::NamedSaving> savingsOf(const models::Restorer& network, const models::Placement& placement);

/// `runs` of a random square of `side` after two that do not count, with all savings and without each of `savings`, in
/// turns; behind them, likewise, those without which networks are placed anew. Throws Stopped, and what the network
/// throws.
Timing timingOf(const models::Restorer& network, const models::Settings& settings, const models::Placement& placement,
                std::int64_t side, std::int64_t runs, const std::vector<models::NamedSaving>& savings,
                const std::stop_token& stop);

}  // namespace heirloom::app
