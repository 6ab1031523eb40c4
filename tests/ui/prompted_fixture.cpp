#include "tests/ui/prompted_fixture.h"

#include <QListWidget>
#include <QPushButton>
#include <QSpinBox>

#include "tests/models/instantir/tiny_folder.h"
#include "ui/document.h"
#include "ui/panels/prompt_field.h"
#include "ui/panels/restore_panel.h"

namespace heirloom::tests {

PromptedFixture::PromptedFixture(int steps, const std::function<void(const std::filesystem::path&)>& change) {
  const std::filesystem::path model = folder() / "tiny-instantir";
  writeTinyInstantIr(model);
  if (change) change(model);
  session().models().openCheckpoint(model);
  QTRY_VERIFY2_WITH_TIMEOUT(find<ui::RestorePanel>("restorePanel")->model() == model.string(), qPrintable(messages()),
                            kPatience);
  open(photo("a.png", 96, 64));
  find<QSpinBox>("stepsField")->setValue(steps);
  // Its tokens are single bytes, so that the standard text is too long for it.
  find<ui::PromptField>("promptText")->setText(QStringLiteral("a photo"));
  find<ui::PromptField>("negative_promptText")->setText(QStringLiteral("blurry"));
  find<QSpinBox>("min_sideField")->setValue(64);
  find<QSpinBox>("max_sideField")->setValue(128);
}

void PromptedFixture::takeStep(int row) {
  find<QListWidget>("steps")->setCurrentRow(row);
  find<QPushButton>("takeStep")->click();
  QTRY_VERIFY_WITH_TIMEOUT(!current()->run(), kPatience);
}

std::vector<float> valuesOf(const core::Raster& raster) {
  std::vector<float> values(static_cast<std::size_t>(raster.width() * raster.height() * raster.layout().bands()));
  core::toFloat(raster, {0, 0, raster.width(), raster.height()}, values);
  return values;
}

}  // namespace heirloom::tests
