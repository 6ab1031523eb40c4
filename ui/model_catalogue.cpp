#include "ui/model_catalogue.h"

#include <QLocale>
#include <algorithm>
#include <ranges>

#include "core/library/library.h"
#include "models/dpir/dpir.h"
#include "models/several_networks.h"
#include "ui/text.h"

namespace heirloom::ui {
namespace {

constexpr int kShownNotes = 6;
constexpr int kNoteLength = 120;

QString purposeText(models::Purpose purpose) {
  switch (purpose) {
    case models::Purpose::Denoise:
      return ModelCatalogue::tr("Removes noise");
    case models::Purpose::Deblur:
      return ModelCatalogue::tr("Removes blur");
    case models::Purpose::Deblock:
      return ModelCatalogue::tr("Removes JPEG artefacts");
    case models::Purpose::SuperResolve:
      return ModelCatalogue::tr("Enlarges");
    case models::Purpose::Restore:
      return ModelCatalogue::tr("Restores");
  }
  return {};
}

QString millions(double count) {
  return QLocale().toString(count / 1e6, 'f', count < 1e7 ? 2 : 0);
}

/// Titles of checkpoints are what their makers called them; those of algorithms are ours.
QString titleOf(const core::InstalledModel& model) {
  if (model.file.empty()) return translated(Message{"algorithm." + model.name, model.title, {}});
  return QString::fromStdString(model.title.empty() ? model.name : model.title);
}

QString detailsOf(const core::InstalledModel& model) {
  QStringList lines;
  const std::int64_t parameters = model.descriptor.parameterCount;
  const QString family = QString::fromStdString(model.descriptor.family);
  lines << (parameters > 0
                ? ModelCatalogue::tr("%1, %2 million weights").arg(family, millions(static_cast<double>(parameters)))
                : family);
  if (model.descriptor.channels == 1) lines << ModelCatalogue::tr("Works on brightness only, colours stay as they are");
  if (model.file.empty()) return lines.join(u'\n');
  lines << (model.licence.empty() ? ModelCatalogue::tr("Licence unknown")
                                  : ModelCatalogue::tr("Licence: %1").arg(QString::fromStdString(model.licence)));
  if (!model.source.empty()) lines << ModelCatalogue::tr("Source: %1").arg(QString::fromStdString(model.source));
  for (const auto& [key, value] : model.notes | std::views::take(kShownNotes)) {
    lines << shortName(ModelCatalogue::tr("%1: %2", "note in a file")
                           .arg(QString::fromStdString(key), QString::fromStdString(value).simplified()),
                       kNoteLength);
  }
  const std::ptrdiff_t more = std::ssize(model.notes) - kShownNotes;
  if (more > 0) lines << ModelCatalogue::tr("and %1 more", "notes in a file").arg(more);
  lines << fromPath(model.file);
  return lines.join(u'\n');
}

/// What checkpoints of one network have in common, whatever layout names their tensors, as far as a descriptor tells.
std::string networkOf(const models::Descriptor& descriptor) {
  return descriptor.family + ", " + descriptor.configuration + ", " + std::to_string(descriptor.channels) +
         " channels, " + std::to_string(descriptor.parameterCount) + " weights";
}

ModelEntry entryOf(const core::ModelLibrary& library, const core::InstalledModel& model) {
  ModelEntry entry;
  entry.name = model.name;
  entry.title = titleOf(model);
  entry.purpose = purposeText(model.descriptor.purpose);
  entry.group = static_cast<int>(model.descriptor.purpose);
  entry.details = detailsOf(model);
  entry.scale = model.descriptor.scale;
  entry.denoiser = models::servesAsDenoiser(model.descriptor);
  entry.prior = models::servesAsPrior(model.descriptor);
  if (!model.file.empty()) entry.network = networkOf(model.descriptor);
  entry.shipped = model.shipped;
  entry.parameters = model.descriptor.parameters;
  for (const models::Parameter& parameter : entry.parameters) {
    const auto* matrix = std::get_if<models::MatrixInput>(&parameter.range);
    if (!matrix) continue;
    const auto found = library.companion(model.file.string(), matrix->fileName);
    if (!found.empty()) entry.companions[parameter.name] = found;
  }
  return entry;
}

ModelEntry openedEntry(const core::ModelLibrary& library, const std::filesystem::path& file) {
  ModelEntry entry = entryOf(library, library.find(file.string()));
  entry.name = file.string();
  entry.opened = true;
  return entry;
}

std::vector<NetworkChoice> choicesOf(const models::SeveralNetworks& several) {
  std::vector<NetworkChoice> choices;
  for (const auto& [name, family] : several.networks()) {
    choices.push_back({models::NetworkOfFile{several.file(), name}.written(),
                       ModelCatalogue::tr("%1 (%2)", "network of a file, its family")
                           .arg(QString::fromStdString(name), QString::fromStdString(family))});
  }
  return choices;
}

}  // namespace

ModelCatalogue::ModelCatalogue(Workers& workers, std::vector<std::filesystem::path> folders, QObject* parent)
    : QObject(parent),
      workers_(workers),
      folders_(std::move(folders)),
      library_(std::make_shared<const core::ModelLibrary>(folders_)) {}

ModelCatalogue::~ModelCatalogue() = default;

std::vector<std::filesystem::path> ModelCatalogue::defaultFolders() {
  return core::ModelLibrary::defaultFolders();
}

std::filesystem::path ModelCatalogue::personalFolder() const {
  return folders_.empty() ? std::filesystem::path{} : folders_.back();
}

const ModelEntry* ModelCatalogue::find(const std::string& name) const {
  const auto found = std::ranges::find(entries_, name, &ModelEntry::name);
  return found == entries_.end() ? nullptr : &*found;
}

void ModelCatalogue::refresh() {
  inBackground(
      workers_.files, this,
      [library = library_, offered = offered_](std::stop_token) {
        std::vector<ModelEntry> installed;
        for (const core::InstalledModel& model : library->list()) installed.push_back(entryOf(*library, model));
        for (const std::filesystem::path& file : offered) {
          try {
            installed.push_back(openedEntry(*library, file));
          } catch (const Error&) {
            // Gone since, or another file: nobody asked for it now.
          }
        }
        return installed;
      },
      [this](Result<std::vector<ModelEntry>> result) {
        if (const auto* error = std::get_if<Error>(&result))
          Q_EMIT failed(*error);
        else
          replace(std::get<0>(std::move(result)));
      },
      core::JobQueue::Lane::Fast);
}

void ModelCatalogue::replace(std::vector<ModelEntry> installed) {
  for (ModelEntry& entry : entries_) {
    const bool listed = std::ranges::find(installed, entry.name, &ModelEntry::name) != installed.end();
    if (entry.opened && !listed) installed.push_back(std::move(entry));
  }
  entries_ = std::move(installed);
  sort();
  Q_EMIT changed();
}

void ModelCatalogue::sort() {
  // By purpose; the default model first, then what is shipped, then by title; algorithms, which need a model, last.
  const auto rank = [](const ModelEntry& entry) {
    return std::tuple(entry.group, entry.name != core::ModelLibrary::kDefaultModel, entry.network.empty(),
                      !entry.shipped, entry.title);
  };
  std::ranges::sort(entries_, {}, rank);
}

void ModelCatalogue::openCheckpoint(const std::filesystem::path& file) {
  using Opened = std::variant<ModelEntry, std::vector<NetworkChoice>>;
  inBackground(
      workers_.files, this,
      [library = library_, file](std::stop_token) -> Opened {
        try {
          return openedEntry(*library, file);
        } catch (const models::SeveralNetworks& several) {
          return choicesOf(several);
        }
      },
      [this, file](Result<Opened> result) {
        if (const auto* error = std::get_if<Error>(&result)) return Q_EMIT failed(*error);
        Opened found = std::get<0>(std::move(result));
        if (const auto* choices = std::get_if<std::vector<NetworkChoice>>(&found)) {
          return Q_EMIT choiceNeeded(file, *choices);
        }
        ModelEntry entry = std::get<ModelEntry>(std::move(found));
        std::erase_if(entries_, [&](const ModelEntry& other) { return other.name == entry.name; });
        entries_.push_back(entry);
        sort();
        Q_EMIT changed();
        Q_EMIT opened(entry.name);
      },
      core::JobQueue::Lane::Fast);
}

}  // namespace heirloom::ui
