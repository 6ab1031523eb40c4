#pragma once

#include <string>
#include <vector>

#include "models/common/message.h"
#include "models/restorer.h"

namespace heirloom::core {

struct Placed {
  models::Placement placement;
  std::vector<Message> notes;
};

/// The device and precision that a run asks for: "auto", "cpu", "cuda", "cuda:N"; "auto", "float32", "bfloat16",
/// "float16". Throws Error for anything else and for a device that is not there, saying what is missing.
Placed place(const std::string& device, const std::string& precision);

}  // namespace heirloom::core
