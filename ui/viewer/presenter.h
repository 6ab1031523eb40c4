#pragma once

#include <QObject>
#include <QPointer>
#include <memory>
#include <vector>

#include "ui/viewer/tile_pyramid.h"

namespace heirloom::ui {

class Document;
class Viewer;

/// Keeps a viewer showing what the current document has: its original, its result, the result that grows right now, or
/// a step of it.
class Presenter : public QObject {
  Q_OBJECT
 public:
  Presenter(Workers& workers, Viewer& viewer, QObject* parent = nullptr);

  void setDocument(Document* document);  // null: nothing
  /// The ICC profile of the screen; empty: sRGB.
  void setDisplayProfile(std::vector<std::byte> profile);

 private:
  void showPhoto();
  void showResult();
  void showStrength();
  void showStep();
  void chooseColours();
  std::unique_ptr<TilePyramid> pyramid(std::shared_ptr<const core::Raster> raster,
                                       std::shared_ptr<std::shared_mutex> writing = {});

  Workers& workers_;
  Viewer& viewer_;
  QPointer<Document> document_;
  std::vector<std::byte> display_;
  std::unique_ptr<TilePyramid> before_;
  std::unique_ptr<TilePyramid> after_;
  std::unique_ptr<TilePyramid> blended_;
  std::unique_ptr<TilePyramid> step_;
  std::shared_ptr<const DisplayColours> colours_;
  std::weak_ptr<const core::Raster> shown_;  // what `after_` shows: a result that grew needs no second pyramid
};

}  // namespace heirloom::ui
