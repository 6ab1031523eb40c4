#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "models/checkpoint/archive.h"

namespace heirloom::models {

/// The tensors of one network, named as its modules are, after the file's wrapping was taken off
/// (references: spandrel's canonicalisation; kair.md 2.3). Knows no LibTorch.
class StateDict {
 public:
  StateDict() = default;
  StateDict(std::shared_ptr<const Archive> archive, std::vector<std::pair<std::string, TensorEntry>> entries);

  const std::vector<std::pair<std::string, TensorEntry>>& entries() const { return entries_; }
  const TensorEntry* find(std::string_view key) const;  // null when absent
  bool contains(std::string_view key) const { return find(key) != nullptr; }
  /// The entry's shape; empty when the key is absent (or the tensor a scalar).
  std::vector<std::int64_t> shape(std::string_view key) const;

  /// The tensors below "prefix.", with the prefix taken off: one of IRCNN's 25 networks, say.
  StateDict under(std::string_view prefix) const;

  /// The same tensors under other names.
  StateDict renamed(const std::function<std::string(const std::string&)>& rename) const;

  /// These tensors, of which readTensor gives (1 - weight) of the values plus `weight` of those of `other`. Throws
  /// Error, which names them, unless both have the same names and shapes.
  StateDict blendedWith(StateDict other, double weight) const;
  const StateDict* partner() const { return partner_.get(); }  // null: not blended
  double partnerWeight() const { return partnerWeight_; }

  /// Null for a state dict made in memory (tests of detection).
  const std::shared_ptr<const Archive>& archive() const { return archive_; }

  /// Notes that the tensor holds NaN or infinities; known to all state dicts made from this one and to copies.
  void noteNotFinite(std::string_view key) const;
  /// Full names of such tensors, among those that were read, in the order of reading.
  std::vector<std::string> notFinite() const;

  std::vector<std::string> unwrapped;  // what was taken off, outermost first: "params_ema", "module."

 private:
  std::shared_ptr<const Archive> archive_;
  std::vector<std::pair<std::string, TensorEntry>> entries_;  // in the file's order
  std::map<std::string, std::size_t, std::less<>> index_;
  std::shared_ptr<const StateDict> partner_;  // under the same names
  double partnerWeight_ = 0;

  struct Notes {
    std::mutex mutex;
    std::vector<std::string> notFinite;
  };
  std::shared_ptr<Notes> notes_ = std::make_shared<Notes>();
  std::string prefix_;  // what `under` took off
};

/// Takes the first of model_state_dict, state_dict, params_ema, params-ema, params, model, net that is a dictionary,
/// unwraps a dictionary of one dictionary, strips "module.", "_orig_mod.", "netG." where every key has it. Dictionaries
/// that stay nested become dotted names ("0.model.0.weight" in IRCNN's file). Opaque values are left out, and the
/// counters that averaging leaves beside weights.
StateDict canonicalise(std::shared_ptr<const Archive> archive);

}  // namespace heirloom::models
