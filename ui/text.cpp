#include "ui/text.h"

#include <QCoreApplication>
#include <QFile>
#include <map>

namespace heirloom::ui {
namespace {

/// The window's words, by id, where those from below name options of the command line.
const std::map<std::string, Message>& ownWords() {
  static const std::map<std::string, Message> words = {
      {"file.existing", HEIRLOOM_TEXT("ui.file.existing", "choose another name, or allow the file to be replaced")},
      {"photo.acceptDamaged",
       HEIRLOOM_TEXT("ui.photo.damaged", "use another copy; heirloom-cli can take what is left of this one")},
  };
  return words;
}

}  // namespace

QString translated(const Message& message) {
  Message local = message;
  if (const auto own = ownWords().find(message.id); own != ownWords().end()) local = own->second;
  local.text = QCoreApplication::translate(local.id.c_str(), local.text.c_str()).toStdString();
  return QString::fromStdString(local.english());
}

QString sentence(const Message& message) {
  QString text = translated(message);
  if (text.isEmpty()) return text;
  text[0] = text[0].toUpper();
  if (!text.endsWith(u'.') && !text.endsWith(u'!') && !text.endsWith(u'?')) text += u'.';
  return text;
}

QString explained(const Error& error) {
  QString text;
  if (!error.file().empty()) text = fromPath(error.file().filename()) + QStringLiteral(": ");
  // After a file's name the sentence goes on; without one it starts.
  QString fault = error.file().empty() ? sentence(error.fault()) : translated(error.fault());
  if (!fault.endsWith(u'.')) fault += u'.';
  text += fault;
  if (!error.remedy().empty()) text += u' ' + sentence(error.remedy());
  return text;
}

QString fromPath(const std::filesystem::path& path) {
  return QFile::decodeName(QByteArray::fromStdString(path.string()));
}

std::filesystem::path toPath(const QString& text) {
  return QFile::encodeName(text).toStdString();
}

QString shortName(const QString& name, int characters) {
  if (name.size() <= characters) return name;
  const int head = (characters - 1) * 2 / 3;
  return name.left(head) + QChar(0x2026) + name.right(characters - 1 - head);
}

}  // namespace heirloom::ui
