#include "app/cli/forward_input.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/types.h>

#include <cmath>
#include <map>

#include "models/checkpoint/tensors.h"

namespace heirloom::app {
namespace {

std::string shapeText(const at::Tensor& tensor) {
  std::string text = "[";
  for (const std::int64_t side : tensor.sizes()) text += (text.size() == 1 ? "" : ",") + std::to_string(side);
  return text + "]";
}

Error unfit(const std::filesystem::path& file, const std::string& name, const at::Tensor& tensor, const std::string& wanted) {
  return Error(HEIRLOOM_TEXT("forward.tensor", "%1 is %2 of %3").with(name, shapeText(tensor), std::string(toString(tensor.scalar_type()))),
               HEIRLOOM_TEXT("forward.tensor.remedy", "it must be %1").with(wanted), file);
}

bool takesNoiseLevel(const models::Descriptor& network) { return models::Settings(network.parameters).has("noise_level"); }

ForwardInput readTensors(const std::filesystem::path& file, const models::Descriptor& network, Report& report) {
  const std::map<std::string, at::Tensor> tensors = models::readSafetensors(file);
  const auto image = tensors.find("image");
  if (image == tensors.end()) {
    throw Error(HEIRLOOM_TEXT("forward.image", "it holds no tensor named image"),
                HEIRLOOM_TEXT("forward.image.remedy", "store the picture as float32 [N,C,H,W] in 0..1 under that name"), file);
  }
  ForwardInput input{image->second, {}};
  const std::int64_t channels = network.channels;
  if (input.image.scalar_type() != at::kFloat || input.image.dim() != 4 || input.image.size(1) != channels || input.image.numel() == 0) {
    throw unfit(file, "image", input.image, "Float [N," + std::to_string(channels) + ",H,W]");
  }
  for (const auto& [name, tensor] : tensors) {
    if (name == "image") continue;
    if (name != "noise_level" || !takesNoiseLevel(network)) {
      report.warning(HEIRLOOM_TEXT("forward.unused", "%1 does not take the tensor %2").with(network.family, oneLine(name)), file);
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

/// 0.299 R + 0.587 G + 0.114 B, for 8 bit in OpenCV's fixed point: what the published grey figures were read with.
float greyOf(const float* rgb, bool eightBit) {
  if (!eightBit) return 0.299F * rgb[0] + 0.587F * rgb[1] + 0.114F * rgb[2];
  const auto value = [rgb](int band) { return std::lround(rgb[band] * 255); };
  return static_cast<float>((value(0) * 4899 + value(1) * 9617 + value(2) * 1868 + 8192) >> 14) / 255.0F;
}

class DrawnNoise : public models::NoiseSource {
 public:
  explicit DrawnNoise(std::uint64_t seed) : generator_(at::make_generator<at::CPUGeneratorImpl>(seed)) {}
  at::Tensor normal(at::IntArrayRef shape) override { return at::randn(shape, generator_, at::kFloat); }

 private:
  at::Generator generator_;
};

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
  const core::Layout& layout = photo.raster->layout();
  const int colours = core::colourBands(layout.model);
  if (colours == 4) {
    throw Error(HEIRLOOM_TEXT("forward.cmyk", "a bare network takes no CMYK picture"),
                HEIRLOOM_TEXT("forward.cmyk.remedy", "convert it to RGB first, or use restore"), photo.file);
  }
  const int bands = layout.bands();
  at::Tensor picture = at::empty({1, channels, layout.height, layout.width}, at::kFloat);
  auto planes = picture.accessor<float, 4>();
  std::vector<float> row(static_cast<std::size_t>(layout.width) * static_cast<std::size_t>(bands));
  for (std::int64_t y = 0; y < layout.height; ++y) {
    core::toFloat(*photo.raster, {0, y, layout.width, 1}, row);
    for (std::int64_t x = 0; x < layout.width; ++x) {
      const float* pixel = row.data() + x * bands;
      for (int channel = 0; channel < channels; ++channel) {
        const bool toGrey = channels == 1 && colours == 3;
        planes[0][channel][y][x] =
            toGrey ? greyOf(pixel, layout.type == core::SampleType::UInt8) : pixel[colours == 1 ? 0 : channel];
      }
    }
  }
  return picture;
}

ForwardInput readForwardInput(const std::filesystem::path& file, const models::Descriptor& network, Report& report) {
  if (file.extension() == ".safetensors") return readTensors(file, network, report);
  const core::Photo photo = core::readPhoto(file);
  for (const Message& warning : photo.warnings) report.warning(warning, file);
  return {pictureTensor(photo, network.channels), {}};
}

std::unique_ptr<models::NoiseSource> noiseSource(const std::filesystem::path& file, std::uint64_t seed) {
  if (file.empty()) return std::make_unique<DrawnNoise>(seed);
  return std::make_unique<StoredNoise>(file);
}

}  // namespace heirloom::app
