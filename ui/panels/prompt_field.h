#pragma once

#include <QStringList>
#include <QWidget>
#include <utility>
#include <vector>

class QMenu;
class QPlainTextEdit;

namespace heirloom::ui {

/// A text that a network listens to: an editor of some lines, and a menu of ready-made texts and of those that were
/// used before. Alt+Up and Alt+Down go through the latter, Shift+Enter submits.
class PromptField : public QWidget {
  Q_OBJECT
 public:
  explicit PromptField(QWidget* parent = nullptr);

  /// For those who cannot see its label.
  void describe(const QString& name, const QString& help);

  QString text() const;
  void setText(const QString& text);

  /// Ready-made texts under their names.
  void setPresets(std::vector<std::pair<QString, QString>> presets) { presets_ = std::move(presets); }
  /// Texts used before, the latest first.
  void setHistory(QStringList history);

 Q_SIGNALS:
  void changed();
  void submitted();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  /// As if it had been typed: it can be undone in the editor.
  void type(const QString& text);
  void step(int older);
  void fill(QMenu& menu);

  std::vector<std::pair<QString, QString>> presets_;
  QStringList history_;
  int shown_ = -1;   // place in the history; -1: what is being written
  QString written_;  // the latter while the history is looked through
  QPlainTextEdit* editor_;
};

}  // namespace heirloom::ui
