#include <QCoreApplication>
#include <algorithm>
#include <stdexcept>
#include <string>

#include "ui/commands.h"

namespace heirloom::ui {
namespace {

using enum MenuId;
using Kind = Command::Kind;

constexpr Need kReady = Need::Photo | Need::Idle;

constexpr Command kCommands[] = {
    {"file.open", File, QT_TRANSLATE_NOOP("Commands", "&Open..."), QT_TRANSLATE_NOOP("Commands", "Open photos"), "open",
     "Ctrl+O"},
    {"file.openFolder", File, QT_TRANSLATE_NOOP("Commands", "Open &Folder..."),
     QT_TRANSLATE_NOOP("Commands", "Open all photos of a folder"), "open-folder", "Ctrl+Shift+O"},
    {"file.save", File, QT_TRANSLATE_NOOP("Commands", "&Save"), QT_TRANSLATE_NOOP("Commands", "Save the result"),
     "save", "Ctrl+S", Need::Result | Need::Idle, Kind::Window, true},
    {"file.saveAs", File, QT_TRANSLATE_NOOP("Commands", "Save &As..."),
     QT_TRANSLATE_NOOP("Commands", "Save under another name or in another format"), "save-as", "Ctrl+Shift+S", kReady},
    {"file.close", File, QT_TRANSLATE_NOOP("Commands", "&Close Photo"),
     QT_TRANSLATE_NOOP("Commands", "Take this photo out of the window"), "close", "Ctrl+W", Need::Document,
     Kind::Window, true},
    {"file.quit", File, QT_TRANSLATE_NOOP("Commands", "&Quit"), QT_TRANSLATE_NOOP("Commands", "Leave Heirloom"), "",
     "Ctrl+Q"},

    {"edit.undo", Edit, QT_TRANSLATE_NOOP("Commands", "&Undo"),
     QT_TRANSLATE_NOOP("Commands", "Take the last step back"), "undo", "Ctrl+Z", Need::Undo | Need::Idle},
    {"edit.redo", Edit, QT_TRANSLATE_NOOP("Commands", "&Redo"), QT_TRANSLATE_NOOP("Commands", "Do the step again"),
     "redo", "Ctrl+Shift+Z Ctrl+Y", Need::Redo | Need::Idle},
    {"edit.copy", Edit, QT_TRANSLATE_NOOP("Commands", "&Copy"),
     QT_TRANSLATE_NOOP("Commands", "Copy the picture as it is shown"), "copy", "Ctrl+C", Need::Photo, Kind::Window,
     true},
    {"edit.paste", Edit, QT_TRANSLATE_NOOP("Commands", "&Paste"),
     QT_TRANSLATE_NOOP("Commands", "Open the picture of the clipboard"), "paste", "Ctrl+V"},
    {"edit.preferences", Edit, QT_TRANSLATE_NOOP("Commands", "Pre&ferences..."),
     QT_TRANSLATE_NOOP("Commands", "Appearance, colours, device, shortcuts"), "settings", "Ctrl+,", Need::Nothing,
     Kind::Window, true},

    {"view.zoomIn", View, QT_TRANSLATE_NOOP("Commands", "Zoom &In"), QT_TRANSLATE_NOOP("Commands", "Show it larger"),
     "zoom-in", "+ = Ctrl++", Need::Photo},
    {"view.zoomOut", View, QT_TRANSLATE_NOOP("Commands", "Zoom &Out"), QT_TRANSLATE_NOOP("Commands", "Show it smaller"),
     "zoom-out", "- Ctrl+-", Need::Photo},
    {"view.fit", View, QT_TRANSLATE_NOOP("Commands", "&Fit in Window"),
     QT_TRANSLATE_NOOP("Commands", "Show the whole photo"), "zoom-fit", "Ctrl+0", Need::Photo},
    {"view.actualSize", View, QT_TRANSLATE_NOOP("Commands", "&100 %"),
     QT_TRANSLATE_NOOP("Commands", "One pixel of the photo on one pixel of the screen"), "zoom-100", "Ctrl+1",
     Need::Photo},
    {"view.compare", View, QT_TRANSLATE_NOOP("Commands", "&Divider"),
     QT_TRANSLATE_NOOP("Commands", "Before and after side by side, or the result alone"), "compare", "M", Need::Photo,
     Kind::Checked, true},
    {"view.swap", View, QT_TRANSLATE_NOOP("Commands", "S&wap Sides"),
     QT_TRANSLATE_NOOP("Commands", "Result on the left, original on the right"), "swap", "C", Need::Result,
     Kind::Checked},
    {"view.original", View, QT_TRANSLATE_NOOP("Commands", "Show Ori&ginal While Held"),
     QT_TRANSLATE_NOOP("Commands", "See the original for as long as the key is held"), "", "\\", Need::Photo,
     Kind::Held},
    {"view.previous", View, QT_TRANSLATE_NOOP("Commands", "&Previous Photo"),
     QT_TRANSLATE_NOOP("Commands", "Step to the photo before"), "previous", "Left", Need::Several, Kind::Viewer, true},
    {"view.next", View, QT_TRANSLATE_NOOP("Commands", "&Next Photo"),
     QT_TRANSLATE_NOOP("Commands", "Step to the photo after"), "next", "Right", Need::Several, Kind::Viewer},
    {"view.panel", View, QT_TRANSLATE_NOOP("Commands", "&Side Panel"),
     QT_TRANSLATE_NOOP("Commands", "Show or hide the settings"), "", "F9", Need::Nothing, Kind::Checked, true},
    {"view.fullScreen", View, QT_TRANSLATE_NOOP("Commands", "F&ull Screen"),
     QT_TRANSLATE_NOOP("Commands", "Use the whole screen"), "", "F11", Need::Nothing, Kind::Checked},

    {"restore.run", Restore, QT_TRANSLATE_NOOP("Commands", "&Run"),
     QT_TRANSLATE_NOOP("Commands", "Restore the photo with the chosen model"), "run", "Ctrl+Return Ctrl+Enter",
     kReady | Need::Model},
    {"restore.goOn", Restore, QT_TRANSLATE_NOOP("Commands", "C&ontinue from Here"),
     QT_TRANSLATE_NOOP(
         "Commands",
         "Go on from the chosen step with the words and settings as they are now; the number of steps, the "
         "sizes and the seed stay those of its run"),
     "next", "Ctrl+Shift+Return Ctrl+Shift+Enter", kReady | Need::Step},
    {"restore.cancel", Restore, QT_TRANSLATE_NOOP("Commands", "&Cancel"), QT_TRANSLATE_NOOP("Commands", "Stop the run"),
     "cancel", "Esc", Need::Running},

    {"models.openCheckpoint", Models, QT_TRANSLATE_NOOP("Commands", "&Open Checkpoint..."),
     QT_TRANSLATE_NOOP("Commands", "Use a network from a file: .safetensors, .pth"), "model", "Ctrl+Shift+M"},
    {"models.refresh", Models, QT_TRANSLATE_NOOP("Commands", "&Look Again"),
     QT_TRANSLATE_NOOP("Commands", "Search the model folders again"), "", "F5"},
    {"models.folder", Models, QT_TRANSLATE_NOOP("Commands", "Open Model &Folder"),
     QT_TRANSLATE_NOOP("Commands", "Put checkpoints there to have them in the list"), "open-folder", ""},

    {"help.shortcuts", Help, QT_TRANSLATE_NOOP("Commands", "&Shortcuts"),
     QT_TRANSLATE_NOOP("Commands", "All commands and their keys"), "", "F1"},
    {"help.systemInformation", Help, QT_TRANSLATE_NOOP("Commands", "&Copy System Information"),
     QT_TRANSLATE_NOOP("Commands", "Version and devices, for a report; nothing is sent"), "copy", ""},
    {"help.about", Help, QT_TRANSLATE_NOOP("Commands", "&About Heirloom"),
     QT_TRANSLATE_NOOP("Commands", "Version and licence"), "info", "", Need::Nothing, Kind::Window, true},
};

constexpr const char* kMenus[] = {QT_TRANSLATE_NOOP("Commands", "&File"),   QT_TRANSLATE_NOOP("Commands", "&Edit"),
                                  QT_TRANSLATE_NOOP("Commands", "&View"),   QT_TRANSLATE_NOOP("Commands", "&Restore"),
                                  QT_TRANSLATE_NOOP("Commands", "&Models"), QT_TRANSLATE_NOOP("Commands", "&Help")};

}  // namespace

std::span<const Command> commands() {
  return kCommands;
}

const Command& command(std::string_view id) {
  const auto found =
      std::ranges::find(kCommands, id, [](const Command& command) { return std::string_view(command.id); });
  if (found == std::end(kCommands)) throw std::logic_error("no command " + std::string(id));
  return *found;
}

QString commandText(const Command& command) {
  QString text = QCoreApplication::translate("Commands", command.text);
  text.remove(u'&');
  if (text.endsWith(QLatin1String("..."))) text.chop(3);
  return text;
}

QString menuTitle(MenuId menu) {
  return QCoreApplication::translate("Commands", kMenus[static_cast<int>(menu)]);
}

}  // namespace heirloom::ui
