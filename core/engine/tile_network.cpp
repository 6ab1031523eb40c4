#include "core/engine/tile_network.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
#include <string>

#include "core/engine/memory_budget.h"
#include "core/engine/picture_sample.h"
#include "models/common/error.h"
#include "models/common/kept_networks.h"
#include "models/common/notes.h"
#include "models/common/out_of_memory.h"
#include "models/common/photo_around.h"
#include "models/placement.h"

namespace heirloom::core {
namespace {

// Of a network whose descriptor says nothing: 64 channels in float32, three times.
constexpr double kUsualBytesPerPixel = 64 * 4 * 3;

// Memory that is in use by others may come and go between asking and taking.
constexpr double kSafePart = 0.9;

// A tile is what a person waits for before something appears, and what a stop may have to wait for: at most this much
// work, a second or two of a desktop's processor, and no larger than caches and progress like.
constexpr double kFlopOfATile = 1e12;
constexpr double kSmallestTile = 256.0 * 256.0;
constexpr double kLargestTile = 1024.0 * 1024.0;

std::string megabytes(double bytes) {
  return std::to_string(static_cast<std::int64_t>(bytes / 1e6));
}

}  // namespace

/// Maps what a session reports to the part of the call that it computes.
class TileNetwork::SessionObserver : public models::Observer,
                                     public models::NoteTaker,
                                     public models::StepKeeper,
                                     public models::PhotoAround {
 public:
  explicit SessionObserver(TileNetwork& owner) : owner_(owner) {}

  void progress(const Message& stage, double fraction) override {
    if (owner_.listener_.progress)
      owner_.listener_.progress(stage, share.from + (share.to - share.from) * std::clamp(fraction, 0.0, 1.0));
  }
  void preview(int index, const at::Tensor& picture) override {
    if (!owner_.listener_.preview) return;
    const at::Tensor change = std::exchange(change_, at::Tensor());
    owner_.listener_.preview({index, share, picture,
                              change.defined() ? std::optional(change.item<double>()) : std::nullopt,
                              std::exchange(kept_, nullptr), std::exchange(took_, std::nullopt)});
  }
  void value(const std::string& name, const at::Tensor& tensor) override {
    if (!name.starts_with("change.")) return;
    // Where nobody wants previews the device is not waited for.
    change_ = tensor.mean();
    owner_.changes_.push_back(change_);
  }
  bool stopRequested() const override { return owner_.stop_.stop_requested(); }
  void note(const Message& message) override {
    if (owner_.listener_.warning) owner_.listener_.warning(message);
  }
  void held(const Message& how) override {
    if (owner_.listener_.placed) owner_.listener_.placed(owner_.placement_.device, how);
  }

  bool keepsSteps() const override { return owner_.listener_.preview != nullptr; }
  void keep(std::shared_ptr<const models::KeptStep> step) override { kept_ = std::move(step); }
  void took(std::chrono::duration<double> step) override { took_ = step; }
  std::shared_ptr<const models::KeptStep> from() const override { return owner_.from_; }
  bool onlyPicture() const override { return owner_.onlyPicture_; }

  std::int64_t photoHeight() const override { return owner_.boxes_.empty() ? 0 : owner_.picture_.height; }
  std::int64_t photoWidth() const override { return owner_.boxes_.empty() ? 0 : owner_.picture_.width; }
  at::Tensor photo(Corner corner, std::int64_t height, std::int64_t width) const override {
    return owner_.picture_.shown({corner.left, corner.top, width, height});
  }
  Corner cornerOf(std::int64_t index) const override {
    const Box& tile = owner_.boxes_[static_cast<std::size_t>(share.first + index)];
    return {tile.y + share.box.y, tile.x + share.box.x};
  }

  Share share;

 private:
  TileNetwork& owner_;
  // Of the preview to come.
  at::Tensor change_;
  std::shared_ptr<const models::KeptStep> kept_;
  std::optional<std::chrono::duration<double>> took_;
};

TileNetwork::TileNetwork(std::shared_ptr<const models::Restorer> network, models::Settings settings,
                         models::Placement placement, std::uint64_t budget, std::stop_token stop, Listener listener,
                         std::shared_ptr<const models::KeptStep> from, bool onlyPicture)
    : network_(std::move(network)),
      settings_(std::move(settings)),
      placement_(placement),
      stop_(std::move(stop)),
      listener_(std::move(listener)),
      from_(std::move(from)),
      onlyPicture_(onlyPicture),
      described_(network_->describe(settings_)),
      rules_(described_),
      observer_(std::make_unique<SessionObserver>(*this)) {
  place(placement, budget);
}

TileNetwork::~TileNetwork() = default;

void TileNetwork::place(models::Placement placement, std::uint64_t budget) {
  session_.reset();
  placement_ = placement;
  if (listener_.placed) listener_.placed(placement.device, {});
  const double bytes = described_.activationBytesPerPixel;
  const double perPixel = bytes > 0 ? bytes : kUsualBytesPerPixel;
  if (budget == 0) budget = activationBudget(placement.device);
  const double comfortable =
      std::clamp(kFlopOfATile / std::max(1.0, described_.flopPerPixel), kSmallestTile, kLargestTile);
  areaLimit_ = static_cast<std::int64_t>(std::min(comfortable, static_cast<double>(budget) / perPixel));
  session_ = network_->start(settings_, placement, *observer_);
  sampled_ = !statistics_.empty();
}

void TileNetwork::begin(Picture picture) {
  picture_ = std::move(picture);
  statistics_.clear();
  sampled_ = false;
}

bool TileNetwork::wantsSample(const at::Tensor& tiles) const {
  return described_.wholeStatistics && picture_.shown && !sampled_ &&
         tiles.size(2) * tiles.size(3) < picture_.width * picture_.height;
}

void TileNetwork::gather(double from) {
  sampled_ = true;
  const std::vector<Box> patches = samplePatches(picture_.width, picture_.height, rules_, areaLimit_);
  const std::int64_t area = patches.front().width * patches.front().height;
  const auto shown = [this](const Box& box) {
    if (stop_.stop_requested()) throw Stopped{};
    return picture_.shown(box).to(placement_.device);
  };
  observer_->share = {.from = from, .to = from};
  for (std::int64_t atOnce = std::max<std::int64_t>(1, areaLimit_ / area); atOnce > 0; atOnce /= 2) {
    if (!hasRoom(atOnce * area)) continue;
    try {
      gatherStatistics(statistics_, *session_, patches, atOnce, shown);
      return;
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      if (!models::isOutOfMemory(error)) throw;
    }
    statistics_.clear();
    models::releaseFreedMemory(placement_.device);
  }
  // Tiles are larger than patches: what happens to them says what there is to say about memory.
}

std::vector<double> TileNetwork::changes() const {
  if (changes_.empty()) return {};
  const at::Tensor all = at::stack(changes_).to(at::kCPU, at::kDouble);
  return {all.const_data_ptr<double>(), all.const_data_ptr<double>() + all.numel()};
}

TileNetwork::Share TileNetwork::Share::part(std::int64_t index, std::int64_t count) const {
  Share part = *this;
  const double each = (to - from) / static_cast<double>(count);
  part.from = from + each * static_cast<double>(index);
  part.to = part.from + each;
  return part;
}

at::Tensor TileNetwork::restore(const at::Tensor& tiles, std::vector<Box> boxes) {
  boxes_ = std::move(boxes);
  return within(tiles, {.box = {0, 0, tiles.size(3), tiles.size(2)}});
}

at::Tensor TileNetwork::within(const at::Tensor& tiles, const Share& share) {
  while (true) {
    if (stop_.stop_requested()) throw Stopped{};
    const std::int64_t count = tiles.size(0);
    if (tight_ && count > 1) {
      std::vector<at::Tensor> results;
      for (std::int64_t i = 0; i < count; ++i) {
        Share part = share.part(i, count);
        part.first = share.first + i;
        results.push_back(within(tiles.narrow(0, i, 1), part));
      }
      return at::cat(results);
    }
    if (tight_ && tiles.size(2) * tiles.size(3) > areaLimit_) {
      const TilePlan plan(tiles.size(3), tiles.size(2), rules_, {0, areaLimit_});
      if (plan.count() > 1) return inParts(tiles, share);
    }
    if (wantsSample(tiles)) gather(share.from);
    const std::int64_t pixels = tiles.size(0) * tiles.size(2) * tiles.size(3);
    if (hasRoom(pixels) || (releaseKept() && hasRoom(pixels))) {
      try {
        observer_->share = share;
        changes_.clear();
        std::optional<models::WholeStatistics::Scope> shared;
        if (!statistics_.empty()) shared.emplace(statistics_, models::WholeStatistics::Use::Replay);
        return session_->restore(tiles.to(placement_.device)).to(at::kCPU, at::kFloat);
      } catch (const Error&) {
        throw;
      } catch (const std::exception& error) {
        if (!models::isOutOfMemory(error)) throw;
      }
    }
    shrink(tiles);
  }
}

at::Tensor TileNetwork::inParts(const at::Tensor& tile, const Share& share) {
  const TilePlan plan(tile.size(3), tile.size(2), rules_, {0, areaLimit_});
  const std::int64_t scale = rules_.scale;
  at::Tensor result;
  TileAssembler assembler(plan, rules_, [&](const Box& box, const at::Tensor& pixels) {
    if (!result.defined())
      result = at::empty({1, pixels.size(2), tile.size(2) * scale, tile.size(3) * scale}, at::kFloat);
    result[0]
        .narrow(1, box.y * scale, box.height * scale)
        .narrow(2, box.x * scale, box.width * scale)
        .copy_(pixels.permute({2, 0, 1}));
  });
  for (std::size_t i = 0; i < plan.count(); ++i) {
    const Box box = plan.input(i);
    Share part = share.part(static_cast<std::int64_t>(i), static_cast<std::int64_t>(plan.count()));
    part.box = {share.box.x + box.x, share.box.y + box.y, box.width, box.height};
    const at::Tensor input = tile.narrow(2, box.y, box.height).narrow(3, box.x, box.width);
    assembler.add(i, within(input, part)[0]);
  }
  return result;
}

bool TileNetwork::hasRoom(std::int64_t pixels) const {
  // A GPU refuses and can be asked; on the CPU the system would kill.
  if (!placement_.device.is_cpu()) return true;
  const double described = described_.activationBytesPerPixel;
  const double needed = (described > 0 ? described : kUsualBytesPerPixel) * static_cast<double>(pixels);
  return needed <= kSafePart * static_cast<double>(availableMemory(placement_.device));
}

bool TileNetwork::releaseKept() {
  const models::KeepsNetworks* keeping = models::keepsNetworks(*network_);
  if (!keeping || std::exchange(released_, true)) return false;
  session_.reset();
  const bool released = keeping->release();
  if (released) models::releaseFreedMemory(placement_.device);
  session_ = network_->start(settings_, placement_, *observer_);
  return released;
}

void TileNetwork::shrink(const at::Tensor& tiles) {
  models::releaseFreedMemory(placement_.device);
  tight_ = true;
  if (tiles.size(0) > 1) return;  // one at a time comes first
  const std::int64_t area = tiles.size(2) * tiles.size(3);
  const TilePlan halved(tiles.size(3), tiles.size(2), rules_, {0, area / 4});
  if (halved.count() > 1 && halved.tileWidth() * halved.tileHeight() < area) {
    areaLimit_ = std::max(area / 4, halved.tileWidth() * halved.tileHeight());
    if (listener_.warning) {
      listener_.warning(
          HEIRLOOM_TEXT("run.smaller_tiles", "memory ran out; the run goes on with tiles of %1 x %2 pixels")
              .with(std::to_string(halved.tileWidth()), std::to_string(halved.tileHeight())));
    }
    return;
  }
  if (!placement_.device.is_cpu()) {
    if (listener_.warning) {
      listener_.warning(HEIRLOOM_TEXT("run.to_cpu",
                                      "the memory of %1 is not enough for the smallest tile; the run goes on "
                                      "with the processor, which is slower")
                            .with(placement_.device.str()));
    }
    place({at::kCPU, at::kFloat}, 0);
    tight_ = false;
    // The tile at hand was cut for the GPU.
    if (area > areaLimit_) tight_ = true;
    return;
  }
  throw Error(HEIRLOOM_TEXT("run.no_memory",
                            "there is not enough memory for the smallest tile of %1 x %2 pixels (%3 MB are free)")
                  .with(std::to_string(tiles.size(3)), std::to_string(tiles.size(2)),
                        megabytes(static_cast<double>(availableMemory(placement_.device)))),
              HEIRLOOM_TEXT("run.no_memory_remedy", "close other programs, or choose a smaller network"));
}

}  // namespace heirloom::core
