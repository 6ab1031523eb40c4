#include "models/nafnet/statistics.h"

namespace heirloom::models {
namespace {

constexpr const char* kStatistics = "statistics";
// TLC's windows are 1.5 times the pictures that the network was trained on, 256 for all public files.
constexpr std::int64_t kWindow = 384;

}  // namespace

Parameter statisticsParameter() {
  return {kStatistics,
          HEIRLOOM_TEXT("setting.statistics", "Statistics"),
          HEIRLOOM_TEXT("setting.statistics.help",
                        "What channels are weighed by: means over the whole picture, or over the size that the network "
                        "was trained on, which is better for large photos"),
          "",
          Choice{{"global", "local"}, "global"},
          "local"};
}

std::int64_t statisticsWindow(const Settings& settings) {
  return settings.choice(kStatistics) == "local" ? kWindow : 0;
}

}  // namespace heirloom::models
