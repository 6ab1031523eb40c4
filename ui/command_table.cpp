#include <QCoreApplication>
#include <algorithm>
#include <stdexcept>
#include <string>

#include "ui/commands.h"

namespace heirloom::ui {
namespace {

using enum MenuId;
using Kind = Command::Kind;

#define TEXT(text) QT_TRANSLATE_NOOP("Commands", text)

constexpr Need kReady = Need::Photo | Need::Idle;

constexpr Command kCommands[] = {
    {"file.open", File, TEXT("&Open..."), TEXT("Open photos"), "open", "Ctrl+O"},
    {"file.openFolder", File, TEXT("Open &Folder..."), TEXT("Open all photos of a folder"), "open-folder", "Ctrl+Shift+O"},
    {"file.save", File, TEXT("&Save"), TEXT("Save the result"), "save", "Ctrl+S", Need::Result | Need::Idle, Kind::Window, true},
    {"file.saveAs", File, TEXT("Save &As..."), TEXT("Save under another name or in another format"), "save-as", "Ctrl+Shift+S", kReady},
    {"file.close", File, TEXT("&Close Photo"), TEXT("Take this photo out of the window"), "close", "Ctrl+W", Need::Document, Kind::Window, true},
    {"file.quit", File, TEXT("&Quit"), TEXT("Leave Heirloom"), "", "Ctrl+Q"},

    {"edit.undo", Edit, TEXT("&Undo"), TEXT("Take the last step back"), "undo", "Ctrl+Z", Need::Undo | Need::Idle},
    {"edit.redo", Edit, TEXT("&Redo"), TEXT("Do the step again"), "redo", "Ctrl+Shift+Z Ctrl+Y", Need::Redo | Need::Idle},
    {"edit.copy", Edit, TEXT("&Copy"), TEXT("Copy the picture as it is shown"), "copy", "Ctrl+C", Need::Photo, Kind::Viewer, true},
    {"edit.paste", Edit, TEXT("&Paste"), TEXT("Open the picture of the clipboard"), "paste", "Ctrl+V"},
    {"edit.preferences", Edit, TEXT("Pre&ferences..."), TEXT("Appearance, colours, device, shortcuts"), "settings", "Ctrl+,", Need::Nothing, Kind::Window, true},

    {"view.zoomIn", View, TEXT("Zoom &In"), TEXT("Show it larger"), "zoom-in", "+ = Ctrl++", Need::Photo},
    {"view.zoomOut", View, TEXT("Zoom &Out"), TEXT("Show it smaller"), "zoom-out", "- Ctrl+-", Need::Photo},
    {"view.fit", View, TEXT("&Fit in Window"), TEXT("Show the whole photo"), "zoom-fit", "Ctrl+0", Need::Photo},
    {"view.actualSize", View, TEXT("&100 %"), TEXT("One pixel of the photo on one pixel of the screen"), "zoom-100", "Ctrl+1", Need::Photo},
    {"view.compare", View, TEXT("&Divider"), TEXT("Before and after side by side, or the result alone"), "compare", "M", Need::Photo, Kind::Checked, true},
    {"view.swap", View, TEXT("S&wap Sides"), TEXT("Result on the left, original on the right"), "swap", "C", Need::Result, Kind::Checked},
    {"view.original", View, TEXT("Show Ori&ginal While Held"), TEXT("See the original for as long as the key is held"), "", "\\", Need::Photo, Kind::Held},
    {"view.previous", View, TEXT("&Previous Photo"), TEXT("Step to the photo before"), "previous", "Left", Need::Several, Kind::Viewer, true},
    {"view.next", View, TEXT("&Next Photo"), TEXT("Step to the photo after"), "next", "Right", Need::Several, Kind::Viewer},
    {"view.panel", View, TEXT("&Side Panel"), TEXT("Show or hide the settings"), "", "F9", Need::Nothing, Kind::Checked, true},
    {"view.fullScreen", View, TEXT("F&ull Screen"), TEXT("Use the whole screen"), "", "F11", Need::Nothing, Kind::Checked},

    {"restore.run", Restore, TEXT("&Run"), TEXT("Restore the photo with the chosen model"), "run", "Ctrl+Return Ctrl+Enter", kReady | Need::Model},
    {"restore.cancel", Restore, TEXT("&Cancel"), TEXT("Stop the run"), "cancel", "Esc", Need::Running},

    {"models.openCheckpoint", Models, TEXT("&Open Checkpoint..."), TEXT("Use a network from a file: .safetensors, .pth"), "model", "Ctrl+Shift+M"},
    {"models.refresh", Models, TEXT("&Look Again"), TEXT("Search the model folders again"), "", "F5"},
    {"models.folder", Models, TEXT("Open Model &Folder"), TEXT("Put checkpoints there to have them in the list"), "open-folder", ""},

    {"help.shortcuts", Help, TEXT("&Shortcuts"), TEXT("All commands and their keys"), "", "F1"},
    {"help.systemInformation", Help, TEXT("&Copy System Information"), TEXT("Version and devices, for a report; nothing is sent"), "copy", ""},
    {"help.about", Help, TEXT("&About Heirloom"), TEXT("Version and licence"), "info", "", Need::Nothing, Kind::Window, true},
};

constexpr const char* kMenus[] = {TEXT("&File"), TEXT("&Edit"), TEXT("&View"), TEXT("&Restore"), TEXT("&Models"), TEXT("&Help")};

#undef TEXT

}  // namespace

std::span<const Command> commands() { return kCommands; }

const Command& command(std::string_view id) {
  const auto found = std::ranges::find(kCommands, id, [](const Command& command) { return std::string_view(command.id); });
  if (found == std::end(kCommands)) throw std::logic_error("no command " + std::string(id));
  return *found;
}

QString commandText(const Command& command) {
  QString text = QCoreApplication::translate("Commands", command.text);
  text.remove(u'&');
  if (text.endsWith(QLatin1String("..."))) text.chop(3);
  return text;
}

QString menuTitle(MenuId menu) { return QCoreApplication::translate("Commands", kMenus[static_cast<int>(menu)]); }

}  // namespace heirloom::ui
