#pragma once

#include <QImage>

#include "models/common/grid.h"

namespace heirloom::ui {

/// A blur kernel as a small picture, its highest value white, with a square root so that faint parts show.
QImage kernelPicture(const models::Grid& kernel);

}  // namespace heirloom::ui
