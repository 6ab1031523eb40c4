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
UNFILLED = ("attn_mask", "relative_position_index", "aligned_relative_position_index", "rpe_biases",
            "num_batches_tracked")


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


def srformer(**more):
    from spandrel_extra_arches.architectures.SRFormer import SRFormer

    return SRFormer(img_size=32, embed_dim=16, depths=[2, 2], num_heads=[2, 2], window_size=8, mlp_ratio=2, **more)


def atd(**more):
    from spandrel.architectures.ATD import ATD

    return ATD(img_size=32, embed_dim=16, depths=[2, 2], num_heads=[2, 2], window_size=8, category_size=256,
               num_tokens=8, reducted_dim=4, **more)


def rgt(**more):
    from spandrel.architectures.RGT import RGT

    return RGT(img_size=32, embed_dim=32, depth=[4, 2], num_heads=[2, 2], mlp_ratio=2, split_size=[2, 4], **more)


def mosr(**more):
    from spandrel.architectures.MoSR import MoSR

    return MoSR(dim=16, n_block=2, **more)


def real_cugan(kind, **more):
    from spandrel.architectures import RealCUGAN

    return getattr(RealCUGAN, kind)(**more)


def retinexformer():
    from spandrel.architectures.RetinexFormer import RetinexFormer

    return RetinexFormer(n_feat=16, stage=2, num_blocks=[1, 2, 1])


def mixdehazenet():
    from spandrel.architectures.MixDehazeNet import MixDehazeNet

    network = MixDehazeNet(embed_dims=[8, 16, 24, 16, 8], depths=[1, 1, 2, 1, 1])
    network.register_forward_hook(lambda module, given, result: result * 0.5 + 0.5)
    return network


def uformer(**more):
    from spandrel.architectures.Uformer import Uformer

    # The lowest level is one window, as in the authors' scripts.
    return Uformer(img_size=64, win_size=4, embed_dim=8, mlp_ratio=2, depths=[1, 2, 1, 2, 2, 1, 2, 1, 2],
                   num_heads=[1, 2, 2, 4, 4, 4, 2, 2, 1], **more)


def mprnet():
    from spandrel_extra_arches.architectures.MPRNet import MPRNet

    network = MPRNet(n_feat=16, scale_unetfeats=8, scale_orsnetfeats=4, num_cab=2)
    for block in network.modules():  # each with a slope of its own, so that its name counts
        if hasattr(block, "CA"):
            block.body[1] = torch.nn.PReLU()
    return network


def mirnet(**more):
    from spandrel_extra_arches.architectures.MIRNet2 import MIRNet2

    return MIRNet2(n_feat=16, n_MRB=1, **more)


def cidnet(**more):
    from spandrel.architectures.HVICIDNet import HVICIDNet

    return HVICIDNet(channels=[8, 8, 16, 24], heads=[1, 2, 2, 4], **more)


def around_zero(picture):
    return picture * 2 - 1


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
    "SRFormer x2": ("SRFormer", lambda: srformer(upscale=2, upsampler="pixelshuffle"), (1, 3, 17, 22), None),
    "SRFormer x3 light": ("SRFormer", lambda: srformer(upscale=3, upsampler="pixelshuffledirect"), (2, 3, 16, 24), None),
    "SRFormer x4 real": ("SRFormer", lambda: srformer(upscale=4, upsampler="nearest+conv", resi_connection="3conv"),
                         (1, 3, 16, 24), None),
    "SRFormer x1": ("SRFormer", lambda: srformer(upscale=1, upsampler=""), (1, 3, 16, 24), None),
    "ATD x2": ("ATD", lambda: atd(upscale=2, upsampler="pixelshuffle"), (1, 3, 17, 30), None),
    "ATD x3 direct": ("ATD", lambda: atd(upscale=3, upsampler="pixelshuffledirect", convffn_kernel_size=7),
                      (2, 3, 16, 24), None),
    "ATD x1 no norm": ("ATD", lambda: atd(upscale=1, upsampler="", norm=False, qkv_bias=False), (1, 3, 16, 24), None),
    "RGT x2": ("RGT", lambda: rgt(upscale=2), (1, 3, 33, 22), None),
    "RGT x3 3conv": ("RGT", lambda: rgt(upscale=3, resi_connection="3conv", c_ratio=0.75), (1, 3, 18, 25), None),
    "MoSR x2": ("MoSR", lambda: mosr(upscale=2), (1, 3, 9, 10), None),
    "MoSR x3 GPS": ("MoSR", lambda: mosr(upscale=3, upsampler="gps", conv_ratio=0.5), (1, 3, 9, 10), None),
    "MoSR x2 DySample": ("MoSR", lambda: mosr(upscale=2, upsampler="dys"), (1, 3, 9, 10), None),
    "Real-CUGAN x2": ("Real-CUGAN", lambda: real_cugan("UpCunet2x"), (1, 3, 21, 26), None),
    "Real-CUGAN x3 pro": ("Real-CUGAN", lambda: real_cugan("UpCunet3x", pro=True), (1, 3, 21, 26), None),
    "Real-CUGAN x4": ("Real-CUGAN", lambda: real_cugan("UpCunet4x"), (1, 3, 21, 26), None),
    "Real-CUGAN x2 fast": ("Real-CUGAN", lambda: real_cugan("UpCunet2x_fast"), (1, 3, 40, 44), None),
    "RetinexFormer": ("RetinexFormer", retinexformer, (1, 3, 16, 24), None),
    "MixDehazeNet": ("MixDehazeNet", mixdehazenet, (1, 3, 42, 50), around_zero),
    "Uformer": ("Uformer", lambda: uformer(modulator=True), (1, 3, 64, 64), None),
    "Uformer without modulators": ("Uformer", uformer, (2, 3, 64, 64), None),
    "Uformer fast": ("Uformer", lambda: uformer(modulator=True, token_mlp="fastleff", qkv_bias=False), (1, 3, 64, 64),
                     None),
    "MPRNet": ("MPRNet", mprnet, (1, 3, 32, 40), None),
    "MIRNet-v2": ("MIRNet-v2", mirnet, (1, 3, 16, 24), None),
    "MIRNet-v2 dual pixel": ("MIRNet-v2", lambda: mirnet(inp_channels=6, task="defocus_deblurring"), (1, 3, 16, 24),
                             both_views),
    "HVI-CIDNet": ("HVI-CIDNet", cidnet, (1, 3, 24, 32), None),
    "HVI-CIDNet norms": ("HVI-CIDNet", lambda: cidnet(norm=True), (2, 3, 24, 32), None),
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
