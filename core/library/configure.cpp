#include "core/library/configure.h"

#include <algorithm>
#include <charconv>

#include "core/degrade/kernel_file.h"
#include "core/recipe/recipe.h"
#include "models/common/blur_kernel.h"
#include "models/dpir/dpir.h"
#include "models/several_networks.h"

namespace heirloom::core {
namespace {

namespace fs = std::filesystem;

std::shared_ptr<const models::Restorer> blended(const ModelLibrary& library, const std::string& model,
                                                const std::string& blend) {
  const std::size_t colon = blend.rfind(':');
  double weight = -1;
  if (colon != std::string::npos) {
    const char* begin = blend.data() + colon + 1;
    const char* const end = blend.data() + blend.size();
    const auto [stop, error] = std::from_chars(begin, end, weight);
    if (error != std::errc{} || stop != end) weight = -1;
  }
  if (!(weight >= 0 && weight <= 1) || colon == 0) {
    throw Error(HEIRLOOM_TEXT("blend.form", "blend cannot be %1").with(blend),
                HEIRLOOM_TEXT("blend.form_remedy",
                              "give another checkpoint of the same network and its share, such as "
                              "BSRNet:0.3"));
  }
  return library.openBlend(model, blend.substr(0, colon), weight);
}

/// Sets one parameter from a recipe's text.
class Assignment {
 public:
  Assignment(const ModelLibrary& library, ConfiguredModel& model) : library_(library), model_(model) {}

  void operator()(const std::string& name, const std::string& text) {
    const auto& parameters = model_.settings.parameters();
    const auto parameter = std::ranges::find(parameters, name, &models::Parameter::name);
    if (parameter == parameters.end()) return model_.settings.set(name, std::string_view(text));
    if (std::holds_alternative<models::KernelInput>(parameter->range)) return setKernel(name, text);
    if (const auto* matrix = std::get_if<models::MatrixInput>(&parameter->range)) {
      return model_.settings.set(name, models::Settings::Value(readMatrix(text, *matrix)));
    }
    if (const auto* denoiser = std::get_if<models::DenoiserInput>(&parameter->range)) {
      return denoiser->enlarges ? setPrior(name, text) : setDenoiser(name, text);
    }
    model_.settings.set(name, std::string_view(text));
  }

 private:
  void setKernel(const std::string& name, const std::string& text) {
    std::optional<Message> note;
    std::optional<models::Grid> kernel = models::parseKernel(text, &note);
    if (note) model_.notes.push_back(*note);
    if (!kernel) {
      std::error_code ignored;
      if (!fs::exists(kernelFileOf(text), ignored)) return model_.settings.set(name, std::string_view(text));
      kernel = readKernel(text, model_.notes);
    }
    model_.settings.set(name, models::Settings::Value(std::move(*kernel)));
  }

  void setDenoiser(const std::string& name, const std::string& text) {
    models::ModelReference denoiser{text, library_.open(text)};
    const models::Descriptor& descriptor = denoiser.model->descriptor();
    if (!models::servesAsDenoiser(descriptor)) {
      const Message fault =
          models::Settings(descriptor.parameters).has("noise_level")
              ? HEIRLOOM_TEXT("setting.no_denoiser", "%1 cannot be %2: it was made for something else than noise")
              : HEIRLOOM_TEXT("setting.no_noise_level", "%1 cannot be %2: it takes no noise level");
      throw Error(fault.with(name, text),
                  HEIRLOOM_TEXT("setting.no_noise_level_remedy", "choose a DRUNet, IRCNN, FDnCNN or FFDNet"));
    }
    model_.settings.set(name, models::Settings::Value(std::move(denoiser)));
  }

  void setPrior(const std::string& name, const std::string& text) {
    models::ModelReference prior{text, library_.open(text)};
    if (!models::servesAsPrior(prior.model->descriptor())) {
      throw Error(HEIRLOOM_TEXT("setting.prior_other", "%1 cannot be %2: it is no network of DPSR").with(name, text),
                  HEIRLOOM_TEXT("setting.prior_other_remedy", "choose one, dpsr_x4 say"));
    }
    model_.settings.set(name, models::Settings::Value(std::move(prior)));
  }

  const ModelLibrary& library_;
  ConfiguredModel& model_;
};

}  // namespace

ConfiguredModel configure(const ModelLibrary& library, const std::string& model,
                          const std::map<std::string, std::string>& settings, Protocol protocol) {
  ConfiguredModel configured;
  configured.file = library.locate(model);
  configured.name = configured.file.empty() ? model : configured.file.stem().string();
  std::string network = models::NetworkOfFile::parse(model).network;
  std::ranges::replace(network, '/', '_');  // the name becomes part of a result's
  if (!configured.file.empty() && !network.empty()) configured.name += '-' + network;
  const auto blend = settings.find(kBlend);
  configured.network = blend == settings.end() ? library.open(model) : blended(library, model, blend->second);
  configured.settings = models::Settings(configured.network->descriptor().parameters);
  Assignment assign(library, configured);
  for (const auto& [name, text] : settings) {
    if (name != kBlend) assign(name, text);
  }
  for (const models::Parameter& parameter : configured.network->descriptor().parameters) {
    if (settings.contains(parameter.name)) continue;
    if (protocol == Protocol::Photos && !parameter.onPhotos.empty()) assign(parameter.name, parameter.onPhotos);
    if (const auto* matrix = std::get_if<models::MatrixInput>(&parameter.range)) {
      const fs::path file = library.companion(model, matrix->fileName);
      if (!file.empty()) assign(parameter.name, file.string());
    }
  }
  configured.descriptor = configured.network->describe(configured.settings);
  const std::vector<Message>& damage = configured.network->warnings();
  configured.notes.insert(configured.notes.end(), damage.begin(), damage.end());
  return configured;
}

}  // namespace heirloom::core
