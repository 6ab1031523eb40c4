#include "core/photo/vips_image.h"

#include <mutex>
#include <sstream>
#include <stdexcept>
#include <string>

#include "core/photo/photo.h"

namespace heirloom::core {

std::string takeVipsError() {
  std::istringstream lines(vips_error_buffer());
  vips_error_clear();
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    // "vipspng: libpng read error": which part of libvips says so helps nobody.
    const std::size_t domain = line.find(": ");
    if (domain != std::string::npos && line.find(' ') > domain) line.erase(0, domain + 2);
    while (line.ends_with(' ')) line.pop_back();
    if (!line.empty()) text += (text.empty() ? "" : ", ") + line;
  }
  return text;
}

void initialiseVips() {
  static std::once_flag once;
  std::call_once(once, [] {
    // Its own warnings would go to standard error, where a script expects ours alone.
    g_setenv("VIPS_WARNING", "1", FALSE);
    if (VIPS_INIT("heirloom") != 0) throw std::runtime_error("libvips does not start: " + takeVipsError());
    vips_block_untrusted_set(TRUE);
    for (const char* allowed :
         {"VipsForeignLoadJxl", "VipsForeignSaveJxl", "VipsForeignLoadJp2k", "VipsForeignSaveJp2k"}) {
      vips_operation_block_set(allowed, FALSE);
    }
    // Photos are read once and never twice the same way, so that a cache of operations would only keep them alive.
    vips_cache_set_max(0);
  });
}

}  // namespace heirloom::core
