#pragma once

#include <QLockFile>
#include <QObject>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "ui/document.h"

namespace heirloom::ui {

/// An unsaved result of a session that did not end as it should.
struct RecoveredPhoto {
  QString name;
  std::shared_ptr<const core::Photo> photo;
  RestoredResult result;
  double strength = 1;
};

/// Keeps unsaved results in a folder until they are saved or given up, so that a crash loses nothing. One folder a
/// session, locked while the session lives: what lies in an unlocked one was left behind by a crash. Writing and
/// reading happen on the worker for files.
class Recovery : public QObject {
  Q_OBJECT
 public:
  Recovery(Workers& workers, std::filesystem::path folder, QObject* parent = nullptr);
  /// A session that ends as it should leaves nothing behind.
  ~Recovery() override;

  /// The platform's place for such things: XDG_STATE_HOME or the like.
  static std::filesystem::path defaultFolder();

  /// Follows the document: keeps its unsaved result, drops what is saved.
  void watch(Document* document);

  /// How many results of earlier sessions wait.
  int orphanCount() const { return static_cast<int>(orphans_.size()); }
  /// Reads them; `recovered` or `failed` follows for each. They stay until their new session keeps them or `discard`.
  void restoreAll();
  void discardAll();

 Q_SIGNALS:
  void recovered(const RecoveredPhoto& photo);
  void failed(const Error& error);

 private:
  struct Orphan {
    std::shared_ptr<QLockFile> lock;
    std::filesystem::path session;
    std::filesystem::path entry;
  };
  struct Kept {
    std::filesystem::path folder;
    std::weak_ptr<const core::Raster> raster;
  };
  void discard(const Orphan& orphan);
  void findOrphans(const std::filesystem::path& folder);
  void update(Document* document);
  void keep(Document* document);
  void drop(const Document* document);

  Workers& workers_;
  std::filesystem::path session_;
  std::unique_ptr<QLockFile> lock_;
  std::vector<Orphan> orphans_;
  std::map<const Document*, Kept> kept_;
  int next_ = 0;
  std::optional<core::JobQueue::Handle> latest_;
};

}  // namespace heirloom::ui
