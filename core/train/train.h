#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/train/config.h"

namespace heirloom::core {

struct TrainProgress {
  std::int64_t iteration = 0;  // finished
  std::int64_t iterations = 0;
  double loss = 0;  // mean since the last report
  double learningRate = 0;
  double psnr = std::numeric_limits<double>::quiet_NaN();  // of the averaged weights, when just validated
  std::chrono::duration<double> elapsed{};                 // of all sessions of this run
  std::vector<std::pair<std::string, double>> figures;     // beside the PSNR (Validation::names), when just validated
};

class TrainObserver {
 public:
  virtual ~TrainObserver() = default;
  /// Every 100 iterations and after each validation; on the calling thread.
  virtual void progress(const TrainProgress& progress) = 0;
};

/// Trains to the end and returns what models::open takes with the averaged weights: `output`/weights.safetensors, of
/// InstantIR the folder `output`/model. Writes `output`/log.csv (iteration, seconds, loss, learning_rate, psnr and what
/// else a validation says) and, at every validation and when stopped, `output`/state.safetensors, from which the next
/// call goes on exactly where it was: weights, moments, average and iteration, from which the random numbers follow. A
/// run that was killed goes on from the last state, and what its log says of later iterations is taken out. Throws
/// Stopped when asked to, Error otherwise.
std::filesystem::path train(const TrainConfig& config, TrainObserver& observer, std::stop_token stop);

}  // namespace heirloom::core
