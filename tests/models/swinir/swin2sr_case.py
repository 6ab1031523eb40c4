#!/usr/bin/env python3
"""Records what Swin2SR's reference implementation gives for tiny networks with closed-form weights (swin2sr_test.cpp).

    tests/models/swinir/swin2sr_case.py network_swin2sr.py

The argument is models/network_swin2sr.py of the authors' repository (mv-lab/swin2sr, commit 6f25d76); it needs PyTorch
and timm. Prints a line a case: number of parameters, mean, standard deviation, first four values and the last.
"""
import importlib.util
import math
import sys

import torch

CASES = {  # name of the test's case: upsampler, scale, end of a group, channels
    "pixelshuffle x2": ("pixelshuffle", 2, "1conv", 3),
    "pixelshuffle x3": ("pixelshuffle", 3, "1conv", 3),
    "pixelshuffledirect x2": ("pixelshuffledirect", 2, "1conv", 3),
    "nearest+conv x4": ("nearest+conv", 4, "3conv", 3),
    "pixelshuffle_aux x4": ("pixelshuffle_aux", 4, "1conv", 3),
    "none": ("", 1, "1conv", 1),
}


def uniform(seed, shape):
    """-0.5..0.5 by a linear congruential generator, row by row, in double."""
    state = seed * 2654435761 % 2**32
    values = []
    for _ in range(math.prod(shape)):
        state = (state * 1664525 + 1013904223) % 2**32
        values.append((state >> 8) / 2**24 - 0.5)
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def fill(network):
    """Parameter number i of the sorted names gets seed i + 1; tables that follow from the window stay as they are."""
    for index, (name, parameter) in enumerate(sorted(network.named_parameters())):
        values = uniform(index + 1, parameter.shape)
        if parameter.ndim >= 2:
            values = 2 * values * math.sqrt(3 / (values.numel() / parameter.shape[0]))
        else:
            values = 0.2 * values + (1 if name.endswith("weight") else 0)
        parameter.data = values.float()


def main():
    spec = importlib.util.spec_from_file_location("network_swin2sr", sys.argv[1])
    reference = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reference)
    for name, (upsampler, scale, ending, channels) in CASES.items():
        network = reference.Swin2SR(
            img_size=8, in_chans=channels, embed_dim=12, depths=[2, 2], num_heads=[2, 2], window_size=4, mlp_ratio=2,
            upscale=scale, img_range=1.0, upsampler=upsampler, resi_connection=ending).eval()
        fill(network)
        with torch.no_grad():
            result = network((uniform(1000, (1, channels, 10, 13)) + 0.5).float())
        result = result[0] if isinstance(result, tuple) else result
        flat = result.double().flatten()
        values = [flat.mean(), flat.std(unbiased=False), *flat[:4], flat[-1]]
        numbers = ", ".join(f"{value:.6f}" for value in values)
        print(f"{name} {tuple(result.shape)}: {len(list(network.parameters()))} parameters; {numbers}")


if __name__ == "__main__":
    main()
