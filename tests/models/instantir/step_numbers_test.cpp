// Whether a run's samples are numbers, known one step late, or when somebody wants to know.

#include "models/instantir/step_numbers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <functional>
#include <limits>
#include <string>

#include "models/common/error.h"
#include "models/common/savings.h"
#include "models/cuda.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using testing::HasSubstr;

std::string complaint(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

void expectLateAnswers(const at::Device& device) {
  const at::Tensor good = at::ones({1, 4, 8, 8}, at::TensorOptions(device));
  at::Tensor bad = good.clone();
  bad[0][3][7][7] = std::numeric_limits<float>::infinity();

  StepNumbers numbers(5);
  numbers.require();  // nothing was given yet
  numbers.add(good, 0);
  EXPECT_EQ(complaint([&] { numbers.add(bad, 1); }), "");
  EXPECT_THAT(complaint([&] { numbers.add(good, 2); }), HasSubstr("step 2 of 5"));

  StepNumbers asked(5);
  asked.add(bad, 3);
  EXPECT_THAT(complaint([&] { asked.require(); }), HasSubstr("step 4 of 5"));
  asked.require();  // it was said

  EXPECT_THAT(complaint([&] { requireNumbers(bad * std::numeric_limits<float>::quiet_NaN(), 0, 3); }),
              HasSubstr("step 1 of 3"));
  requireNumbers(good, 0, 3);

  // Of a run that begins with the fourth of its steps.
  StepNumbers late(10, 3);
  late.add(bad, 4);
  EXPECT_THAT(complaint([&] { late.require(); }), HasSubstr("step 2 of 7"));
  EXPECT_THAT(complaint([&] { requireNumbers(bad, 3, 10, 3); }), HasSubstr("step 1 of 7"));
}

TEST(StepNumbersOfARun, areReadOneStepLateOrWhenTheyAreWanted) {
  expectLateAnswers(at::kCPU);
}

TEST(StepNumbersOfARun, onAGpuTheSame) {
  if (!openCuda().available) GTEST_SKIP() << "no GPU on this machine";
  expectLateAnswers(at::Device(at::kCUDA, 0));
}

TEST(StepNumbersOfARun, areReadAtOnceWhereTheHostIsNotAhead) {
  const Without without(Saving::Ahead);
  const at::Tensor good = at::ones({1, 4, 8, 8});
  StepNumbers numbers(5);
  numbers.add(good, 0);
  EXPECT_THAT(complaint([&] { numbers.add(good / 0, 1); }), HasSubstr("step 2 of 5"));
}

}  // namespace
}  // namespace heirloom::tests
