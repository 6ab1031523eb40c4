#include "core/photo/vips_image.h"

#include <algorithm>
#include <mutex>
#include <stdexcept>

#include "core/photo/photo.h"

namespace heirloom::core {

std::string takeVipsError() {
  std::string text = vips_error_buffer();
  vips_error_clear();
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  std::ranges::replace(text, '\n', ',');
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
