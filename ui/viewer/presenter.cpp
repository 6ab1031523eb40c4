#include "ui/viewer/presenter.h"

#include "ui/document.h"
#include "ui/viewer/viewer.h"

namespace heirloom::ui {

Presenter::Presenter(Workers& workers, Viewer& viewer, QObject* parent)
    : QObject(parent), workers_(workers), viewer_(viewer) {}

void Presenter::setDocument(Document* document) {
  if (document_ == document && document) return;
  if (document_) disconnect(document_, nullptr, this, nullptr);
  document_ = document;
  if (document) {
    connect(document, &Document::stateChanged, this, &Presenter::showPhoto);
    connect(document, &Document::resultChanged, this, &Presenter::showResult);
    connect(document, &Document::runChanged, this, &Presenter::showResult);
    connect(document, &Document::strengthChanged, &viewer_, [this](double strength) {
      if (!document_->run()) viewer_.setStrength(strength);
    });
  }
  showPhoto();
}

void Presenter::setDisplayProfile(std::vector<std::byte> profile) {
  if (profile == display_) return;
  display_ = std::move(profile);
  if (!before_) return;
  before_ = pyramid(document_->photo()->raster);
  shown_.reset();
  showResult();
}

std::unique_ptr<TilePyramid> Presenter::pyramid(std::shared_ptr<const core::Raster> raster,
                                                std::shared_ptr<std::shared_mutex> writing) {
  auto picture = std::make_shared<const DisplayPicture>(std::move(raster), document_->photo()->iccProfile, display_,
                                                        std::move(writing));
  return std::make_unique<TilePyramid>(workers_.display, std::move(picture));
}

void Presenter::showPhoto() {
  viewer_.setPictures(nullptr, nullptr, false);
  before_.reset();
  after_.reset();
  shown_.reset();
  viewer_.setNotice({});
  if (!document_) return;
  switch (document_->state()) {
    case Document::State::Unloaded:
    case Document::State::Loading:
      viewer_.setNotice(tr("Opening %1...").arg(document_->name()));
      return;
    case Document::State::Failed:
      viewer_.setNotice(tr("%1 cannot be shown.").arg(document_->name()));
      return;
    case Document::State::Ready:
      break;
  }
  before_ = pyramid(document_->photo()->raster);
  viewer_.setPictures(before_.get(), nullptr, false);
  showResult();
}

void Presenter::showResult() {
  if (!before_) return;
  const EngineRun* run = document_->run();
  const bool growing = run && run->picture().raster;
  const std::shared_ptr<const core::Raster> raster = growing               ? run->picture().raster
                                                     : document_->result() ? document_->result()->raster
                                                                           : nullptr;
  viewer_.setStrength(growing ? 1 : document_->strength());
  if (raster && raster == shown_.lock()) return;
  shown_ = raster;
  std::unique_ptr<TilePyramid> next;
  if (raster) next = pyramid(raster, growing ? run->picture().writing : nullptr);
  if (growing) {
    connect(run, &EngineRun::tileWritten, next.get(), [this, layer = next.get()](const core::Box& box) {
      layer->invalidate(box);
      viewer_.update();
    });
  }
  viewer_.setPictures(before_.get(), next.get(), true);
  after_ = std::move(next);
}

}  // namespace heirloom::ui
