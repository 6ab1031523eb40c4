#include "ui/background.h"

#include <new>

namespace heirloom::ui {

Error asError(std::exception_ptr exception) {
  try {
    std::rethrow_exception(std::move(exception));
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return Error(HEIRLOOM_TEXT("ui.no_memory", "there is not enough memory for this"),
                 HEIRLOOM_TEXT("ui.no_memory.remedy", "close other photos or programs and try again"));
  } catch (const std::exception& other) {
    return Error(HEIRLOOM_TEXT("ui.unexpected", "something unexpected happened: %1").with(oneLine(other.what())),
                 HEIRLOOM_TEXT("ui.unexpected.remedy", "try again, and report it with Help > Copy System Information"));
  }
}

}  // namespace heirloom::ui
