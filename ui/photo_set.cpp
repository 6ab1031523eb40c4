#include "ui/photo_set.h"

#include <algorithm>

#include "core/batch/inputs.h"

namespace heirloom::ui {

PhotoSet::PhotoSet(Workers& workers, QObject* parent) : QObject(parent), workers_(workers) {}

PhotoSet::~PhotoSet() = default;

void PhotoSet::open(const std::vector<std::filesystem::path>& paths) {
  inBackground(
      workers_.files, this,
      [paths](std::stop_token) {
        // The command line may name them from where it stands; results and the list of recent photos need all of it.
        std::vector<std::filesystem::path> whole;
        for (const auto& path : paths) whole.push_back(std::filesystem::absolute(path));
        return core::collectInputs(whole, false);
      },
      [this](Result<core::Inputs> result) {
        if (const auto* error = std::get_if<Error>(&result)) return Q_EMIT failed(*error);
        const auto& inputs = std::get<core::Inputs>(result);
        Document* first = nullptr;
        for (const core::Input& input : inputs.files) {
          Document* document = find(input.file);
          const bool known = document != nullptr;
          if (!known) {
            documents_.push_back(std::make_unique<Document>(workers_, input.file));
            document = documents_.back().get();
            connect(document, &Document::loadFailed, this, &PhotoSet::failed);
            if (!first) document->load();
            Q_EMIT added(document);
          }
          if (!first) first = document;
        }
        if (first) setCurrent(first);
        for (const Error& failure : inputs.failures) Q_EMIT failed(failure);
        for (const auto& folder : inputs.emptyFolders) {
          Q_EMIT failed(Error(
              HEIRLOOM_TEXT("ui.empty_folder", "there is no photo in this folder"),
              HEIRLOOM_TEXT("ui.empty_folder.remedy", "choose another folder, or open files one by one"), folder));
        }
      },
      core::JobQueue::Lane::Fast);
}

void PhotoSet::addImage(const QImage& image) {
  inBackground(
      workers_.files, this, [image](std::stop_token) { return photoOf(image); },
      [this](Result<std::shared_ptr<const core::Photo>> photo) {
        if (const auto* error = std::get_if<Error>(&photo)) return Q_EMIT failed(*error);
        add(std::make_unique<Document>(workers_, tr("Pasted picture"), std::get<0>(std::move(photo))));
      },
      core::JobQueue::Lane::Fast);
}

void PhotoSet::add(std::unique_ptr<Document> document) {
  documents_.push_back(std::move(document));
  Document* added = documents_.back().get();
  connect(added, &Document::loadFailed, this, &PhotoSet::failed);
  Q_EMIT this->added(added);
  setCurrent(added);
}

void PhotoSet::setCurrent(Document* document) {
  if (document == current_) return;
  if (before_ && before_ != document) before_->unload();
  before_ = current_;
  current_ = document;
  if (current_) current_->load();
  Q_EMIT currentChanged(current_);
}

void PhotoSet::step(int direction) {
  const auto at = std::ranges::find(documents_, current_, &std::unique_ptr<Document>::get);
  if (at == documents_.end()) return;
  const auto next = (at - documents_.begin()) + direction;
  if (next >= 0 && next < std::ssize(documents_)) setCurrent(documents_[static_cast<std::size_t>(next)].get());
}

void PhotoSet::close(Document* document) {
  const auto at = std::ranges::find(documents_, document, &std::unique_ptr<Document>::get);
  if (at == documents_.end()) return;
  if (document == current_) {
    const bool last = std::next(at) == documents_.end();
    Document* neighbour = documents_.size() == 1 ? nullptr : last ? std::prev(at)->get() : std::next(at)->get();
    setCurrent(neighbour);
  }
  if (before_ == document) before_ = nullptr;
  Q_EMIT removed(document);
  // A signal of the document itself may have brought us here.
  at->release()->deleteLater();
  documents_.erase(at);
}

std::vector<Document*> PhotoSet::documents() const {
  std::vector<Document*> all;
  for (const auto& document : documents_) all.push_back(document.get());
  return all;
}

std::vector<Document*> PhotoSet::unfinished() const {
  std::vector<Document*> found = documents();
  std::erase_if(found, [](const Document* document) { return !document->run() && !document->hasUnsavedResult(); });
  return found;
}

Document* PhotoSet::find(const std::filesystem::path& file) const {
  const auto found = std::ranges::find_if(documents_, [&](const auto& document) { return document->file() == file; });
  return found == documents_.end() ? nullptr : found->get();
}

}  // namespace heirloom::ui
