#pragma once

#include <QString>
#include <filesystem>

#include "models/common/error.h"

namespace heirloom::ui {

/// A message from below Qt in the person's language: translated by id and English text, then filled with its arguments.
/// Remedies that name options of the command line have words of the window's own.
QString translated(const Message& message);

/// The same as a sentence of its own: first letter large, full stop at the end.
QString sentence(const Message& message);

/// What went wrong and what to do about it, for the message bar: "name.jpg: fault. Remedy."
QString explained(const Error& error);

/// Paths keep their bytes; only what is shown goes through QString, with replacement characters where it must.
QString fromPath(const std::filesystem::path& path);
std::filesystem::path toPath(const QString& text);

/// A file's name for a narrow place: the middle of a long one is left out.
QString shortName(const QString& name, int characters);

}  // namespace heirloom::ui
