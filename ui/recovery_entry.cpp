#include "ui/recovery_entry.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>
#include <cstring>

#include "core/recipe/recipe.h"
#include "ui/text.h"

namespace heirloom::ui {
namespace {

constexpr const char* kDescription = "entry.json";
constexpr int kVersion = 1;

Error cannotWrite(const std::filesystem::path& file, const QString& reason) {
  return Error(HEIRLOOM_TEXT("ui.recovery.write", "an unsaved result cannot be kept for the case of a crash: %1")
                   .with(reason.toStdString()),
               HEIRLOOM_TEXT("ui.recovery.write.remedy", "free some disk space, or save the result now"), file);
}

Error damaged(const std::filesystem::path& file) {
  return Error(HEIRLOOM_TEXT("ui.recovery.damaged", "the result that was kept is damaged"),
               HEIRLOOM_TEXT("ui.recovery.damaged.remedy", "restore the photo once more"), file);
}

// Samples only; what they mean stands in the description. A format of pictures would have to be exact for every layout.
void writeRaster(const std::filesystem::path& file, const core::Raster& raster) {
  QFile out(fromPath(file));
  if (!out.open(QIODevice::WriteOnly)) throw cannotWrite(file, out.errorString());
  for (std::int64_t y = 0; y < raster.height(); ++y) {
    const auto row = raster.row(y);
    if (out.write(reinterpret_cast<const char*>(row.data()), static_cast<qint64>(row.size())) !=
        static_cast<qint64>(row.size())) {
      throw cannotWrite(file, out.errorString());
    }
  }
  if (!out.flush()) throw cannotWrite(file, out.errorString());
}

std::shared_ptr<const core::Raster> readRaster(const std::filesystem::path& file, const core::Layout& layout) {
  QFile in(fromPath(file));
  if (layout.width < 1 || layout.height < 1 || !in.open(QIODevice::ReadOnly) ||
      in.size() != static_cast<qint64>(layout.bytes())) {
    throw damaged(file);
  }
  auto raster = std::make_shared<core::Raster>(layout);
  for (std::int64_t y = 0; y < layout.height; ++y) {
    auto row = raster->row(y);
    if (in.read(reinterpret_cast<char*>(row.data()), static_cast<qint64>(row.size())) !=
        static_cast<qint64>(row.size())) {
      throw damaged(file);
    }
  }
  return raster;
}

QJsonObject layoutJson(const core::Layout& layout) {
  return {{"width", static_cast<qint64>(layout.width)},
          {"height", static_cast<qint64>(layout.height)},
          {"model", static_cast<int>(layout.model)},
          {"alpha", layout.alpha},
          {"type", static_cast<int>(layout.type)}};
}

core::Layout layoutOf(const QJsonObject& json, const std::filesystem::path& file) {
  const int model = json["model"].toInt(-1);
  const int type = json["type"].toInt(-1);
  if (model < 0 || model > 2 || type < 0 || type > 2) throw damaged(file);
  return {json["width"].toInteger(), json["height"].toInteger(), static_cast<core::ColourModel>(model),
          json["alpha"].toBool(), static_cast<core::SampleType>(type)};
}

QJsonObject settingsJson(const std::map<std::string, std::string>& settings) {
  QJsonObject json;
  for (const auto& [name, value] : settings) json[QString::fromStdString(name)] = QString::fromStdString(value);
  return json;
}

std::map<std::string, std::string> settingsOf(const QJsonObject& json) {
  std::map<std::string, std::string> settings;
  for (auto it = json.begin(); it != json.end(); ++it)
    settings[it.key().toStdString()] = it.value().toString().toStdString();
  return settings;
}

QString base64(std::span<const std::byte> bytes) {
  const QByteArray raw(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()));
  return QString::fromLatin1(raw.toBase64());
}

std::vector<std::byte> bytesOf(const QJsonValue& value) {
  const QByteArray raw = QByteArray::fromBase64(value.toString().toLatin1());
  const auto* first = reinterpret_cast<const std::byte*>(raw.constData());
  return {first, first + raw.size()};
}

}  // namespace

void writeRecoveryEntry(const std::filesystem::path& folder, const RecoveredPhoto& recovered) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) throw cannotWrite(folder, QString::fromStdString(failure.message()));
  const core::Photo& photo = *recovered.photo;
  // The original may be renamed or changed before the next start, so it is kept as well.
  writeRaster(folder / "source.raster", *photo.raster);
  writeRaster(folder / "result.raster", *recovered.result.raster);
  const QJsonObject chosen = settingsJson(recovered.result.chosen);
  QJsonArray earlier;
  for (const core::EarlierPart& part : recovered.result.earlier)
    earlier.append(QJsonObject{{"step", part.step}, {"settings", settingsJson(part.settings)}});
  QJsonArray placements;
  for (const std::string& placement : recovered.result.placements) placements.append(QString::fromStdString(placement));
  const QJsonObject json{{"version", kVersion},
                         {"name", recovered.name},
                         {"file", base64(std::as_bytes(std::span(photo.file.native())))},
                         {"format", static_cast<int>(photo.format)},
                         {"source", layoutJson(photo.raster->layout())},
                         {"result", layoutJson(recovered.result.raster->layout())},
                         {"profile", base64(photo.iccProfile)},
                         {"exif", base64(photo.metadata.exif)},
                         {"iptc", base64(photo.metadata.iptc)},
                         {"xmp", base64(std::as_bytes(std::span(photo.metadata.xmp)))},
                         {"resolutionX", photo.pixelsPerMillimetreX},
                         {"resolutionY", photo.pixelsPerMillimetreY},
                         {"quality", photo.jpegQuality},
                         {"subsampled", photo.jpegSubsampled},
                         {"lossless", photo.lossless},
                         {"recipe", QString::fromStdString(core::toYaml(recovered.result.recipe))},
                         {"model", recovered.result.modelTitle},
                         {"chosen", chosen},
                         {"step", recovered.result.step.value_or(0)},
                         {"earlier", earlier},
                         {"generative", recovered.result.generative},
                         {"placements", placements},
                         {"strength", recovered.strength}};
  QSaveFile out(fromPath(folder / kDescription));
  if (!out.open(QIODevice::WriteOnly) || out.write(QJsonDocument(json).toJson()) < 0 || !out.commit()) {
    throw cannotWrite(folder, out.errorString());
  }
}

bool isRecoveryEntry(const std::filesystem::path& folder) {
  return std::filesystem::exists(folder / kDescription);
}

RecoveredPhoto readRecoveryEntry(const std::filesystem::path& folder) {
  QFile in(fromPath(folder / kDescription));
  if (!in.open(QIODevice::ReadOnly)) throw damaged(folder);
  const QJsonObject json = QJsonDocument::fromJson(in.readAll()).object();
  const int format = json["format"].toInt(-1);
  if (json["version"].toInt() != kVersion || format < 0 || format > static_cast<int>(core::FileFormat::Raw)) {
    throw damaged(folder);
  }
  auto photo = std::make_shared<core::Photo>();
  const auto text = [&](const char* key) {
    const auto bytes = bytesOf(json[QLatin1String(key)]);
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  photo->raster = readRaster(folder / "source.raster", layoutOf(json["source"].toObject(), folder));
  photo->file = text("file");
  photo->format = static_cast<core::FileFormat>(format);
  photo->iccProfile = bytesOf(json["profile"]);
  photo->metadata = {bytesOf(json["exif"]), bytesOf(json["iptc"]), text("xmp")};
  photo->pixelsPerMillimetreX = json["resolutionX"].toDouble();
  photo->pixelsPerMillimetreY = json["resolutionY"].toDouble();
  photo->jpegQuality = json["quality"].toInt();
  photo->jpegSubsampled = json["subsampled"].toBool();
  photo->lossless = json["lossless"].toBool();

  RecoveredPhoto recovered;
  recovered.name = json["name"].toString();
  recovered.result.raster = readRaster(folder / "result.raster", layoutOf(json["result"].toObject(), folder));
  recovered.result.recipe = core::parseRecipe(json["recipe"].toString().toStdString(), folder);
  recovered.result.modelTitle = json["model"].toString();
  recovered.result.chosen = settingsOf(json["chosen"].toObject());
  if (const int step = json["step"].toInt(); step > 0) recovered.result.step = step;
  const QJsonArray earlier = json["earlier"].toArray();
  for (qsizetype i = 0; i < earlier.size(); ++i) {
    const QJsonObject part = earlier.at(i).toObject();
    recovered.result.earlier.push_back({part["step"].toInt(), settingsOf(part["settings"].toObject())});
  }
  recovered.result.generative = json["generative"].toBool();
  const QJsonArray placements = json["placements"].toArray();
  for (qsizetype i = 0; i < placements.size(); ++i)
    recovered.result.placements.push_back(placements.at(i).toString().toStdString());
  recovered.photo = std::move(photo);
  recovered.strength = std::clamp(json["strength"].toDouble(1), 0.0, 1.0);
  return recovered;
}

}  // namespace heirloom::ui
