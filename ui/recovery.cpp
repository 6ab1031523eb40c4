#include "ui/recovery.h"

#include <QDir>
#include <QStandardPaths>
#include <QUuid>
#include <algorithm>
#include <utility>

#include "ui/recovery_entry.h"
#include "ui/text.h"

namespace heirloom::ui {

std::filesystem::path Recovery::defaultFolder() {
#ifdef Q_OS_LINUX
  // Qt 6.4 knows no state folder.
  const QString state = qEnvironmentVariable("XDG_STATE_HOME");
  const std::filesystem::path home =
      state.startsWith(u'/') ? toPath(state) : toPath(QDir::homePath()) / ".local" / "state";
  return home / "heirloom" / "recovery";
#else
  return toPath(QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation)) / "recovery";
#endif
}

Recovery::Recovery(Workers& workers, std::filesystem::path folder, QObject* parent)
    : QObject(parent), workers_(workers), session_(folder / QUuid::createUuid().toString(QUuid::WithoutBraces).toStdString()) {
  findOrphans(folder);
  std::error_code failure;
  std::filesystem::create_directories(session_, failure);
  lock_ = std::make_unique<QLockFile>(fromPath(session_ / "lock"));
  // A lock of another session is stale only when its process is gone, however long it runs.
  lock_->setStaleLockTime(0);
  lock_->tryLock(0);
}

Recovery::~Recovery() {
  if (latest_) {
    latest_->stop();
    latest_->wait();
  }
  lock_->unlock();
  std::error_code ignored;
  std::filesystem::remove_all(session_, ignored);
}

void Recovery::findOrphans(const std::filesystem::path& folder) {
  std::error_code none;
  for (const auto& session : std::filesystem::directory_iterator(folder, none)) {
    if (!session.is_directory(none)) continue;
    auto lock = std::make_shared<QLockFile>(fromPath(session.path() / "lock"));
    lock->setStaleLockTime(0);
    if (!lock->tryLock(0)) continue;  // of a window that is open
    const std::size_t before = orphans_.size();
    for (const auto& entry : std::filesystem::directory_iterator(session.path(), none)) {
      if (entry.is_directory(none) && isRecoveryEntry(entry.path())) {
        orphans_.push_back({lock, session.path(), entry.path()});
      }
    }
    if (orphans_.size() > before) continue;
    lock->unlock();
    std::filesystem::remove_all(session.path(), none);
  }
}

void Recovery::restoreAll() {
  for (const Orphan& orphan : std::exchange(orphans_, {})) {
    inBackground(
        workers_.files, this, [entry = orphan.entry](std::stop_token) { return readRecoveryEntry(entry); },
        [this, orphan](Result<RecoveredPhoto> result) {
          if (const auto* error = std::get_if<Error>(&result)) Q_EMIT failed(*error);
          else Q_EMIT recovered(std::get<0>(result));
          // Comes after the job that keeps it for this session.
          discard(orphan);
        });
  }
}

void Recovery::discardAll() {
  for (const Orphan& orphan : std::exchange(orphans_, {})) discard(orphan);
}

void Recovery::discard(const Orphan& orphan) {
  workers_.files.submit([orphan](std::stop_token) {
    std::error_code ignored;
    std::filesystem::remove_all(orphan.entry, ignored);
    // The last entry takes the session's folder with it.
    std::filesystem::directory_iterator rest(orphan.session, ignored);
    if (std::ranges::any_of(rest, [](const auto& entry) { return entry.is_directory(); })) return;
    orphan.lock->unlock();
    std::filesystem::remove_all(orphan.session, ignored);
  });
}

std::filesystem::path Recovery::entryOf(const Document* document) const {
  return session_ / std::to_string(numbers_.at(document));
}

void Recovery::watch(Document* document) {
  numbers_[document] = next_++;
  const auto update = [this, document] {
    if (document->hasUnsavedResult()) keep(document);
    else if (kept_.contains(document)) drop(document);
  };
  connect(document, &Document::resultChanged, this, update);
  connect(document, &Document::unsavedChanged, this, [this, document] {
    if (!document->hasUnsavedResult() && kept_.contains(document)) drop(document);
  });
  connect(document, &QObject::destroyed, this, [this, document] {
    if (kept_.contains(document)) drop(document);
    numbers_.erase(document);
  });
  update();
}

void Recovery::keep(Document* document) {
  if (kept_.contains(document)) drop(document);
  kept_.insert(document);
  RecoveredPhoto photo{document->name(), document->photo(), *document->result(), document->strength()};
  numbers_[document] = next_++;
  latest_ = inBackground(
      workers_.files, this,
      [folder = entryOf(document), photo = std::move(photo)](std::stop_token) {
        writeRecoveryEntry(folder, photo);
        return true;
      },
      [this](Result<bool> result) {
        if (const auto* error = std::get_if<Error>(&result)) Q_EMIT failed(*error);
      });
}

void Recovery::drop(Document* document) {
  kept_.erase(document);
  workers_.files.submit([folder = entryOf(document)](std::stop_token) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  });
}

}  // namespace heirloom::ui
