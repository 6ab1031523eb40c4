#include "ui/run_steps.h"

#include <QComboBox>
#include <QListWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>

#include "core/photo/photo.h"
#include "models/common/kept_step.h"
#include "tests/models/restorevar/tiny_folder.h"
#include "tests/support/shared.h"
#include "tests/ui/fixture.h"
#include "ui/document.h"
#include "ui/panels/restore_panel.h"
#include "ui/save.h"
#include "ui/viewer/viewer.h"

namespace heirloom::tests {

/// Runs of progressive networks as the window shows them.
class StepsTest : public QObject {
  Q_OBJECT

  /// A photo of `width` x `height` is open and dpir-deblur chosen, with the tiny denoiser.
  static void prepare(Fixture& fixture, int width, int height, int iterations) {
    fixture.open(fixture.photo("a.png", width, height));
    QTRY_VERIFY_WITH_TIMEOUT(fixture.session().models().find("dpir-deblur"), kPatience);
    fixture.find<ui::RestorePanel>("restorePanel")->chooseModel("dpir-deblur");
    fixture.find<QSpinBox>("iterationsField")->setValue(iterations);
  }
  /// A photo of 60 x 40 is open and the tiny RestoreVAR chosen.
  static void prepareRestoreVar(Fixture& fixture) {
    const std::filesystem::path model = fixture.folder() / "tiny-restorevar";
    writeTinyRestoreVar(model);
    fixture.session().models().openCheckpoint(model);
    QTRY_VERIFY2_WITH_TIMEOUT(fixture.find<ui::RestorePanel>("restorePanel")->model() == model.string(),
                              qPrintable(fixture.messages()), kPatience);
    fixture.open(fixture.photo("a.png", 60, 40));
  }
  static std::vector<float> samplesOf(const core::Raster& raster) {
    std::vector<float> samples(static_cast<std::size_t>(raster.width() * raster.height() * raster.layout().bands()));
    core::toFloat(raster, {0, 0, raster.width(), raster.height()}, samples);
    return samples;
  }
  static double distance(const core::Raster& a, const core::Raster& b) {
    const auto first = samplesOf(a);
    const auto second = samplesOf(b);
    double sum = 0;
    for (std::size_t i = 0; i < first.size(); ++i) sum += std::abs(static_cast<double>(first[i] - second[i]));
    return sum / static_cast<double>(first.size());
  }
  /// The viewer once nothing is missing any more.
  static QImage settled(Fixture& fixture) {
    auto* viewer = fixture.find<ui::Viewer>("viewer");
    QImage image = viewer->grab().toImage();
    for (int still = 0; still < 5;) {
      QTest::qWait(60);
      QImage next = viewer->grab().toImage();
      still = next == image ? still + 1 : 0;
      image = std::move(next);
    }
    return image;
  }
  static const std::vector<ui::RunStep>& steps(Fixture& fixture) { return fixture.current()->steps().all(); }

 private Q_SLOTS:
  void everyStepGoesToTheGrowingPictureAndTheStrip() {
    Fixture fixture;
    prepare(fixture, 96, 64, 4);
    QVERIFY(!fixture.find<QWidget>("stepStrip")->isVisible());
    fixture.trigger("restore.run");
    int previews = 0;
    int shown = 0;
    connect(fixture.current()->run(), &ui::EngineRun::previewed, this, [&](const ui::RunPreview& preview) {
      ++previews;
      const ui::GrowingPicture& growing = fixture.current()->run()->picture();
      const std::shared_lock lock(*growing.writing);
      // A later one may be there already, but never the original.
      shown += distance(*growing.raster, *fixture.current()->photo()->raster) > 0 ? 1 : 0;
      QCOMPARE(preview.raster->layout(), growing.raster->layout());
      QVERIFY(fixture.find<QWidget>("stepStrip")->isVisible());
    });
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.current()->run(), kPatience);
    QCOMPARE(previews, 4);
    QCOMPARE(shown, 4);
    auto* list = fixture.find<QListWidget>("steps");
    QVERIFY(list->isVisible());
    QCOMPARE(list->count(), 5);
    QCOMPARE(list->currentRow(), 4);
    QVERIFY(list->item(0)->text().startsWith(QStringLiteral("Step 1, ")));
    QVERIFY(list->item(4)->text().startsWith(QStringLiteral("Result, ")));
    QVERIFY(list->item(1)->data(Qt::AccessibleTextRole).toString().startsWith(QStringLiteral("Step 2, took ")));
    for (int row = 0; row < 5; ++row) {
      QTRY_VERIFY_WITH_TIMEOUT(!steps(fixture)[static_cast<std::size_t>(row)].thumbnail.isNull(), kPatience);
      const QImage card = list->item(row)->icon().pixmap(112, 76).toImage();
      QVERIFY(card.pixelColor(card.rect().center()).alpha() > 0);
    }
  }

  void chosenStepIsShownAndCanBeTaken() {
    Fixture fixture;
    prepare(fixture, 96, 64, 4);
    fixture.run();
    fixture.trigger("view.compare");
    auto* list = fixture.find<QListWidget>("steps");
    auto* take = fixture.find<QPushButton>("takeStep");
    QVERIFY(!take->isEnabled());
    list->setFocus();
    const QImage result = settled(fixture);
    for (int i = 0; i < 3; ++i) QTest::keyClick(list, Qt::Key_Left);
    QCOMPARE(fixture.current()->steps().chosen(), 1);
    QVERIFY(settled(fixture) != result);
    const auto end = fixture.current()->result()->raster;
    const auto second = steps(fixture)[1].raster;
    QVERIFY(take->isEnabled());
    QTest::keyClick(list, Qt::Key_Return);
    QCOMPARE(fixture.current()->result()->raster, second);
    QCOMPARE(fixture.current()->result()->step, std::optional(2));
    QVERIFY(!take->isEnabled());
    QVERIFY(list->isVisible());
    fixture.trigger("edit.undo");
    QCOMPARE(fixture.current()->result()->raster, end);
    list->setCurrentRow(4);
    QCOMPARE(settled(fixture), result);
    // Without the result its steps mean nothing.
    fixture.trigger("edit.undo");
    QVERIFY(!fixture.find<QWidget>("stepStrip")->isVisible());
    fixture.trigger("edit.redo");
    QVERIFY(fixture.find<QWidget>("stepStrip")->isVisible());
  }

  void stopKeepsWhatIsThereAndSaysWhere() {
    Fixture fixture;
    prepare(fixture, 220, 200, 100);
    fixture.trigger("restore.run");
    QTRY_VERIFY_WITH_TIMEOUT(steps(fixture).size() >= 3, kPatience);
    fixture.trigger("restore.cancel");
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.current()->run(), kPatience);
    QVERIFY(fixture.current()->hasUnsavedResult());
    const int last = steps(fixture).back().number;
    QVERIFY(last < 100);
    QVERIFY2(fixture.messages().contains(QStringLiteral("Stopped after step %1.").arg(last)),
             qPrintable(fixture.messages()));
    QCOMPARE(fixture.current()->result()->step, std::optional(last));
    QCOMPARE(fixture.current()->result()->raster, steps(fixture).back().raster);
    // The file says that it is no end of a run.
    const auto file = fixture.folder() / "stopped.png";
    ui::SaveTarget target = ui::suggestedTarget(*fixture.current());
    target.file = file;
    ui::save(ui::saveJobOf(*fixture.current(), target));
    const std::string recipe = core::embeddedRecipe(core::readPhoto(file).metadata);
    QVERIFY2(recipe.find("after step " + std::to_string(last)) != std::string::npos, recipe.c_str());
    QVERIFY(core::parseRecipe(recipe, file).steps.size() == 1);
    fixture.trigger("edit.undo");
    QVERIFY(!fixture.current()->result());
  }

  void everyScaleOfTokensIsInTheStripWithItsTime() {
    Fixture fixture;
    prepareRestoreVar(fixture);
    fixture.find<QSpinBox>("previewsField")->setValue(1);
    fixture.run();
    auto* list = fixture.find<QListWidget>("steps");
    QVERIFY(list->isVisible());
    QCOMPARE(list->count(), 5);  // four scales and the result
    for (int row = 0; row < 4; ++row) {
      const ui::RunStep& step = steps(fixture)[static_cast<std::size_t>(row)];
      QCOMPARE(step.number, row + 1);
      QVERIFY(step.seconds > 0);
      QVERIFY(list->item(row)->text().startsWith(QStringLiteral("Step %1, ").arg(row + 1)));
      QVERIFY(list->item(row)->data(Qt::AccessibleTextRole).toString().contains(QStringLiteral("took ")));
    }
    QVERIFY(distance(*steps(fixture)[0].raster, *steps(fixture)[3].raster) > 0);
    QVERIFY(fixture.current()->result()->generative);
  }

  void aWayThatDoesNotFitThePhotoIsRefusedBeforeAnythingIsShown() {
    Fixture fixture;
    prepareRestoreVar(fixture);
    auto* ways = fixture.find<QComboBox>("sizeList");
    ways->setCurrentIndex(ways->findData(QStringLiteral("published")));
    fixture.trigger("restore.run");
    bool grew = false;
    connect(fixture.current()->run(), &ui::EngineRun::began, this, [&grew] { grew = true; });
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.current()->run(), kPatience);
    QVERIFY(!grew);
    QVERIFY(!fixture.current()->result());
    QVERIFY2(fixture.messages().contains(QStringLiteral("a picture of 64 x 64 pixels, and the photo has 60 x 40")),
             qPrintable(fixture.messages()));
    // Nothing is in the way of another.
    ways->setCurrentIndex(ways->findData(QStringLiteral("square")));
    fixture.run();
    QVERIFY2(fixture.current()->result(), qPrintable(fixture.messages()));
  }

  void tilesShowTheirStepsAtTheirPlace() {
    Fixture fixture;
    prepare(fixture, 2600, 1200, 100);
    fixture.trigger("restore.run");
    std::optional<ui::RunPreview> first;
    connect(fixture.current()->run(), &ui::EngineRun::previewed, this, [&](const ui::RunPreview& preview) {
      if (!first) first = preview;
    });
    QTRY_VERIFY_WITH_TIMEOUT(steps(fixture).size() >= 2, kPatience);
    QVERIFY(first && first->tiles > 1);
    QVERIFY(first->box.width < 2600 || first->box.height < 1200);
    QCOMPARE(first->raster->width(), first->box.width);
    QVERIFY(!fixture.find<QPushButton>("takeStep")->isVisible());
    fixture.trigger("restore.cancel");
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.current()->run(), kPatience);
    QVERIFY2(fixture.messages().contains(QStringLiteral("Stopped in part 1 of %1").arg(first->tiles)),
             qPrintable(fixture.messages()));
    // Outside of the tile the picture is the original.
    const core::Raster& kept = *fixture.current()->result()->raster;
    const core::Box& box = first->box;
    const std::int64_t y = box.y > 0 ? 0 : box.y + box.height < 1200 ? 1199 : 600;
    const std::int64_t x = box.x > 0 ? 0 : 2599;
    std::vector<float> before(3);
    std::vector<float> after(3);
    core::toFloat(*fixture.current()->photo()->raster, {x, y, 1, 1}, before);
    core::toFloat(kept, {x, y, 1, 1}, after);
    QCOMPARE(after, before);
    QVERIFY(!fixture.find<QWidget>("stepStrip")->isVisible());
  }

  void fullPicturesStayWithinTheirBound() {
    ui::Workers workers;
    ui::RunSteps steps(workers);
    // One raster for all: the bound counts what each would take.
    const auto raster = std::make_shared<const core::Raster>(
        core::Layout{3000, 2000, core::ColourModel::Rgb, false, core::SampleType::UInt16});
    core::Photo photo;
    photo.raster = raster;
    steps.begin(photo, core::Recipe{});
    const auto fit = static_cast<int>(ui::RunSteps::kBytes / raster->layout().bytes());
    for (int i = 0; i < fit + 2; ++i) steps.add({.step = i, .box = {0, 0, 3000, 2000}, .raster = raster});
    QCOMPARE(static_cast<int>(steps.all().size()), fit + 2);
    const auto full =
        std::ranges::count_if(steps.all(), [](const ui::RunStep& step) { return step.raster != nullptr; });
    QCOMPARE(static_cast<int>(full), fit);
    QVERIFY(!steps.all()[0].raster && !steps.all()[1].raster && steps.all()[2].raster);
    steps.choose(0);
    QCOMPARE(steps.chosen(), fit + 1);
    QTRY_VERIFY_WITH_TIMEOUT(!steps.all()[0].thumbnail.isNull(), kPatience);
  }

  void stepsWhosePictureCanBeMadeAgainStayToBeTaken() {
    struct Alone : models::KeptStep {
      std::uint64_t bytes() const override { return 1000; }
      double left() const override { return 0; }
      std::vector<std::string> fixed() const override { return {}; }
    };
    struct Kept : Alone {
      std::uint64_t bytes() const override { return ui::RunSteps::kKeptBytes / 4; }
      double left() const override { return 0.5; }
      std::shared_ptr<const models::KeptStep> pictureAlone() const override { return std::make_shared<const Alone>(); }
    };
    ui::Workers workers;
    ui::RunSteps steps(workers);
    const auto raster = std::make_shared<const core::Raster>(
        core::Layout{3001, 2000, core::ColourModel::Rgb, false, core::SampleType::UInt16});
    core::Photo photo;
    photo.raster = raster;
    steps.begin(photo, core::Recipe{});
    const auto fit = static_cast<std::size_t>(ui::RunSteps::kBytes / raster->layout().bytes());
    const std::size_t count = 30;
    QVERIFY(fit < count);
    for (std::size_t i = 0; i < count; ++i) {
      steps.add({.step = static_cast<int>(i),
                 .box = {0, 0, 3001, 2000},
                 .raster = raster,
                 .kept = std::make_shared<const Kept>()});
    }
    const auto isSmall = [](const ui::RunStep& step) { return step.raster && step.raster->width() < 3001; };
    QTRY_COMPARE_WITH_TIMEOUT(static_cast<std::size_t>(std::ranges::count_if(steps.all(), isSmall)), count - fit,
                              kPatience);
    std::uint64_t bytes = 0;
    for (std::size_t row = 0; row < count; ++row) {
      const ui::RunStep& step = steps.all()[row];
      QVERIFY(step.raster && step.kept && !step.picture());
      bytes += step.raster->layout().bytes();
      // Only the latest lead on.
      QCOMPARE(step.kept->left() > 0, row + 3 >= count);
    }
    QVERIFY(bytes < ui::RunSteps::kBytes + count * 8 * ui::RunSteps::kSmall);
    QCOMPARE(steps.all()[0].raster->height(), 125);
    steps.choose(0);
    QCOMPARE(steps.chosen(), 0);

    // Made, it is there in full.
    steps.setPicture(0, raster);
    QCOMPARE(steps.all()[0].picture(), raster);
    QCOMPARE(steps.all()[0].raster, raster);
    QVERIFY(steps.made(raster.get()));
  }

  void aRunThatGoesOnReplacesTheStepsAfterOnceItShowsSomething() {
    struct Kept : models::KeptStep {
      std::uint64_t bytes() const override { return ui::RunSteps::kKeptBytes / 3; }
      double left() const override { return 1; }
      std::vector<std::string> fixed() const override { return {}; }
    };
    ui::Workers workers;
    ui::RunSteps steps(workers);
    const auto raster = std::make_shared<const core::Raster>(
        core::Layout{30, 20, core::ColourModel::Rgb, false, core::SampleType::UInt16});
    core::Photo photo;
    photo.raster = raster;
    const auto shown = [&](int step) {
      return ui::RunPreview{
          .step = step, .box = {0, 0, 30, 20}, .raster = raster, .kept = std::make_shared<const Kept>()};
    };
    const core::Recipe recipe{.steps = {core::Step{}}};
    steps.begin(photo, recipe);
    for (int i = 0; i < 4; ++i) steps.add(shown(i));
    // The earliest is only to be looked at.
    QVERIFY(!steps.all()[0].kept && steps.all()[1].kept && steps.all()[3].kept);
    steps.end(raster, true, 1);
    QCOMPARE(steps.all().size(), std::size_t{5});

    steps.choose(1);
    steps.goOn(1, recipe);
    QCOMPARE(steps.apart(), &steps.all()[1]);
    steps.end(nullptr, false, 0);
    QCOMPARE(steps.all().size(), std::size_t{5});  // stopped before anything came
    steps.goOn(1, recipe);
    steps.add(shown(2));
    QCOMPARE(steps.all().size(), std::size_t{3});
    QCOMPARE(steps.all().back().number, 3);
    QCOMPARE(steps.chosen(), 2);
    QVERIFY(!steps.apart());
    steps.end(raster, true, 1);
    QCOMPARE(steps.all().size(), std::size_t{4});
    for (const ui::RunStep& step : steps.all()) QTRY_VERIFY_WITH_TIMEOUT(!step.thumbnail.isNull(), kPatience);
  }

  void realDenoiserDeblursStepByStep() {
    if (!sharedFolder()) QSKIP("no reference material: set HEIRLOOM_SHARED");
    Fixture fixture;
    std::filesystem::copy_file(*sharedFolder() / "checkpoints" / "ffdnet_color.pth",
                               fixture.folder() / "models" / "ffdnet_color.pth");
    fixture.session().models().refresh();
    QTRY_VERIFY_WITH_TIMEOUT(fixture.session().models().find("ffdnet_color"), kPatience);
    prepare(fixture, 240, 160, 8);
    auto* denoisers = fixture.find<QComboBox>("denoiserList");
    denoisers->setCurrentIndex(denoisers->findData(QStringLiteral("ffdnet_color")));
    fixture.run();
    QCOMPARE(steps(fixture).size(), std::size_t{9});
    // From step to step the noise level falls: what changes gets less.
    std::vector<double> changes;
    for (std::size_t i = 1; i < 8; ++i)
      changes.push_back(distance(*steps(fixture)[i - 1].raster, *steps(fixture)[i].raster));
    for (const double change : changes) QVERIFY(change > 0);
    QVERIFY(changes.back() < changes.front());
    for (const ui::RunStep& step : steps(fixture)) QVERIFY(step.seconds > 0);
    fixture.find<QListWidget>("steps")->setFocus();
    const QImage result = settled(fixture);
    fixture.find<QListWidget>("steps")->setCurrentRow(0);
    QVERIFY(settled(fixture) != result);
  }
};

const Registered<StepsTest> kStepsTest("steps");

}  // namespace heirloom::tests

#include "steps_test.moc"
