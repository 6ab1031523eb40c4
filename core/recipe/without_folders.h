#pragma once

#include <string>
#include <string_view>

#include "core/recipe/recipe.h"

namespace heirloom::core {

/// What a result remembers of `recipe`: models, masks and all settings that name files (a kernel, a denoiser, a matrix,
/// another checkpoint to blend with) by their last names, because folders of a computer are nobody else's business.
/// Numbers and names behind a file's ("FILE#2", "FILE#network", "FILE:0.3") stay, and so do the words of prompts.
Recipe withoutFolders(Recipe recipe);

/// Whether the setting holds a person's words, in which '/' makes no path.
bool holdsWords(std::string_view setting);

}  // namespace heirloom::core
