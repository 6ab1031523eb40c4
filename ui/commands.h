#pragma once

#include <QAction>
#include <QKeySequence>
#include <QObject>
#include <QStringList>
#include <map>
#include <span>
#include <string_view>

namespace heirloom::ui {

class AppSettings;

/// The facts that decide whether a command can be used now.
enum class Need : unsigned {
  Nothing = 0,
  Photo = 1,     // one is open and read
  Result = 2,    // it has a restored result
  Idle = 4,      // nothing runs on it
  Running = 8,   // something does
  Several = 16,  // more than one photo is open
  Undo = 32,
  Redo = 64,
  Model = 128,     // one is chosen
  Document = 256,  // a photo is in the window, read or not
  Step = 512,      // a run can go on from the step that is chosen
};
constexpr Need operator|(Need a, Need b) {
  return static_cast<Need>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool satisfied(Need needs, Need facts) {
  return (static_cast<unsigned>(needs) & ~static_cast<unsigned>(facts)) == 0;
}

enum class MenuId { File, Edit, View, Restore, Models, Help };

/// One thing a person can do. Menus, tool bar, shortcut editor and help are views of the table of these.
struct Command {
  enum class Kind {
    Window,   // anywhere in the window
    Viewer,   // while the photo has the focus: keys that other widgets need as well
    Held,     // works for as long as its key is held
    Checked,  // anywhere, on or off
  };
  const char* id;
  MenuId menu;
  const char* text;  // with its mnemonic
  const char* tip;
  const char* icon;       // name in the resources, "" for none
  const char* shortcuts;  // portable text, the usual one first, separated by blanks
  Need needs = Need::Nothing;
  Kind kind = Kind::Window;
  bool separated = false;  // a line above it in the menu
};

std::span<const Command> commands();
const Command& command(std::string_view id);

/// The table in the person's language.
QString commandText(const Command& command);  // without mnemonic and dots
QString menuTitle(MenuId menu);               // with mnemonic

/// The actions of one window, made from the table.
class CommandSet : public QObject {
  Q_OBJECT
 public:
  /// Actions belong to `window`, those of Kind::Viewer are added to `viewer`.
  CommandSet(AppSettings& settings, QWidget* window, QWidget* viewer);

  QAction* operator[](std::string_view id) const;
  /// Enables what `facts` allow.
  void setFacts(Need facts);
  /// Draws the icons anew, in the theme's colour.
  void updateIcons();

 Q_SIGNALS:
  /// The key of a command that works while it is held went down or up.
  void held(const QString& id, bool down);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void updateShortcuts();

  AppSettings& settings_;
  QWidget* window_;
  std::map<std::string_view, QAction*> actions_;
  std::map<std::string_view, QList<QKeySequence>> heldKeys_;
};

/// The shortcuts of a command as they are now: the person's, otherwise the table's.
QList<QKeySequence> shortcutsOf(const Command& command, const AppSettings& settings);

/// Commands that share a shortcut, ids to the text of the sequence; empty when all is well.
std::map<std::string_view, QString> conflicts(const std::map<std::string_view, QList<QKeySequence>>& shortcuts);

}  // namespace heirloom::ui
