#include "core/degrade/degradations.h"

#include <charconv>

#include "models/common/error.h"
#include "models/common/joined.h"

namespace heirloom::core {
namespace {

using Values = std::span<const double>;

const std::vector<DegradationKind>& table() {
  static const std::vector<DegradationKind> kinds = {
      {"haze",
       {{"scattering", {0.6, 1.8}, {0, 10}}, {"airlight", {0.7, 1.0}, {0, 1}}},
       [](const at::Tensor& picture, Values v, Random& random) {
         return degraded(picture, Haze{v[0], v[1]}, random);
       }},
      {"rain",
       {{"density", {0.002, 0.01}, {0, 0.5}},
        {"length", {8, 30}, {1, 100}},
        {"angle", {-30, 30}, {-90, 90}},
        {"brightness", {0.3, 0.8}, {0, 1}}},
       [](const at::Tensor& picture, Values v, Random& random) {
         return degraded(picture, Rain{v[0], v[1], v[2], v[3]}, random);
       }},
      {"snow",
       {{"coverage", {0.05, 0.25}, {0, 0.9}}, {"radius", {1, 3}, {0.5, 50}}, {"opacity", {0.6, 1.0}, {0, 1}}},
       [](const at::Tensor& picture, Values v, Random& random) {
         return degraded(picture, Snow{v[0], v[1], v[2]}, random);
       }},
      {"low_light",
       {{"alpha", {0.9, 1.0}, {0, 1}},
        {"beta", {0.5, 1.0}, {0, 1}},
        {"gamma", {1.5, 5.0}, {0.1, 10}},
        {"shot", {0.0005, 0.004}, {0, 1}},
        {"read", {0.002, 0.02}, {0, 1}}},
       [](const at::Tensor& picture, Values v, Random& random) {
         return degraded(picture, LowLight{v[0], v[1], v[2], v[3], v[4]}, random);
       }},
      {"motion_blur",
       {{"length", {5, 25}, {1, 200}}, {"angle", {0, 180}, {-360, 360}}},
       [](const at::Tensor& picture, Values v, Random& random) {
         return degraded(picture, MotionBlur{v[0], v[1]}, random);
       }},
      {"real_esrgan",
       {{"reduction", {4, 4}, {1, 16}}},
       [](const at::Tensor& picture, Values v, Random& random) {
         return degraded(picture, SecondOrder{v[0]}, random);
       }},
  };
  return kinds;
}

std::string number(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

std::string parameterNames(const DegradationKind& kind) {
  return joined(kind.parameters, &DegradationParameter::name);
}

}  // namespace

std::span<const DegradationKind> degradationKinds() {
  return table();
}

const DegradationKind* findDegradation(std::string_view name) {
  const auto found = std::ranges::find(table(), name, &DegradationKind::name);
  return found == table().end() ? nullptr : &*found;
}

std::string degradationNames() {
  return joined(table(), &DegradationKind::name);
}

RandomDegradation::RandomDegradation(const DegradationKinds& kinds) {
  for (const auto& [name, ranges] : kinds) {
    const DegradationKind* kind = findDegradation(name);
    if (!kind) {
      throw Error(HEIRLOOM_TEXT("degradation.unknown", "there is no degradation %1").with(name),
                  HEIRLOOM_TEXT("degradation.unknown.remedy", "there are %1").with(degradationNames()));
    }
    Choice choice{kind, {}};
    for (const DegradationParameter& parameter : kind->parameters) choice.ranges.push_back(parameter.byDefault);
    for (const auto& [key, range] : ranges) {
      const auto found = std::ranges::find(kind->parameters, key, &DegradationParameter::name);
      if (found == kind->parameters.end()) {
        throw Error(HEIRLOOM_TEXT("degradation.parameter", "%1 has no parameter %2").with(name, key),
                    HEIRLOOM_TEXT("degradation.parameter.remedy", "it has %1").with(parameterNames(*kind)));
      }
      if (!(found->limits[0] <= range[0] && range[0] <= range[1] && range[1] <= found->limits[1])) {
        throw Error(HEIRLOOM_TEXT("degradation.range", "%1 of %2 is out of range").with(key, name),
                    HEIRLOOM_TEXT("degradation.range.remedy", "it takes two numbers, %1 to %2, the smaller first")
                        .with(number(found->limits[0]), number(found->limits[1])));
      }
      choice.ranges[static_cast<std::size_t>(found - kind->parameters.begin())] = range;
    }
    choices_.push_back(std::move(choice));
  }
}

at::Tensor RandomDegradation::operator()(const at::Tensor& picture, Random& random) const {
  if (choices_.empty()) return picture;
  const Choice& choice = choices_[std::uniform_int_distribution<std::size_t>(0, choices_.size() - 1)(random)];
  std::vector<double> values;
  for (const Range& range : choice.ranges)
    values.push_back(std::uniform_real_distribution<double>(range[0], range[1])(random));
  return choice.kind->apply(picture, values, random);
}

}  // namespace heirloom::core
