#include "ui/platform/thread_priority.h"

#ifdef __linux__
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace heirloom::ui {

void lowerThreadPriority() {
#ifdef __linux__
  // On Linux the nice value belongs to the thread, and LibTorch's own threads inherit it from the one that starts them.
  constexpr int kNice = 5;
  setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), kNice);
#endif
}

}  // namespace heirloom::ui
