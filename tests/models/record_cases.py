#!/usr/bin/env python3
"""Records what public implementations make of closed-form weights, for families that no other record covers.

Usage: record_cases.py OUTPUT.json [NAME ...]   (default: all; others are kept as they are)
Needs PyTorch, spandrel and spandrel_extra_arches. Writes names and shapes of the tensors, the shape, sum and spread of
the result, and samples of it. recorded_test.cpp runs our networks on the same weights and input.
"""

import json
import math
import sys

import numpy
import torch

SAMPLES = 48
UNFILLED = ("attn_mask", "relative_position_index", "rpe_biases", "num_batches_tracked")


def uniform(seed, shape):
    """A linear congruential generator, a seed a tensor; -0.5..0.5. State n is a^n s + c (a^n - 1) / (a - 1)."""
    count = math.prod(shape)
    powers = numpy.full(count, 1664525, dtype=numpy.uint32).cumprod(dtype=numpy.uint32)  # wraps around, as it should
    sums = numpy.concatenate([[numpy.uint32(1)], powers[:-1]]).cumsum(dtype=numpy.uint32)
    state = powers * numpy.uint32((seed * 2654435761) & 0xFFFFFFFF) + sums * numpy.uint32(1013904223)
    return torch.from_numpy(((state >> numpy.uint32(8)) / 16777216.0 - 0.5).reshape(shape))


def fill(network):
    seed = 0
    state = network.state_dict()
    for name in sorted(state):
        tensor = state[name]
        if name.rpartition(".")[2].startswith(UNFILLED):
            continue
        seed += 1
        values = uniform(seed, tuple(tensor.shape))
        if tensor.dim() >= 2:
            values = values * 2 * math.sqrt(3 * tensor.shape[0] / tensor.numel())
        else:
            values = values * 0.2 + (1 if name.endswith(("weight", "running_var")) else 0)
        tensor.copy_(values.float())


def restormer_of_two_views():
    from spandrel_extra_arches.architectures.Restormer import Restormer

    return Restormer(inp_channels=6, dim=8, num_blocks=[1, 1, 1, 1], num_refinement_blocks=1, heads=[1, 2, 2, 4],
                     dual_pixel_task=True)


def rcan(**more):
    from spandrel.architectures.RCAN import RCAN

    return RCAN(n_resgroups=2, n_resblocks=2, n_feats=16, reduction=4, **more)


def plksr(**more):
    from spandrel.architectures.PLKSR import PLKSR

    return PLKSR(dim=16, n_blocks=2, kernel_size=7, **more)


def real_plksr(**more):
    from spandrel.architectures.PLKSR import RealPLKSR

    return RealPLKSR(dim=16, n_blocks=2, kernel_size=7, **more)


def span(**more):
    from spandrel.architectures.SPAN import SPAN

    return SPAN(num_in_ch=3, num_out_ch=3, feature_channels=8, **more)


def safmn():
    from spandrel.architectures.SAFMN import SAFMN

    return SAFMN(dim=16, n_blocks=2, upscaling_factor=2)


def fbcnn():
    from spandrel.architectures.FBCNN import FBCNN

    return FBCNN(nc=[8, 16, 16, 512], nb=1)


def drct():
    from spandrel.architectures.DRCT import DRCT

    return DRCT(img_size=16, embed_dim=12, depths=(6,), num_heads=(2,), window_size=4, upscale=2, gc=5,
                upsampler="pixelshuffle")


def omnisr():
    from spandrel.architectures.OmniSR import OmniSR

    return OmniSR(num_feat=16, res_num=1, block_num=1, window_size=4, up_scale=2)


def both_views(picture):
    return torch.cat([picture, picture], 1)


# name: (family, network, shape of the picture, what the reference is given of it)
CASES = {
    "Restormer dual pixel": ("Restormer", restormer_of_two_views, (1, 3, 16, 24), both_views),
    "RCAN x2": ("RCAN", lambda: rcan(scale=2), (1, 3, 9, 10), None),
    "RCAN x3": ("RCAN", lambda: rcan(scale=3), (1, 3, 7, 8), None),
    "RCAN x2 unshuffle": ("RCAN", lambda: rcan(scale=2, norm=False, unshuffle_mod=True), (1, 3, 9, 10), None),
    "PLKSR x2 CCM": ("PLKSR", lambda: plksr(upscaling_factor=2), (1, 3, 9, 10), None),
    "PLKSR x3 DCCM": ("PLKSR", lambda: plksr(upscaling_factor=3, ccm_type="DCCM", use_ea=False), (1, 3, 9, 10), None),
    "PLKSR x1 ICCM": ("PLKSR", lambda: plksr(upscaling_factor=1, ccm_type="ICCM"), (1, 3, 9, 10), None),
    "RealPLKSR x2": ("RealPLKSR", lambda: real_plksr(upscaling_factor=2), (1, 3, 9, 10), None),
    "RealPLKSR x2 DySample": ("RealPLKSR", lambda: real_plksr(upscaling_factor=2, dysample=True), (1, 3, 9, 10), None),
    "RealPLKSR x3 layer norm": ("RealPLKSR", lambda: real_plksr(upscaling_factor=3, layer_norm=True), (1, 3, 9, 10),
                                None),
    "SAFMN x2": ("SAFMN", safmn, (1, 3, 16, 24), None),
    "FBCNN": ("FBCNN", fbcnn, (1, 3, 17, 22), None),
    "DRCT x2": ("DRCT", drct, (1, 3, 8, 12), None),
    "OmniSR x2": ("OmniSR", omnisr, (1, 3, 17, 22), None),
    "SPAN x4 no norm": ("SPAN", lambda: span(upscale=4, norm=False), (1, 3, 8, 8), None),
}


def record(name):
    family, make, shape, given = CASES[name]
    network = make().eval()
    with torch.no_grad():
        fill(network)
        picture = (uniform(1000, shape) + 0.5).float()
        output = network(given(picture) if given else picture.clone())
        output = (output[0] if isinstance(output, tuple) else output).double()
    values = output.flatten()
    at = [i * (values.numel() - 1) // (SAMPLES - 1) for i in range(SAMPLES)]
    return {
        "name": name,
        "family": family,
        "input": list(shape),
        "state_dict": [[key, list(tensor.shape)] for key, tensor in network.state_dict().items()],
        "out_shape": list(output.shape),
        "mean": values.mean().item(),
        "spread": values.std(correction=0).item(),
        "samples": [[i, float(f"{values[i].item():.7g}")] for i in at],
    }


def main():
    path, names = sys.argv[1], sys.argv[2:] or list(CASES)
    try:
        with open(path, encoding="utf-8") as file:
            cases = {case["name"]: case for case in json.load(file)}
    except FileNotFoundError:
        cases = {}
    for name in names:
        cases[name] = record(name)
        print(name, cases[name]["mean"], cases[name]["spread"])
    with open(path, "w", encoding="utf-8") as file:
        lines = [json.dumps(cases[name], separators=(",", ":")) for name in CASES if name in cases]
        file.write("[\n" + ",\n".join(lines) + "\n]\n")


main()
