#include "ui/dialogs/network_dialog.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/text.h"

namespace heirloom::ui {
namespace {

constexpr int kNameLength = 60;

}  // namespace

NetworkDialog::NetworkDialog(const std::filesystem::path& file, std::vector<NetworkChoice> choices, QWidget* parent)
    : QDialog(parent), choices_(std::move(choices)) {
  setObjectName(QStringLiteral("networkDialog"));
  setAttribute(Qt::WA_DeleteOnClose);
  setWindowTitle(tr("Several Networks"));
  auto* question = new QLabel(
      tr("%1 holds several networks. Which one is meant?").arg(shortName(fromPath(file.filename()), kNameLength)),
      this);
  question->setTextFormat(Qt::PlainText);
  question->setWordWrap(true);
  list_ = new QListWidget(this);
  list_->setObjectName(QStringLiteral("networkList"));
  list_->setAccessibleName(tr("Networks in the file"));
  for (const NetworkChoice& choice : choices_) list_->addItem(choice.title);
  list_->setCurrentRow(0);
  list_->setSpacing(3);
  list_->setMinimumWidth(360);

  auto* buttons = new QDialogButtonBox(this);
  auto* open = new QPushButton(tr("&Open"), this);
  open->setAccessibleName(tr("Open"));
  open->setProperty("primary", true);  // before the box polishes it
  open->setDefault(true);
  buttons->addButton(open, QDialogButtonBox::AcceptRole);
  buttons->addButton(tr("Cancel"), QDialogButtonBox::RejectRole)->setAccessibleName(tr("Cancel"));
  connect(buttons, &QDialogButtonBox::accepted, this, &NetworkDialog::choose);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(list_, &QListWidget::itemActivated, this, &NetworkDialog::choose);

  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(20, 18, 20, 16);
  layout->setSpacing(12);
  layout->addWidget(question);
  layout->addWidget(list_);
  layout->addWidget(buttons);
  list_->setFocus();
}

void NetworkDialog::choose() {
  const int row = list_->currentRow();
  if (row < 0 || !isVisible()) return;  // Enter activates an item and the default button
  accept();
  Q_EMIT chosen(choices_[static_cast<std::size_t>(row)].checkpoint);
}

}  // namespace heirloom::ui
