#include "core/train/config.h"

#include <yaml-cpp/yaml.h>

#include <functional>

#include "models/common/error.h"

namespace heirloom::core {
namespace {

/// One mapping of the document: reads its keys into fields, then refuses what is left.
class Section {
 public:
  Section(const YAML::Node& node, std::string name) : node_(node), name_(std::move(name)) {
    if (node_.IsDefined() && !node_.IsNull() && !node_.IsMap()) {
      throw Error(HEIRLOOM_TEXT("train.mapping", "%1 must hold keys and values").with(name_));
    }
  }

  template <typename T>
  Section& read(const char* key, T& field) {
    known_.emplace_back(key);
    if (!node_.IsMap() || !node_[key]) return *this;
    try {
      field = node_[key].as<T>();
    } catch (const YAML::Exception&) {
      throw Error(HEIRLOOM_TEXT("train.value", "%1 cannot be read from line %2")
                      .with(full(key), std::to_string(node_[key].Mark().line + 1)),
                  HEIRLOOM_TEXT("train.value.remedy", "write a number, a word or a list as the documentation shows"));
    }
    return *this;
  }

  Section& read(const char* key, std::filesystem::path& field) {
    std::string text;
    read(key, text);
    if (!text.empty()) field = text;
    return *this;
  }

  Section section(const char* key) {
    known_.emplace_back(key);
    return {node_.IsMap() ? node_[key] : YAML::Node(YAML::NodeType::Undefined), full(key)};
  }

  void refuseOthers() const {
    if (!node_.IsMap()) return;
    for (const auto& entry : node_) {
      const auto key = entry.first.as<std::string>();
      if (std::ranges::find(known_, key) != known_.end()) continue;
      std::string names;
      for (const std::string& name : known_) names += (names.empty() ? "" : ", ") + name;
      throw Error(HEIRLOOM_TEXT("train.key", "there is no key %1").with(full(key)),
                  HEIRLOOM_TEXT("train.key.remedy", "known here are %1").with(names));
    }
  }

 private:
  std::string full(const std::string& key) const { return name_.empty() ? key : name_ + "." + key; }

  YAML::Node node_;
  std::string name_;
  std::vector<std::string> known_;
};

void require(bool condition, const char* key, const char* takes) {
  if (!condition) {
    throw Error(HEIRLOOM_TEXT("train.range", "%1 is out of range").with(key),
                HEIRLOOM_TEXT("train.range.remedy", "it takes %1").with(takes));
  }
}

void check(const TrainConfig& config) {
  require(!config.dataset.folder.empty(), "dataset.folder", "a folder of clean photos");
  require(!config.output.empty(), "output", "a folder for checkpoint, log and result");
  require(config.dataset.patch >= 8 && config.dataset.patch % 2 == 0, "dataset.patch", "an even number from 8 on");
  require(config.dataset.batch >= 1, "dataset.batch", "1 or more");
  for (const double scale : config.dataset.scales)
    require(scale > 0 && scale <= 1, "dataset.scales", "factors above 0, up to 1");
  const auto& sigma = config.degradation.sigma;
  require(sigma[0] >= 0 && sigma[0] <= sigma[1] && sigma[1] <= 255, "degradation.sigma",
          "two numbers, 0 to 255, the smaller first");
  require(config.network.family == "FFDNet" || config.network.family == "DnCNN" || config.network.family == "FDnCNN",
          "network.family", "FFDNet, DnCNN or FDnCNN");
  require(config.network.channels == 1 || config.network.channels == 3, "network.channels", "1 or 3");
  require(config.network.layers >= 3 && config.network.features >= 1, "network.layers",
          "3 or more, features 1 or more");
  require(config.loss == "l1" || config.loss == "l2" || config.loss == "charbonnier" || config.loss == "ssim", "loss",
          "l1, l2, charbonnier or ssim");
  require(config.totalVariation >= 0, "total_variation", "0 or more");
  require(config.schedule.decay == "cosine" || config.schedule.decay == "step" || config.schedule.decay == "constant",
          "schedule.decay", "cosine, step or constant");
  require(config.schedule.iterations >= 1, "schedule.iterations", "1 or more");
  require(config.precision == "float32" || config.precision == "bfloat16", "precision", "float32 or bfloat16");
  require(config.validation.every >= 1, "validation.every", "1 or more");
}

}  // namespace

TrainConfig readTrainConfig(const std::filesystem::path& file) {
  if (!std::filesystem::is_regular_file(file)) {
    throw Error(HEIRLOOM_TEXT("train.missing", "there is no such file"),
                HEIRLOOM_TEXT("train.missing.remedy", "check the name"), file);
  }
  try {
    TrainConfig config;
    Section root(YAML::LoadFile(file.string()), {});
    Section dataset = root.section("dataset");
    dataset.read("folder", config.dataset.folder)
        .read("scales", config.dataset.scales)
        .read("patch", config.dataset.patch)
        .read("batch", config.dataset.batch)
        .refuseOthers();
    Section degradation = root.section("degradation");
    degradation.read("sigma", config.degradation.sigma).refuseOthers();
    Section network = root.section("network");
    network.read("family", config.network.family)
        .read("channels", config.network.channels)
        .read("features", config.network.features)
        .read("layers", config.network.layers)
        .read("weights", config.network.weights)
        .refuseOthers();
    Section optimizer = root.section("optimizer");
    optimizer.read("learning_rate", config.optimizer.learningRate)
        .read("betas", config.optimizer.betas)
        .read("weight_decay", config.optimizer.weightDecay)
        .read("clip_gradient", config.optimizer.clipGradient)
        .refuseOthers();
    Section schedule = root.section("schedule");
    schedule.read("iterations", config.schedule.iterations)
        .read("warm_up", config.schedule.warmUp)
        .read("decay", config.schedule.decay)
        .read("final_rate", config.schedule.finalRate)
        .read("milestones", config.schedule.milestones)
        .read("gamma", config.schedule.gamma)
        .refuseOthers();
    Section validation = root.section("validation");
    validation.read("folder", config.validation.folder)
        .read("sigma", config.validation.sigma)
        .read("crop", config.validation.crop)
        .read("every", config.validation.every)
        .refuseOthers();
    root.read("loss", config.loss)
        .read("total_variation", config.totalVariation)
        .read("ema_decay", config.emaDecay)
        .read("precision", config.precision)
        .read("device", config.device)
        .read("seed", config.seed)
        .read("output", config.output)
        .read("metadata", config.metadata)
        .refuseOthers();
    for (std::filesystem::path* path :
         {&config.dataset.folder, &config.validation.folder, &config.network.weights, &config.output}) {
      if (!path->empty()) *path = std::filesystem::absolute(file).parent_path() / *path;
    }
    check(config);
    return config;
  } catch (const YAML::Exception& error) {
    throw Error(HEIRLOOM_TEXT("train.yaml", "it is no valid YAML: %1").with(error.what()),
                HEIRLOOM_TEXT("train.yaml.remedy", "mend the line"), file);
  } catch (const Error& error) {
    throw error.in(file);
  }
}

}  // namespace heirloom::core
