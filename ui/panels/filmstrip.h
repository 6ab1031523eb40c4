#pragma once

#include <QListWidget>
#include <map>
#include <set>

#include "ui/background.h"

namespace heirloom::ui {

class Document;

/// The open photos side by side, to step through; a dot marks an unsaved result. Thumbnails are made by a worker.
class Filmstrip : public QListWidget {
  Q_OBJECT
 public:
  explicit Filmstrip(Workers& workers, QWidget* parent = nullptr);

  void add(Document* document);
  void remove(Document* document);
  void setCurrent(Document* document);

 Q_SIGNALS:
  void chosen(Document* document);

 private:
  void makeThumbnail(Document* document);
  void updateLabel(Document* document);

  Workers& workers_;
  std::map<Document*, QListWidgetItem*> items_;
  std::set<Document*> pictured_;  // those whose thumbnail is there or on its way
};

}  // namespace heirloom::ui
