#pragma once

#include <torch/types.h>

#include <cstddef>
#include <functional>
#include <map>
#include <vector>

namespace heirloom::models {

/// What layers compute over all pixels of a picture (means of channels, products between them), for a photo whose tiles
/// go through a network one by one: gathered from patches of the photo before, and replayed in every tile instead of
/// what the tile says by itself. Statistics are told apart by the order in which a run asks for them, which must not
/// depend on the size of its picture.
class WholeStatistics {
 public:
  enum class Use { Gather, Replay };

  /// One call of Session::restore. While it lives, layers that run on this thread gather into `statistics`, or replay
  /// them; it is the thread's, so that no layer in between has to hand it on.
  class Scope {
   public:
    /// `rim`: of gathered patches, the share of a side that is left out at both of its ends, because layers do not see
    /// there what lies around. Default: none.
    Scope(WholeStatistics& statistics, Use use, double rim = 0);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    friend class WholeStatistics;
    WholeStatistics& statistics_;
    const Use use_;
    const double rim_;
    int view_ = 0;
    std::size_t next_ = 0;  // statistic of the view
    Scope* const outer_;
  };

  WholeStatistics() { clear(); }
  WholeStatistics(const WholeStatistics&) = delete;
  WholeStatistics& operator=(const WholeStatistics&) = delete;
  bool empty() const { return views_.empty(); }
  void clear();

  /// Computes something for each picture of N C H W, float32 or float64.
  using Statistic = std::function<at::Tensor(const at::Tensor& x)>;
  /// `statistic` of `x`. In a scope it is one for all pictures of `x`: what all that were gathered give together.
  static at::Tensor of(const at::Tensor& x, const Statistic& statistic);
  /// Whether there is a scope on this thread.
  static bool inUse();

  /// The session turns to another view of its picture, whose statistics differ: each is a run of its own.
  static void beginView(int view);
  /// The run of that view begins once more.
  static void beginAgain();

  static constexpr int kNotRecorded = -1;
  /// By which recordings of runs (graphs.h) are told apart, as they read the statistics where they lie: 0 without a
  /// scope, `kNotRecorded` where statistics are gathered.
  static int recordingNumber();

 private:
  struct Value {
    at::Tensor mean;
    double pictures = 0;  // it is the mean of
  };

  std::map<int, std::vector<Value>> views_;
  int number_ = 0;  // differs from that of all others, and from what it was before `clear`
};

/// The mean of every channel over the whole picture: N C H W -> N C 1 1, or 1 C 1 1 where that is shared; float32, as
/// the mean of many half-precision values needs more bits than they have.
at::Tensor channelMeans(const at::Tensor& x);

}  // namespace heirloom::models
