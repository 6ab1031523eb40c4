#include <QFile>
#include <QFileDialog>
#include <QLabel>
#include <QMenuBar>
#include <QProcess>
#include <QPushButton>
#include <QRegularExpression>
#include <QTranslator>
#include <QXmlStreamReader>

#include "tests/ui/fixture.h"
#include "ui/commands.h"
#include "ui/text.h"

namespace heirloom::tests {

class LanguageTest : public QObject {
  Q_OBJECT

  struct Entry {
    QString context, source, translation;
    bool unfinished = false;
  };
  static std::vector<Entry> read(const QString& name) {
    QFile file(name);
    if (!file.open(QIODevice::ReadOnly)) return {};
    QXmlStreamReader xml(&file);
    std::vector<Entry> entries;
    Entry entry;
    while (!xml.atEnd()) {
      if (xml.readNext() != QXmlStreamReader::StartElement) continue;
      if (xml.name() == QLatin1String("name"))
        entry.context = xml.readElementText();
      else if (xml.name() == QLatin1String("source"))
        entry.source = xml.readElementText();
      else if (xml.name() == QLatin1String("translation")) {
        entry.unfinished = xml.attributes().hasAttribute(QLatin1String("type"));
        entry.translation = xml.readElementText(QXmlStreamReader::IncludeChildElements);
        entries.push_back(entry);
      }
    }
    return entries;
  }
  static QStringList placeholders(const QString& text) {
    static const QRegularExpression pattern(QStringLiteral("%[1-9]"));
    QStringList found;
    auto it = pattern.globalMatch(text);
    while (it.hasNext()) found << it.next().captured();
    found.sort();
    return found;
  }

 private Q_SLOTS:
  void everyTextOfTheSourcesIsTranslated() {
    const QString root = QStringLiteral(HEIRLOOM_SOURCE_DIR);
    const TemporaryFolder folder;
    const QString copy = ui::fromPath(folder / "heirloom_de.ts");
    QVERIFY(QFile::copy(root + QStringLiteral("/translations/heirloom_de.ts"), copy));
    QFile::setPermissions(copy, QFile::ReadOwner | QFile::WriteOwner);
    QProcess lupdate;
    lupdate.setWorkingDirectory(root);
    lupdate.start(QStringLiteral(HEIRLOOM_LUPDATE),
                  {QStringLiteral("-silent"), QStringLiteral("-I"), QStringLiteral("."), QStringLiteral("-no-obsolete"),
                   QStringLiteral("-extensions"), QStringLiteral("cpp,h"), QStringLiteral("-tr-function-alias"),
                   QStringLiteral("QT_TRANSLATE_NOOP+=HEIRLOOM_TEXT"), QStringLiteral("models"), QStringLiteral("core"),
                   QStringLiteral("ui"), QStringLiteral("app/desktop"), QStringLiteral("-ts"), copy});
    QVERIFY(lupdate.waitForFinished(kPatience));
    QCOMPARE(lupdate.exitCode(), 0);
    const auto entries = read(copy);
    QVERIFY(entries.size() > 200);
    QStringList missing;
    for (const Entry& entry : entries) {
      if (entry.unfinished || entry.translation.isEmpty())
        missing << entry.context + QStringLiteral(": ") + entry.source;
    }
    QVERIFY2(missing.isEmpty(), qPrintable(missing.join(u'\n')));
  }

  void translationsKeepTheirPlaceholders() {
    for (const Entry& entry : read(QStringLiteral(HEIRLOOM_SOURCE_DIR "/translations/heirloom_de.ts"))) {
      // A numerus entry has the text twice.
      if (entry.source.contains(QStringLiteral("%n"))) continue;
      QVERIFY2(placeholders(entry.source) == placeholders(entry.translation), qPrintable(entry.source));
    }
  }

  /// A help that explains the choices of a list calls them what the list calls them.
  void helpNamesChoicesAsTheirListDoes() {
    const auto entries = read(QStringLiteral(HEIRLOOM_SOURCE_DIR "/translations/heirloom_de.ts"));
    int helps = 0;
    for (const Entry& help : entries) {
      if (!help.context.startsWith(QStringLiteral("setting.")) || !help.context.endsWith(QStringLiteral(".help")))
        continue;
      std::vector<const Entry*> named;
      for (const Entry& choice : entries) {
        if (choice.context != QStringLiteral("choice")) continue;
        const QRegularExpression word(QStringLiteral("(^|[ .;])%1: ").arg(QRegularExpression::escape(choice.source)));
        if (word.match(help.source).hasMatch()) named.push_back(&choice);
      }
      // One alone is a word of a sentence.
      if (named.size() < 2) continue;
      ++helps;
      for (const Entry* choice : named) {
        QVERIFY2(help.translation.contains(choice->translation + u':', Qt::CaseInsensitive),
                 qPrintable(help.context + QStringLiteral(": ") + choice->translation));
      }
    }
    QVERIFY(helps > 5);
  }

  /// What can be done is said in words that are in the window.
  void nothingThatTheWindowSaysIsAnOptionOfTheCommandLine() {
    static const QRegularExpression option(QStringLiteral("--[a-z]|(^|\\s)-[of]\\b"));
    const auto entries = read(QStringLiteral(HEIRLOOM_SOURCE_DIR "/translations/heirloom_de.ts"));
    QVERIFY(entries.size() > 200);
    QStringList found;
    const auto look = [&] {
      for (const Entry& entry : entries) {
        const QString shown = ui::translated({entry.context.toStdString(), entry.source.toStdString(), {}});
        if (option.match(shown).hasMatch()) found << entry.context + QStringLiteral(": ") + shown;
      }
    };
    look();
    const auto german = ui::installTranslators(QLocale(QLocale::German));
    look();
    qDeleteAll(german);
    QVERIFY2(found.isEmpty(), qPrintable(found.join(u'\n')));
  }

  void germanWindowIsGerman() {
    const auto german = ui::installTranslators(QLocale(QLocale::German));
    {
      Fixture fixture;
      QCOMPARE(fixture.window().menuBar()->actions().first()->text(), QStringLiteral("&Datei"));
      QCOMPARE(ui::commandText(ui::command("edit.undo")), QStringLiteral("Rückgängig"));
      // A message that is made below Qt.
      fixture.window().open({fixture.folder() / "fehlt.jpg"});
      QTRY_VERIFY_WITH_TIMEOUT(fixture.messages().contains(QStringLiteral("gibt es nicht")), kPatience);
      // And a label of a model's setting.
      bool label = false;
      for (const QLabel* candidate : fixture.window().findChildren<QLabel*>())
        label = label || candidate->text() == QStringLiteral("Rauschstärke");
      QVERIFY(label);
    }
    qDeleteAll(german);
  }

  /// Words that come from below Qt without being sentences: titles, and what is chosen from.
  void algorithmsAndTheirOptionsAreGerman() {
    const auto texts = [] {
      std::map<QString, QString> found;
      Fixture fixture;
      [&] { QTRY_VERIFY_WITH_TIMEOUT(fixture.session().models().find("dpir-inpaint"), kPatience); }();
      for (const ui::ModelEntry& entry : fixture.session().models().entries()) {
        if (!entry.network.empty()) continue;
        const QString name = QString::fromStdString(entry.name);
        found[name] = entry.title;
        found[name + QStringLiteral(" purpose")] = entry.purpose;
        for (const models::Parameter& parameter : entry.parameters) {
          const QString setting = name + u' ' + QString::fromStdString(parameter.name);
          found[setting] = ui::sentence(parameter.help);
          const auto* choice = std::get_if<models::Choice>(&parameter.range);
          // The letters of a mosaic are the same everywhere.
          if (!choice || parameter.name == "pattern") continue;
          for (const std::string& option : choice->options)
            found[setting + u' ' + QString::fromStdString(option)] = ui::translated({"choice", option, {}});
        }
      }
      return found;
    };
    const auto english = texts();
    QVERIFY(english.size() > 20);
    const auto installed = ui::installTranslators(QLocale(QLocale::German));
    const auto german = texts();
    qDeleteAll(installed);
    QStringList same;
    for (const auto& [name, text] : german) {
      // "Magenta" is Magenta.
      if (text.compare(english.at(name), Qt::CaseInsensitive) == 0 && text.toLower() != QStringLiteral("magenta"))
        same << name;
    }
    QVERIFY2(same.isEmpty(), qPrintable(same.join(u'\n')));
  }

  /// Qt's own texts, of a package of its own.
  void germanFileDialogIsGerman() {
    const auto german = ui::installTranslators(QLocale(QLocale::German, QLocale::Germany));
    {
      Fixture fixture;
      fixture.trigger("file.open");
      auto* dialog = fixture.window().findChild<QFileDialog*>();
      QVERIFY(dialog);
      QStringList texts;
      for (const QLabel* label : dialog->findChildren<QLabel*>()) texts << label->text().remove(u'&');
      for (const QPushButton* button : dialog->findChildren<QPushButton*>()) texts << button->text().remove(u'&');
      QVERIFY2(texts.contains(QStringLiteral("Suchen in:")), qPrintable(texts.join(u'|')));
      QVERIFY2(texts.contains(QStringLiteral("Abbrechen")), qPrintable(texts.join(u'|')));
      dialog->reject();
    }
    qDeleteAll(german);
    QCOMPARE(ui::commandText(ui::command("edit.undo")), QStringLiteral("Undo"));
  }

  void argumentsAreFilledOnceOnly() {
    QCOMPARE(ui::translated({"none", "%1 and %2", {"%2", "b"}}), QStringLiteral("%2 and b"));
  }
};

const Registered<LanguageTest> kLanguageTest("language");

}  // namespace heirloom::tests

#include "language_test.moc"
