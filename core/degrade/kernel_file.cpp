#include "core/degrade/kernel_file.h"

#include <algorithm>
#include <charconv>

#include "core/degrade/mat_file.h"
#include "core/quality/picture_samples.h"
#include "models/common/blur_kernel.h"
#include "models/common/error.h"

namespace heirloom::core {
namespace {

namespace fs = std::filesystem;

/// N of "FILE#N"; 1 without.
struct Reference {
  fs::path file;
  std::size_t number = 1;
};

Reference parsed(const std::string& text) {
  const std::size_t hash = text.rfind('#');
  std::error_code ignored;
  if (hash == std::string::npos || fs::exists(text, ignored)) return {text, 1};
  std::size_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + hash + 1, end, number);
  if (error != std::errc{} || stop != end || number == 0) return {text, 1};
  return {text.substr(0, hash), number};
}

models::Grid fromPicture(const fs::path& file) {
  const FloatImage picture = greyOf(samplesOf(readPhoto(file)));
  if (std::max(picture.width, picture.height) > models::kLargestKernel) return {{}, 256, 256, {}};
  return {{}, static_cast<int>(picture.height), static_cast<int>(picture.width), picture.values};
}

}  // namespace

fs::path kernelFileOf(const std::string& text) {
  return parsed(text).file;
}

models::Grid readKernel(const std::string& text, std::vector<Message>& notes) {
  const auto [file, number] = parsed(text);
  models::Grid kernel;
  if (file.extension() == ".mat") {
    const std::vector<MatMatrix> matrices = readMatFile(file);
    if (number > matrices.size()) {
      throw Error(HEIRLOOM_TEXT("kernel.number", "there is no kernel number %1; the file holds %2")
                      .with(std::to_string(number), std::to_string(matrices.size())),
                  HEIRLOOM_TEXT("kernel.number_remedy", "give FILE#1 for the first"), file);
    }
    kernel = matrices[number - 1].values;
  } else {
    kernel = fromPicture(file);
  }
  if (std::max(kernel.rows, kernel.columns) > models::kLargestKernel) {
    throw Error(HEIRLOOM_TEXT("kernel.size", "a blur kernel may have %1 pixels a side at most")
                    .with(std::to_string(models::kLargestKernel)),
                HEIRLOOM_TEXT("kernel.size_remedy", "cut the picture of the kernel to what is not black"), file);
  }
  const std::optional<Message> scaled = models::noteOnSum(kernel);
  try {
    kernel = models::normalised(std::move(kernel));
  } catch (const Error& error) {
    throw error.in(file);
  }
  kernel.text = text;
  // A picture's brightness says nothing about its sum.
  if (file.extension() == ".mat" && scaled) notes.push_back(*scaled);
  return kernel;
}

models::Grid readMatrix(const std::string& file, const models::MatrixInput& wanted) {
  for (MatMatrix& matrix : readMatFile(file)) {
    if (matrix.name != wanted.entry) continue;
    if (matrix.values.rows == wanted.rows && matrix.values.columns == wanted.columns) {
      matrix.values.text = file;
      return std::move(matrix.values);
    }
    throw Error(HEIRLOOM_TEXT("matrix.size", "the matrix %1 is %2 x %3, not %4 x %5")
                    .with(wanted.entry, std::to_string(matrix.values.rows), std::to_string(matrix.values.columns),
                          std::to_string(wanted.rows), std::to_string(wanted.columns)),
                HEIRLOOM_TEXT("matrix.remedy", "give the published file, %1").with(wanted.fileName), file);
  }
  throw Error(HEIRLOOM_TEXT("matrix.missing", "there is no matrix named %1").with(wanted.entry),
              HEIRLOOM_TEXT("matrix.remedy", "give the published file, %1").with(wanted.fileName), file);
}

}  // namespace heirloom::core
