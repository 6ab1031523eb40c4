#pragma once

#include <memory>
#include <utility>

#include "models/restorer.h"

namespace heirloom::models {

/// A restorer around another one that adds parameters to it, and for them changes its description.
class DecoratedRestorer : public Restorer {
 public:
  DecoratedRestorer(std::shared_ptr<const Restorer> inner, Descriptor descriptor)
      : inner_(std::move(inner)), descriptor_(std::move(descriptor)) {
    for (const Message& warning : inner_->warnings()) warn(warning);
  }
  const Descriptor& descriptor() const final { return descriptor_; }
  Descriptor describe(const Settings& settings) const final {
    Descriptor described = inner_->describe(innerSettings(settings));
    described.parameters = descriptor_.parameters;
    adjust(described, settings);
    return described;
  }
  const Restorer& inner() const { return *inner_; }

 protected:
  /// What the parameters added here change of the inner restorer's description.
  virtual void adjust(Descriptor& described, const Settings& settings) const = 0;
  /// The values of `settings` that the inner restorer knows.
  Settings innerSettings(const Settings& settings) const { return settings.narrowed(inner_->descriptor().parameters); }

 private:
  std::shared_ptr<const Restorer> inner_;
  Descriptor descriptor_;
};

/// The restorer without what decorates it.
inline const Restorer& bareOf(const Restorer& restorer) {
  const Restorer* bare = &restorer;
  while (const auto* decorated = dynamic_cast<const DecoratedRestorer*>(bare)) bare = &decorated->inner();
  return *bare;
}

}  // namespace heirloom::models
