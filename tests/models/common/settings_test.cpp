#include "models/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <clocale>

#include "models/common/error.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using testing::AllOf;
using testing::HasSubstr;

Settings example() {
  return Settings({{"noise_level", {}, {}, "/255", RealRange{0, 75, 25, 0.5}},
                   {"iterations", {}, {}, "", IntegerRange{1, 8, 4}},
                   {"ensemble", {}, {}, "", Toggle{false}},
                   {"mode", {}, {}, "", Choice{{"fast", "exact"}, "fast"}}});
}

std::string refusal(const char* name, const char* value) {
  Settings settings = example();
  try {
    settings.set(name, std::string_view(value));
  } catch (const Error& error) {
    EXPECT_EQ(settings, example()) << "a refused value must change nothing";
    return error.what();
  }
  return {};
}

TEST(Settings, startAtTheirDefaults) {
  const Settings settings = example();
  EXPECT_EQ(settings.real("noise_level"), 25);
  EXPECT_EQ(settings.integer("iterations"), 4);
  EXPECT_FALSE(settings.toggle("ensemble"));
  EXPECT_EQ(settings.choice("mode"), "fast");
}

TEST(Settings, readBackWhatWasSet) {
  Settings settings = example();
  settings.set("noise_level", std::string_view("12.5"));
  settings.set("iterations", std::string_view("8"));
  settings.set("ensemble", std::string_view("on"));
  settings.set("mode", std::string_view("exact"));
  EXPECT_EQ(settings.text("noise_level"), "12.5");
  EXPECT_EQ(settings.text("iterations"), "8");
  EXPECT_EQ(settings.text("ensemble"), "true");
  EXPECT_EQ(settings.text("mode"), "exact");
}

TEST(Settings, aRefusalNamesSettingValueAndRange) {
  EXPECT_THAT(refusal("noise_level", "80"), AllOf(HasSubstr("noise_level"), HasSubstr("80"), HasSubstr("0 to 75")));
  EXPECT_THAT(refusal("noise_level", "nan"), HasSubstr("0 to 75"));
  EXPECT_THAT(refusal("noise_level", "12,5"), HasSubstr("12,5"));
  EXPECT_THAT(refusal("noise_level", "12 "), HasSubstr("0 to 75"));
  EXPECT_THAT(refusal("iterations", "2.5"), HasSubstr("1 to 8"));
  EXPECT_THAT(refusal("ensemble", "maybe"), HasSubstr("true or false"));
  EXPECT_THAT(refusal("mode", "slow"), HasSubstr("fast, exact"));
  EXPECT_THAT(refusal("noise", "3"), AllOf(HasSubstr("noise"), HasSubstr("noise_level, iterations")));
}

TEST(Settings, textsAreUtf8OfALimitedLength) {
  Settings settings({{"prompt", {}, {}, "", TextInput{"a photo", 5}}});
  EXPECT_EQ(settings.choice("prompt"), "a photo");
  settings.set("prompt", "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9");
  EXPECT_EQ(settings.text("prompt").size(), 10);
  settings.set("prompt", "");
  EXPECT_EQ(settings.text("prompt"), "");
  for (const char* text : {"a\xff", "\xc0\x80", "123456"}) EXPECT_THROW(settings.set("prompt", text), Error) << text;
  try {
    settings.set("prompt", std::string_view(std::string(100000, 'a')));
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("100000 characters"), HasSubstr("up to 5 characters")));
    EXPECT_LT(std::string(error.what()).size(), 200);
  }
}

TEST(Settings, numbersHaveADecimalPointInEveryLocale) {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  if (!std::setlocale(LC_ALL, "de_DE.UTF-8")) std::setlocale(LC_ALL, "C.UTF-8");
  Settings settings = example();
  settings.set("noise_level", std::string_view("7.25"));
  EXPECT_EQ(settings.real("noise_level"), 7.25);
  EXPECT_EQ(settings.text("noise_level"), "7.25");
  std::setlocale(LC_ALL, before.c_str());
}

}  // namespace
}  // namespace heirloom::tests
