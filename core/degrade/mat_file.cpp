#include "core/degrade/mat_file.h"

#include <matio.h>

#include <memory>

#include "models/common/error.h"

namespace heirloom::core {
namespace {

// Kernels and SRMD's matrix are far smaller; what is larger is no file of ours.
constexpr std::size_t kMostValues = 1U << 22;

struct CloseFile {
  void operator()(mat_t* file) const { Mat_Close(file); }
};
struct FreeVariable {
  void operator()(matvar_t* variable) const { Mat_VarFree(variable); }
};

template <typename Number>
std::vector<float> byRows(const matvar_t& variable, std::size_t rows, std::size_t columns) {
  const auto* values = static_cast<const Number*>(variable.data);  // column by column
  std::vector<float> result;
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      result.push_back(static_cast<float>(values[column * rows + row]));
    }
  }
  return result;
}

void collect(const matvar_t& variable, const std::string& name, std::vector<MatMatrix>& matrices) {
  std::size_t count = 1;
  for (int i = 0; i < variable.rank; ++i) {
    if (variable.dims[i] != 0 && count > kMostValues / variable.dims[i]) return;
    count *= variable.dims[i];
  }
  if (variable.data == nullptr || count == 0) return;
  if (variable.class_type == MAT_C_CELL) {
    const auto* const* cells = static_cast<const matvar_t* const*>(variable.data);
    for (std::size_t i = 0; i < count; ++i) {
      if (cells[i] != nullptr) collect(*cells[i], name, matrices);
    }
    return;
  }
  if (variable.rank != 2 || variable.isComplex != 0) return;
  const std::size_t rows = variable.dims[0];
  const std::size_t columns = variable.dims[1];
  MatMatrix matrix{name, {{}, static_cast<int>(rows), static_cast<int>(columns), {}}};
  if (variable.data_type == MAT_T_DOUBLE) {
    matrix.values.values = byRows<double>(variable, rows, columns);
  } else if (variable.data_type == MAT_T_SINGLE) {
    matrix.values.values = byRows<float>(variable, rows, columns);
  } else if (variable.data_type == MAT_T_UINT8) {
    matrix.values.values = byRows<std::uint8_t>(variable, rows, columns);
  } else {
    return;
  }
  matrices.push_back(std::move(matrix));
}

}  // namespace

std::vector<MatMatrix> readMatFile(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    throw Error(HEIRLOOM_TEXT("mat.missing", "there is no such file"),
                HEIRLOOM_TEXT("mat.missing.remedy", "choose it where it lies now"), file);
  }
  Mat_LogInitFunc("heirloom", [](int, char*) {});  // what the library has to say is said by the error below
  const std::unique_ptr<mat_t, CloseFile> mat(Mat_Open(file.c_str(), MAT_ACC_RDONLY));
  if (!mat) {
    throw Error(HEIRLOOM_TEXT("mat.unreadable", "this is no MATLAB file that can be read"),
                HEIRLOOM_TEXT("mat.unreadable_remedy", "give a .mat file of version 5 or 7.3"), file);
  }
  std::vector<MatMatrix> matrices;
  while (const std::unique_ptr<matvar_t, FreeVariable> variable{Mat_VarReadNext(mat.get())}) {
    collect(*variable, variable->name == nullptr ? "" : variable->name, matrices);
  }
  return matrices;
}

}  // namespace heirloom::core
