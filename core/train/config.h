#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/degrade/degradations.h"
#include "models/instantir/resampler_config.h"
#include "models/restorevar/config.h"
#include "models/restorevar/initial_transformer.h"

namespace heirloom::core {

/// What a training run does: one YAML document, decoupled from code. Every value has the default that stands here;
/// unknown keys are errors.
struct TrainConfig {
  /// What is learned: "denoise" (FFDNet, DnCNN, FDnCNN); of RestoreVAR "vqvae", then "decoder", "var" and "refiner",
  /// each from the weights of the one before (restorevar.md 7); of InstantIR "perceptor", then "previewer" and
  /// "aggregator", each from the folder that the one before wrote (instantir.md 6).
  std::string stage = "denoise";
  struct Dataset {
    std::filesystem::path folder;        // clean photos, searched recursively; photo.txt is the caption of photo.jpg
    std::vector<double> scales = {1.0};  // each photo is also seen reduced by these factors
    int patch = 64;                      // side in pixels
    int batch = 16;
    bool turns = true;  // patches are flipped and turned by quarters at random
    /// Photos, those of the validation too, are sharpened first, as Real-ESRGAN does it: what is learned and degraded.
    bool sharpen = false;
    /// Instead of the scales: photos, those of the validation too, are reduced until their shorter side has so many
    /// pixels; smaller ones stay as they are. 0: by the scales.
    int shortSide = 0;
    /// Instead of `folder`: several, and how many patches come from each, in relation to the others.
    std::map<std::filesystem::path, double> folders = {};
    bool operator==(const Dataset&) const = default;
  } dataset;
  struct Degradation {
    std::array<double, 2> sigma = {
        0, 75};  // deviation of Gaussian noise in 8-bit units, uniform in the range, one a patch
    /// By name, instead of the noise: one of them a patch, with parameters in these ranges.
    DegradationKinds kinds;
    bool operator==(const Degradation&) const = default;
  } degradation;
  struct Network {
    std::string family = "FFDNet";
    int channels = 3;
    int features = 96;
    int layers = 12;
    std::filesystem::path weights;  // checkpoint to start from; empty: new weights
    models::RestoreVarConfig restorevar = {};
    /// Of RestoreVAR, stage var alone: a checkpoint of VAR or RestoreVAR, whose tensors of the same name and shape the
    /// transformer starts from; empty: none.
    std::filesystem::path transformerWeights = {};
    /// Of RestoreVAR, a transformer that begins anew. VAR's temperature is for its long training: attention to one
    /// place out of hundreds needs more. One that is to copy begins so in stage var, whatever `weights` holds of it.
    models::InitialTransformer initial = {};
    /// Of InstantIR: its folder (models::kInstantIrFolder), where adapter, aggregator and previewer may be missing if
    /// they were not trained yet. What a stage trains goes on from the folder's, or begins anew.
    std::filesystem::path folder = {};
    models::ResamplerConfig resampler = {};  // of an adapter that begins anew; inputs and outputs are the folder's
    int rank = 64;                           // of a previewer that begins anew
    bool operator==(const Network&) const = default;
  } network;
  std::string loss = "l1";    // l1, l2, charbonnier, ssim; of RestoreVAR in stages vqvae and decoder alone,
                              // of InstantIR never
  double totalVariation = 0;  // weight of the result's total variation beside the loss
  double adversarial = 0;     // weight of what a discriminator that learns beside the network says of the result; of
                              // RestoreVAR in stages vqvae and decoder alone
  struct Optimizer {          // Adam (Kingma and Ba, ICLR 2015)
    double learningRate = 1e-3;
    std::array<double, 2> betas = {0.9, 0.999};
    double weightDecay = 0;
    bool decoupled = false;   // weight decay beside the gradient: AdamW (Loshchilov and Hutter, ICLR 2019)
    double clipGradient = 0;  // largest norm; 0: none
    int accumulate = 1;       // batches whose mean gradient one step takes
    bool operator==(const Optimizer&) const = default;
  } optimizer;
  struct Schedule {
    std::int64_t iterations = 50'000;
    std::int64_t warmUp = 500;             // linear from 0
    std::string decay = "cosine";          // cosine, linear, step, constant
    double finalRate = 1e-6;               // of cosine and linear
    double flat = 0;                       // of linear: the part of the run after the warm-up before it falls
    std::vector<std::int64_t> milestones;  // of step
    double gamma = 0.5;                    // of step
    bool operator==(const Schedule&) const = default;
  } schedule;
  /// Of InstantIR, stage perceptor alone: the parts of the pictures of which the network sees nothing, is told no
  /// caption, or neither, so that it can be guided (Ho and Salimans, 2022; instantir.md 6.10).
  struct Dropping {
    double picture = 0.05;
    double caption = 0.05;
    double both = 0.05;
    bool operator==(const Dropping&) const = default;
  } dropping;
  /// Of RestoreVAR, stages var and refiner alone: how often the transformer's last block leaves out what it adds (Huang
  /// et al., "Deep Networks with Stochastic Depth", 2016); from 0 in the first it rises linearly (restorevar.md 7.10).
  double dropPath = 0.0667;
  /// Of RestoreVAR, stage var alone: every scale counts alike in the loss, whatever its tokens. Published: every token.
  /// Where few pictures are seen the first scales, on which all others rest, are learned by that much sooner.
  bool equalScales = false;
  /// Of RestoreVAR, stage var alone: the part of a batch's pictures whose scales follow what the transformer itself
  /// chose before, and learn to mend that (Bengio et al., "Scheduled Sampling for Sequence Prediction with Recurrent
  /// Neural Networks", NeurIPS 2015). Published: 0, the truth alone.
  double scheduledSampling = 0;
  double emaDecay = 0.999;            // of the averaged weights that are saved; 0: none
  std::string precision = "float32";  // float32, bfloat16 (masters stay float32)
  /// Blocks keep their input alone for the way back, where the rest is computed again: less memory, a third more time.
  /// InstantIR alone.
  bool gradientCheckpointing = false;
  std::string device = "cpu";  // cpu, cuda, cuda:N; auto is settled when it is read
  struct Validation {
    std::filesystem::path folder;  // clean photos; empty: no validation
    double sigma = 25;             // of the noise where no degradation is named; otherwise as in the training
    int crop = 512;                // side of the centre crop of each photo; 0: the whole photo
    std::int64_t every = 1'000;    // iterations; checkpoints are written as often
    bool operator==(const Validation&) const = default;
  } validation;
  std::uint64_t seed = 0;
  std::filesystem::path output;                 // folder of checkpoint, log and result
  std::map<std::string, std::string> metadata;  // title, licence, ... written into the result

  bool operator==(const TrainConfig&) const = default;
};

/// Throws Error naming the file, the key and what it takes. Relative paths are relative to the file.
TrainConfig readTrainConfig(const std::filesystem::path& file);

}  // namespace heirloom::core
