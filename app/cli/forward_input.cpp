#include "app/cli/forward_input.h"

#include <torch/types.h>

#include <map>

#include "core/quality/picture_samples.h"
#include "models/checkpoint/tensors.h"
#include "models/common/blur_kernel.h"

namespace heirloom::app {
namespace {

std::string shapeText(const at::Tensor& tensor) {
  std::string text = "[";
  for (const std::int64_t side : tensor.sizes()) text += (text.size() == 1 ? "" : ",") + std::to_string(side);
  return text + "]";
}

Error unfit(const std::filesystem::path& file, const std::string& name, const at::Tensor& tensor,
            const std::string& wanted) {
  return Error(HEIRLOOM_TEXT("forward.tensor", "%1 is %2 of %3")
                   .with(name, shapeText(tensor), std::string(toString(tensor.scalar_type()))),
               HEIRLOOM_TEXT("forward.tensor.remedy", "it must be %1").with(wanted), file);
}

/// A deblocker, say, has a noise level that does not count.
bool takes(const models::Settings& settings, const char* name) {
  return settings.has(name) && settings.counts(name);
}

/// float32 [1,1,h,w] as a kernel; its sum is made 1, which `report` says.
models::Grid kernelOf(const std::filesystem::path& file, const at::Tensor& tensor, Report& report) {
  const bool fits = tensor.scalar_type() == at::kFloat && tensor.dim() == 4 && tensor.size(0) == 1 &&
                    tensor.size(1) == 1 && tensor.numel() > 0 &&
                    std::max(tensor.size(2), tensor.size(3)) <= models::kLargestKernel;
  if (!fits) throw unfit(file, "kernel", tensor, "Float [1,1,h,w] of at most 255 a side");
  const at::Tensor values = tensor.contiguous();
  const float* begin = values.const_data_ptr<float>();
  const models::Grid given = {
      "kernel", static_cast<int>(tensor.size(2)), static_cast<int>(tensor.size(3)), {begin, begin + values.numel()}};
  models::Grid kernel = models::normalised(given);
  if (const std::optional<Message> scaled = models::noteOnSum(given)) report.warning(*scaled, file);
  return kernel;
}

ForwardInput readTensors(const std::filesystem::path& file, const models::Descriptor& network,
                         const models::Settings& settings, Report& report) {
  const std::map<std::string, at::Tensor> tensors = models::readSafetensors(file);
  const auto image = tensors.find("image");
  if (image == tensors.end()) {
    throw Error(HEIRLOOM_TEXT("forward.image", "it holds no tensor named image"),
                HEIRLOOM_TEXT("forward.image.remedy", "store the picture as float32 [N,C,H,W] in 0..1 under that name"),
                file);
  }
  ForwardInput input{image->second, {}, {}};
  const std::int64_t channels = network.channels;
  if (input.image.scalar_type() != at::kFloat || input.image.dim() != 4 || input.image.size(1) != channels ||
      input.image.numel() == 0) {
    throw unfit(file, "image", input.image, "Float [N," + std::to_string(channels) + ",H,W]");
  }
  for (const auto& [name, tensor] : tensors) {
    if (name == "image") continue;
    if (name == "kernel" && takes(settings, "kernel")) {
      input.kernel = kernelOf(file, tensor, report);
      continue;
    }
    if (name != "noise_level" || !takes(settings, "noise_level")) {
      report.warning(
          HEIRLOOM_TEXT("forward.unused", "%1 does not take the tensor %2").with(network.family, oneLine(name)), file);
      continue;
    }
    const std::int64_t pictures = input.image.size(0);
    if (!tensor.is_floating_point() || tensor.dim() != 1 || (tensor.size(0) != 1 && tensor.size(0) != pictures)) {
      throw unfit(file, name, tensor, "Float [1] or [" + std::to_string(pictures) + "]");
    }
    const at::Tensor levels = tensor.to(at::kDouble).expand({pictures}).contiguous();
    input.noiseLevels.assign(levels.const_data_ptr<double>(), levels.const_data_ptr<double>() + pictures);
  }
  return input;
}

class StoredNoise : public models::NoiseSource {
 public:
  explicit StoredNoise(const std::filesystem::path& file) : file_(file), tensors_(models::readSafetensors(file)) {}
  at::Tensor normal(at::IntArrayRef shape) override {
    const std::string name = "noise." + std::to_string(next_++);
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) {
      throw Error(HEIRLOOM_TEXT("forward.noise", "the network draws once more and there is no %1").with(name),
                  HEIRLOOM_TEXT("forward.noise.remedy", "store a tensor for each draw"), file_);
    }
    if (found->second.sizes() != shape) {
      throw unfit(file_, name, found->second, "of the shape " + shapeText(at::empty(shape, at::kMeta)));
    }
    return found->second.to(at::kFloat);
  }

 private:
  std::filesystem::path file_;
  std::map<std::string, at::Tensor> tensors_;
  int next_ = 0;
};

}  // namespace

at::Tensor pictureTensor(const core::Photo& photo, int channels) {
  const core::FloatImage read = core::samplesOf(photo);
  core::FloatImage picture = channels == 1 ? core::greyOf(read) : core::colourOf(read);
  return at::from_blob(picture.values.data(), {1, picture.height, picture.width, picture.bands}, at::kFloat)
      .permute({0, 3, 1, 2})  // N C H W
      .clone(at::MemoryFormat::Contiguous);
}

ForwardInput readForwardInput(const std::filesystem::path& file, const models::Descriptor& network,
                              const models::Settings& settings, Report& report) {
  if (file.extension() == ".safetensors") return readTensors(file, network, settings, report);
  const core::Photo photo = core::readPhoto(file);
  for (const Message& warning : photo.warnings) report.warning(warning, file);
  try {
    return {pictureTensor(photo, network.channels), {}, {}};
  } catch (const Error& error) {
    throw error.file().empty() ? error.in(file) : error;
  }
}

std::unique_ptr<models::NoiseSource> storedNoise(const std::filesystem::path& file) {
  return file.empty() ? nullptr : std::make_unique<StoredNoise>(file);
}

}  // namespace heirloom::app
