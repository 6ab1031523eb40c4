#include "ui/viewer/presenter.h"

#include "ui/document.h"
#include "ui/viewer/viewer.h"

namespace heirloom::ui {
namespace {

/// Where `raster` lies: it is the step's picture, or squares of 2^n pixels of it, the last of which stand out.
core::Box placeOf(const RunStep& step, const core::Raster& raster) {
  std::int64_t side = 1;
  while (raster.width() * side < step.box.width || raster.height() * side < step.box.height) side *= 2;
  return {step.box.x, step.box.y, raster.width() * side, raster.height() * side};
}

}  // namespace

Presenter::Presenter(Workers& workers, Viewer& viewer, QObject* parent)
    : QObject(parent), workers_(workers), viewer_(viewer) {}

void Presenter::setDocument(Document* document) {
  if (document_ == document && document) return;
  if (document_) {
    disconnect(document_, nullptr, this, nullptr);
    disconnect(&document_->steps(), nullptr, this, nullptr);
  }
  document_ = document;
  if (document) {
    connect(document, &Document::stateChanged, this, &Presenter::showPhoto);
    connect(document, &Document::resultChanged, this, &Presenter::showResult);
    connect(document, &Document::runChanged, this, &Presenter::showResult);
    connect(document, &Document::strengthChanged, this, &Presenter::showStrength);
    connect(&document->steps(), &RunSteps::chosenChanged, this, &Presenter::showStep);
    connect(&document->steps(), &RunSteps::forgotten, this, &Presenter::showStep);
  }
  showPhoto();
}

void Presenter::setDisplayProfile(std::vector<std::byte> profile) {
  if (profile == display_) return;
  display_ = std::move(profile);
  if (!before_) return;
  chooseColours();
  auto before = pyramid(document_->photo()->raster);
  viewer_.setPictures(before.get(), nullptr, true);
  before_ = std::move(before);
  shown_.reset();
  showResult();
}

void Presenter::chooseColours() {
  const core::Photo& photo = *document_->photo();
  colours_ = std::make_shared<const DisplayColours>(photo.raster->layout().model, photo.iccProfile, display_);
}

std::unique_ptr<TilePyramid> Presenter::pyramid(std::shared_ptr<const core::Raster> raster,
                                                std::shared_ptr<std::shared_mutex> writing) {
  auto picture = std::make_shared<const DisplayPicture>(std::move(raster), colours_, std::move(writing));
  return std::make_unique<TilePyramid>(workers_.display, std::move(picture));
}

void Presenter::showPhoto() {
  viewer_.setPictures(nullptr, nullptr, false);
  viewer_.setStep(nullptr);
  before_.reset();
  after_.reset();
  blended_.reset();
  step_.reset();
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
  chooseColours();
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
  if (raster && raster == shown_.lock()) {
    showStrength();
    return showStep();
  }
  shown_ = raster;
  std::unique_ptr<TilePyramid> next;
  if (raster) next = pyramid(raster, growing ? run->picture().writing : nullptr);
  if (growing) {
    const auto refresh = [this, layer = next.get()](const core::Box& box) {
      layer->invalidate(box);
      viewer_.update();
    };
    connect(run, &EngineRun::tileWritten, next.get(), refresh);
    connect(run, &EngineRun::previewed, next.get(), [refresh](const RunPreview& preview) { refresh(preview.box); });
  }
  viewer_.setPictures(before_.get(), next.get(), true);
  after_ = std::move(next);
  showStrength();
  showStep();
}

void Presenter::showStep() {
  const RunStep* step = after_ && document_->showsSteps() ? document_->steps().apart() : nullptr;
  std::unique_ptr<TilePyramid> next;
  const std::shared_ptr<const core::Raster> picture = step ? step->picture() : nullptr;
  const std::shared_ptr<const core::Raster> raster = picture || !step ? picture : step->raster;
  if (raster && raster != shown_.lock()) {
    next = pyramid(raster);
    viewer_.setStep(next.get(), placeOf(*step, *raster), captionOf(*step));
  } else {
    viewer_.setStep(nullptr);
  }
  step_ = std::move(next);
}

void Presenter::showStrength() {
  if (!before_) return;
  const EngineRun* run = document_->run();
  const bool growing = run && run->picture().raster;
  const double strength = growing ? 1 : document_->strength();
  std::unique_ptr<TilePyramid> next;
  if (strength < 1 && document_->result()) {
    Blend blend{document_->photo()->raster, document_->result()->raster, strength};
    next = std::make_unique<TilePyramid>(workers_.display,
                                         std::make_shared<const DisplayPicture>(std::move(blend), colours_));
  }
  viewer_.setStrength(strength);
  viewer_.setBlended(next.get());
  blended_ = std::move(next);
}

}  // namespace heirloom::ui
