#pragma once

#include <QObject>
#include <memory>
#include <vector>

#include "ui/document.h"

namespace heirloom::ui {

/// The photos of a window and which of them is looked at. Pixels are kept for the current one, the one before it, and
/// those that have results.
class PhotoSet : public QObject {
  Q_OBJECT
 public:
  explicit PhotoSet(Workers& workers, QObject* parent = nullptr);
  ~PhotoSet() override;

  /// Files, and the photos that lie in folders. What is open already is only shown again.
  void open(const std::vector<std::filesystem::path>& paths);
  void addImage(const QImage& image);
  void add(std::unique_ptr<Document> document);

  Document* current() const { return current_; }
  void setCurrent(Document* document);
  void step(int direction);  // +1 next, -1 previous; stops at the ends
  void close(Document* document);

  int count() const { return static_cast<int>(documents_.size()); }
  std::vector<Document*> documents() const;
  /// Those whose closing loses something: an unsaved result, a run that is not over.
  std::vector<Document*> unfinished() const;

 Q_SIGNALS:
  void added(Document* document);
  void removed(Document* document);         // still alive
  void currentChanged(Document* document);  // null: none
  void failed(const Error& error);

 private:
  Document* find(const std::filesystem::path& file) const;

  Workers& workers_;
  std::vector<std::unique_ptr<Document>> documents_;
  Document* current_ = nullptr;
  Document* before_ = nullptr;
};

}  // namespace heirloom::ui
