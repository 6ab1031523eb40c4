#pragma once

#include <memory>

#include "models/common/graphs.h"

namespace heirloom::models {

/// `restorer`, whose sessions on a GPU record their runs for every size of pictures (graphs.h). For networks whose run
/// is one call that tells the observer nothing; it is asked to stop before each call instead of between the layers. On
/// the processor sessions are those of `restorer`.
std::shared_ptr<const Restorer> withGraphs(std::shared_ptr<const Restorer> restorer);

/// `session`, whose runs are called by `graphs`. `settings`: those it was started with. `observer` must outlive it.
std::unique_ptr<Session> graphed(std::unique_ptr<Session> session, std::unique_ptr<Graphs> graphs,
                                 const Settings& settings, const Placement& placement, Observer& observer);

}  // namespace heirloom::models
