#pragma once

#include <cstddef>
#include <span>

namespace heirloom::tests {

/// What the fuzzers run, as plain functions so that the ordinary tests replay every known file through them. They read
/// the index, canonicalise it and read every tensor; a refusal is fine, anything else than an Error is a bug.

/// Any checkpoint file, told apart by its content.
void fuzzArchive(std::span<const std::byte> file);

/// `pickle` as the data.pkl of a sound zip file with one storage "0" of 24 bytes: no checksum or directory stands in
/// the way. A last byte '!' is taken off and makes it TorchScript.
void fuzzPickle(std::span<const std::byte> pickle);

/// `rest` behind the first pickles of a legacy file.
void fuzzLegacyPickle(std::span<const std::byte> rest);

/// `rest` behind a length that fits a header up to the first newline, or to the end.
void fuzzSafetensors(std::span<const std::byte> rest);

/// `file` as it is, and again with an end record that fits the directory in it.
void fuzzZip(std::span<const std::byte> file);

}  // namespace heirloom::tests
