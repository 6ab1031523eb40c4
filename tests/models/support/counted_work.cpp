#include "tests/models/support/counted_work.h"

#include <ATen/record_function.h>

#include <cmath>
#include <memory>
#include <string>

namespace heirloom::tests {
namespace {

thread_local double counted = 0;

std::unique_ptr<at::ObserverContext> count(const at::RecordFunction& function) {
  const std::string name = function.name();
  const auto inputs = function.inputs();
  const auto size = [&](std::size_t input, std::int64_t dim) {
    return static_cast<double>(inputs[input].toTensor().size(dim));
  };
  const auto numel = [&](std::size_t input) { return static_cast<double>(inputs[input].toTensor().numel()); };
  if (name == "aten::mm") counted += numel(0) * size(1, 1);
  if (name == "aten::addmm") counted += numel(1) * size(2, 1);
  if (name == "aten::bmm") counted += numel(0) * size(1, 2);
  if (name == "aten::_scaled_dot_product_flash_attention_for_cpu") counted += 2 * numel(0) * size(1, 2);
  if (name == "aten::convolution") {
    const double kernel = size(1, 2);
    const auto stride = static_cast<double>(inputs[3].toIntVector()[0]);
    const auto padding = static_cast<double>(inputs[4].toIntVector()[0]);
    const auto side = [&](std::int64_t dim) { return std::floor((size(0, dim) + 2 * padding - kernel) / stride) + 1; };
    counted += size(0, 0) * side(2) * side(3) * numel(1);
  }
  return nullptr;
}

}  // namespace

CountedWork::CountedWork()
    : handle_(at::addThreadLocalCallback(
          at::RecordFunctionCallback(count).needsInputs(true).scopes({at::RecordScope::FUNCTION}))) {
  counted = 0;
}

CountedWork::~CountedWork() {
  at::removeCallback(handle_);
}

double CountedWork::sum() const {
  return counted;
}

}  // namespace heirloom::tests
