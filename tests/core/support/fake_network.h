#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "models/restorer.h"

namespace heirloom::tests {

/// A network made of one function, for what no real one does on demand. Called with what the engine shows it, N C H W.
class FakeNetwork : public models::Restorer {
 public:
  using Function = std::function<at::Tensor(const at::Tensor&, models::Observer&)>;

  explicit FakeNetwork(Function function, int channels = 3, int scale = 1);

  const models::Descriptor& descriptor() const override { return own; }
  std::unique_ptr<models::Session> start(const models::Settings& settings, models::Placement placement,
                                         models::Observer& observer, models::NoiseSource* noise) const override;

  models::Descriptor own;              // to be changed before the first run
  mutable std::atomic<int> calls = 0;  // of Session::restore
  mutable models::Settings settings;   // of the last session
  mutable models::Placement placement;
  mutable std::vector<at::Tensor> shown;  // what the calls were given, when `keep` is set
  bool keep = false;

 private:
  Function function_;
};

/// Gives what it is shown, every pixel so often along both sides as its scale says.
std::shared_ptr<FakeNetwork> identity(int channels = 3, int scale = 1);
/// Gives what it is shown, and `by` more.
std::shared_ptr<FakeNetwork> brighter(double by, int channels = 3);

/// Parameter "noise_level", as denoisers have it.
models::Parameter noiseLevel();

}  // namespace heirloom::tests
