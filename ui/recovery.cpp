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
    : QObject(parent),
      workers_(workers),
      session_(folder / QUuid::createUuid().toString(QUuid::WithoutBraces).toStdString()) {
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
          if (const auto* error = std::get_if<Error>(&result))
            Q_EMIT failed(*error);
          else
            Q_EMIT recovered(std::get<0>(result));
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

void Recovery::watch(Document* document) {
  connect(document, &Document::resultChanged, this, [this, document] { update(document); });
  connect(document, &Document::unsavedChanged, this, [this, document] { update(document); });
  connect(document, &QObject::destroyed, this, [this, document] { drop(document); });
  update(document);
}

void Recovery::update(Document* document) {
  if (!document->hasUnsavedResult()) return drop(document);
  // One and the same result is written once, however often its strength changes.
  const auto kept = kept_.find(document);
  if (kept != kept_.end() && kept->second.raster.lock() == document->result()->raster) return;
  drop(document);
  keep(document);
}

void Recovery::keep(Document* document) {
  const std::filesystem::path folder = session_ / std::to_string(next_++);
  kept_[document] = {folder, document->result()->raster};
  RecoveredPhoto photo{document->name(), document->photo(), *document->result(), document->strength()};
  latest_ = inBackground(
      workers_.files, this,
      [folder, photo = std::move(photo)](std::stop_token) {
        writeRecoveryEntry(folder, photo);
        return true;
      },
      [this](Result<bool> result) {
        if (const auto* error = std::get_if<Error>(&result)) Q_EMIT failed(*error);
      });
}

void Recovery::drop(const Document* document) {
  const auto kept = kept_.find(document);
  if (kept == kept_.end()) return;
  workers_.files.submit([folder = kept->second.folder](std::stop_token) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  });
  kept_.erase(kept);
}

}  // namespace heirloom::ui
