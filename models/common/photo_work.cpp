#include "models/common/photo_work.h"

#include "models/common/decorated_restorer.h"

namespace heirloom::models {

double flopOf(const Restorer& restorer, const Settings& settings, std::int64_t height, std::int64_t width,
              const at::Device& device) {
  const Restorer* bare = &restorer;
  while (const auto* decorated = dynamic_cast<const DecoratedRestorer*>(bare)) bare = &decorated->inner();
  if (const auto* counting = dynamic_cast<const CountsWork*>(bare))
    return counting->flopOf(settings.narrowed(bare->descriptor().parameters), height, width, device);
  return restorer.describe(settings).flopPerPixel * static_cast<double>(height) * static_cast<double>(width);
}

}  // namespace heirloom::models
