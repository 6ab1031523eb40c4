#include "models/common/graphed.h"

#include <c10/core/InferenceMode.h>

#include "models/common/decorated_restorer.h"
#include "models/common/error.h"
#include "models/common/whole_statistics.h"

namespace heirloom::models {
namespace {

class GraphedSession : public Session {
 public:
  GraphedSession(std::unique_ptr<Session> session, std::unique_ptr<Graphs> graphs, const Settings& settings,
                 const Placement& placement, Observer& observer)
      : session_(std::move(session)),
        graphs_(std::move(graphs)),
        settings_(settings),
        device_(placement.device),
        observer_(observer) {}

  at::Tensor restore(const at::Tensor& picture) override {
    const c10::InferenceMode inference;
    if (observer_.stopRequested()) throw Stopped{};
    const int number = WholeStatistics::recordingNumber();
    if (number == WholeStatistics::kNotRecorded) return session_->restore(picture);
    const auto run = [this](const Tensors& inputs) -> Tensors {
      WholeStatistics::beginAgain();  // recording is a call beside the one that is compared with it
      return {session_->restore(inputs.front())};
    };
    return graphs_->call(number, run, {picture.to(device_, at::kFloat)}).front();
  }
  void change(const Settings& settings) override {
    // The ensemble says it before every view.
    if (settings == settings_) return;
    graphs_->clear();
    session_->change(settings);
    settings_ = settings;
  }

 private:
  std::unique_ptr<Session> session_;
  std::unique_ptr<Graphs> graphs_;  // of the session's weights: goes before it
  Settings settings_;
  at::Device device_;
  Observer& observer_;
};

class GraphedRestorer : public DecoratedRestorer {
 public:
  explicit GraphedRestorer(const std::shared_ptr<const Restorer>& restorer)
      : DecoratedRestorer(restorer, restorer->descriptor()) {}

  std::unique_ptr<Session> start(const Settings& settings, Placement placement, Observer& observer,
                                 NoiseSource* noise) const override {
    std::unique_ptr<Session> session = inner().start(settings, placement, observer, noise);
    std::unique_ptr<Graphs> graphs = graphsFor(placement, observer);
    return graphs ? graphed(std::move(session), std::move(graphs), settings, placement, observer) : std::move(session);
  }

 private:
  void adjust(Descriptor&, const Settings&) const override {}
};

}  // namespace

std::shared_ptr<const Restorer> withGraphs(std::shared_ptr<const Restorer> restorer) {
  return std::make_shared<GraphedRestorer>(restorer);
}

std::unique_ptr<Session> graphed(std::unique_ptr<Session> session, std::unique_ptr<Graphs> graphs,
                                 const Settings& settings, const Placement& placement, Observer& observer) {
  return std::make_unique<GraphedSession>(std::move(session), std::move(graphs), settings, placement, observer);
}

}  // namespace heirloom::models
