#include "core/degrade/kernel_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <matio.h>

#include <array>
#include <fstream>
#include <numeric>

#include "core/degrade/mat_file.h"
#include "models/common/blur_kernel.h"
#include "models/common/error.h"
#include "models/srmd/network.h"
#include "tests/core/support/photos.h"
#include "tests/support/shared.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::core {
namespace {

using testing::HasSubstr;

/// `version`: MATLAB's own format, or 7.3, which is HDF5.
void writeMatrix(const std::filesystem::path& file, mat_ft version, const char* name, std::size_t rows,
                 std::size_t columns, std::vector<double> byColumns) {
  mat_t* mat = Mat_CreateVer(file.c_str(), nullptr, version);
  ASSERT_NE(mat, nullptr);
  std::size_t sides[2] = {rows, columns};
  matvar_t* variable = Mat_VarCreate(name, MAT_C_DOUBLE, MAT_T_DOUBLE, 2, sides, byColumns.data(), 0);
  EXPECT_EQ(Mat_VarWrite(mat, variable, MAT_COMPRESSION_ZLIB), 0);
  Mat_VarFree(variable);
  Mat_Close(mat);
}

double sum(const models::Grid& grid) {
  return std::accumulate(grid.values.begin(), grid.values.end(), 0.0);
}

template <typename Action>
std::string refusal(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

class MatrixFile : public testing::TestWithParam<mat_ft> {};

TEST_P(MatrixFile, comesRowByRowAndIsScaledWithAWord) {
  const tests::TemporaryFolder folder;
  writeMatrix(folder / "k.mat", GetParam(), "k", 2, 3, {1, 4, 2, 5, 3, 6});
  std::vector<Message> notes;
  const models::Grid kernel = readKernel((folder / "k.mat").string(), notes);
  EXPECT_EQ(kernel.rows, 2);
  EXPECT_EQ(kernel.columns, 3);
  EXPECT_FLOAT_EQ(kernel.values[1], 2.0F / 21);
  EXPECT_FLOAT_EQ(kernel.values[3], 4.0F / 21);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_THAT(notes[0].english(), HasSubstr("21"));
}

TEST(KernelFile, aPicturesLumaIsAKernelWithoutAWord) {
  const tests::TemporaryFolder folder;
  writePhoto(tests::texturedPhoto({9, 7, ColourModel::Rgb, false, SampleType::UInt8}), folder / "k.png", {});
  std::vector<Message> notes;
  const models::Grid kernel = readKernel((folder / "k.png").string(), notes);
  EXPECT_EQ(kernel.columns, 9);
  EXPECT_EQ(kernel.rows, 7);
  EXPECT_NEAR(sum(kernel), 1, 1e-5);
  EXPECT_TRUE(notes.empty());
}

TEST(KernelFile, whatIsNoKernelIsRefusedInWords) {
  const tests::TemporaryFolder folder;
  std::vector<Message> notes;
  std::ofstream(folder / "text.mat") << "no matrix";
  writePhoto(tests::texturedPhoto({300, 20, ColourModel::Rgb, false, SampleType::UInt8}), folder / "wide.png", {});
  const auto said = [&](const std::string& file) {
    return refusal([&] { readKernel((folder / file).string(), notes); });
  };
  EXPECT_THAT(said("text.mat"), HasSubstr("no MATLAB file"));
  // One that was chosen once and is gone, say.
  EXPECT_THAT(said("gone.mat"), HasSubstr("gone.mat: there is no such file; "));
  EXPECT_THAT(refusal([&] {
                readMatrix((folder / "gone.mat").string(), {"p.mat", "P", 2, 3});
              }),
              HasSubstr("gone.mat: there is no such file; "));
  EXPECT_THAT(said("wide.png"), HasSubstr("255"));
}

TEST_P(MatrixFile, thatIsNoKernelIsRefusedInWords) {
  const tests::TemporaryFolder folder;
  std::vector<Message> notes;
  writeMatrix(folder / "zero.mat", GetParam(), "k", 1, 2, {0, 0});
  const std::string file = (folder / "zero.mat").string();
  EXPECT_THAT(refusal([&] { readKernel(file, notes); }), HasSubstr("sum to 0"));
  EXPECT_THAT(refusal([&] { readKernel(file + "#2", notes); }), HasSubstr("no kernel number 2; the file holds 1"));
}

TEST_P(MatrixFile, holdsMatricesByNameAndSize) {
  const tests::TemporaryFolder folder;
  writeMatrix(folder / "p.mat", GetParam(), "P", 2, 3, {1, 4, 2, 5, 3, 6});
  const std::string file = (folder / "p.mat").string();
  EXPECT_EQ(readMatrix(file, {"p.mat", "P", 2, 3}).values, (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_THAT(refusal([&] { readMatrix(file, {"p.mat", "Q", 2, 3}); }), HasSubstr("no matrix named Q"));
  EXPECT_THAT(refusal([&] { readMatrix(file, {"p.mat", "P", 3, 3}); }), HasSubstr("2 x 3, not 3 x 3"));
}

INSTANTIATE_TEST_SUITE_P(Versions, MatrixFile, testing::Values(MAT_FT_MAT5, MAT_FT_MAT73), [](const auto& tested) {
  return std::string(tested.param == MAT_FT_MAT5 ? "MATLAB5" : "HDF5");
});

// kair.md 1.9: peaks of the twelve test kernels; Levin's are HDF5.
TEST(KernelFile, publishedKernelsAreRead) {
  REQUIRE_SHARED(folder, "testsets/kernels");
  std::vector<Message> notes;
  constexpr std::array<float, 12> kPeaks = {.32472F, .11052F, .06217F, .03979F, .04254F, .04332F,
                                            .04594F, .02690F, .07468F, .08603F, .04135F, .03042F};
  for (std::size_t i = 0; i < kPeaks.size(); ++i) {
    const models::Grid kernel = readKernel((folder / "kernels_12.mat").string() + "#" + std::to_string(i + 1), notes);
    EXPECT_EQ(kernel.rows, 25);
    EXPECT_NEAR(*std::ranges::max_element(kernel.values), kPeaks[i], 1e-5) << i;
  }
  constexpr std::array<int, 8> kSides = {19, 17, 15, 27, 13, 21, 23, 23};
  for (std::size_t i = 0; i < kSides.size(); ++i) {
    const models::Grid kernel = readKernel((folder / "Levin09.mat").string() + "#" + std::to_string(i + 1), notes);
    EXPECT_EQ(kernel.rows, kSides[i]);
    EXPECT_EQ(kernel.columns, kSides[i]);
    EXPECT_NEAR(sum(kernel), 1, 1e-5);
  }
}

// The code of a single point is a column of the matrix: these are numbers 113 and 143 of PCA_P.mat, read by another
// reader. (kair.md 1.5 has the first of KAIR's srmd_pca_matlab.mat, which holds another basis of nearly the same
// space.)
TEST(KernelFile, srmdsMatrixTurnsAKernelIntoItsCode) {
  REQUIRE_SHARED(file, "testsets/kernels/PCA_P.mat");
  const models::Grid matrix = readMatrix(file.string(), {"PCA_P.mat", "P", models::kSrmdCode, 225});
  const std::array<float, 15> middle = {0.0037768F,  -0.000373F,  0.0013844F, -0.0087944F, 0.0007217F,
                                        0.0442226F,  0.0003211F,  0.0006926F, -0.023019F,  0.0381025F,
                                        -0.0014782F, -0.0183647F, 0.194543F,  0.5530261F,  -0.8073482F};
  const std::array<float, 15> twoToTheRight = {0.1869202F,  0.2504133F,  -0.0080995F, 0.0079475F,  -0.2441395F,
                                               0.3118673F,  0.0050845F,  -0.0046296F, -0.0709947F, -0.2324943F,
                                               -0.0013259F, -0.2099982F, 0.089138F,   -0.1510381F, -0.065608F};
  for (const auto& [kernel, expected] :
       {std::pair{"gaussian:0.01", middle}, std::pair{"grid:5x1:0,0,0,0,1", twoToTheRight}}) {
    const at::Tensor code = models::srmdCode(matrix, *models::parseKernel(kernel)).flatten();
    ASSERT_EQ(code.numel(), models::kSrmdCode);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR(code[static_cast<std::int64_t>(i)].item<float>(), expected[i], 1e-6) << kernel << " " << i;
    }
  }
}

}  // namespace
}  // namespace heirloom::core
