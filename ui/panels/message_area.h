#pragma once

#include <QList>
#include <QWidget>
#include <functional>

#include "models/common/error.h"

namespace heirloom::ui {

/// What the window says in words: errors with what to do, warnings, questions that can wait. Stands above the photo,
/// never in the way; at most kMost at a time, the oldest goes first.
class MessageArea : public QWidget {
  Q_OBJECT
 public:
  static constexpr int kMost = 3;
  enum class Severity { Information, Warning, Error };
  struct Answer {
    QString text;
    std::function<void()> act;
  };

  explicit MessageArea(QWidget* parent = nullptr);

  /// Stays until it is closed or answered. The same text again replaces the first.
  void show(Severity severity, const QString& text, const QList<Answer>& answers = {});
  void show(const Error& error);
  /// A photo's or a run's warnings as one message.
  void showWarnings(const QString& about, const std::vector<Message>& warnings);

  /// Texts of what stands there, the latest last.
  QStringList texts() const;
  void clear();
  /// Takes away what was said of the photo of that name: of its last run, when the next one begins.
  void clearAbout(const QString& photo);

 private:
  QList<QWidget*> rows_;
};

}  // namespace heirloom::ui
