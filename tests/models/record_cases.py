#!/usr/bin/env python3
"""Records what public implementations make of closed-form weights, for families that no other record covers.

Usage: record_cases.py OUTPUT.json [NAME ...]   (default: all; others are kept as they are)
Needs PyTorch, spandrel and spandrel_extra_arches; for MambaIRUNet einops and the authors' mambairunet_arch.py
(csguoh/MambaIR, realDenoising/basicsr/models/archs, commit 33d7b34) on the PYTHONPATH. Writes names and shapes of the
tensors, the shape, sum and spread of the result, and samples of it. recorded_test.cpp runs our networks on the same
weights and input.
"""

import json
import math
import sys
import types

import numpy
import torch

SAMPLES = 48
UNFILLED = ("attn_mask", "relative_position_index", "aligned_relative_position_index", "rpe_biases", "biases_h",
            "biases_v", "num_batches_tracked", "table_", "index_", "mask_", "MetaUpsample")


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


def swinir_folded():
    from spandrel.architectures.SwinIR import SwinIR

    network = SwinIR(img_size=16, embed_dim=12, depths=[2, 2], num_heads=[2, 2], window_size=4, mlp_ratio=2, upscale=4,
                     upsampler="pixelshuffle", start_unshuffle=2)
    network.conv_first = torch.nn.Sequential(torch.nn.Identity(), network.conv_first)  # as files number it
    return network


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


def in_order(sort):
    """ATD leaves the order of pixels of one category to the processor; here they stay in theirs."""
    return lambda x, dim=-1, descending=False, stable=False: sort(x, dim=dim, descending=descending, stable=True)


def atd(**more):
    from spandrel.architectures.ATD import ATD

    torch.sort = in_order(torch.sort)
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


def grl(window, stripe, tables=False, **more):
    from spandrel.architectures.GRL import GRL

    network = GRL(img_size=max(stripe), window_size=window, stripe_size=stripe, **{
        "embed_dim": 16, "depths": [4, 1], "num_heads_window": [2, 2], "num_heads_stripe": [2, 2],
        "stripe_shift": True, "mlp_ratio": 2, "anchor_window_down_factor": 4, **more})
    if tables:  # as the authors save them
        network._non_persistent_buffers_set.clear()
    return network


GRL_BASE = {"anchor_window_down_factor": 2, "local_connection": True, "embed_dim": 72}


def mm_real_sr():
    from spandrel.architectures.MMRealSR import MMRealSR

    return MMRealSR(num_in_ch=3, num_out_ch=3, num_feat=16, num_block=2, num_grow_ch=8, num_feats=[16, 16, 24],
                    num_blocks=[1, 2, 1], downscales=[1, 2, 1])


def m3snet():
    from spandrel_extra_arches.architectures.M3SNet import M3SNet

    return M3SNet(width=8, middle_blk_num=1, enc_blk_nums=[1, 1, 1, 2], dec_blk_nums=[1, 1, 2, 1])


def moesr(**more):
    from spandrel.architectures.MoESR import MoESR

    return MoESR(dim=16, n_blocks=2, n_block=2, expansion_factor=2, expansion_msg=1.5, **more)


def safmn_bcie():
    from spandrel.architectures.SAFMNBCIE import SAFMNBCIE

    return SAFMNBCIE(dim=16, n_blocks=2, num_layers=2, ffn_scale=2, upscaling_factor=2)


def with_level(picture):
    return torch.cat([picture, torch.full_like(picture[:, :1], 25 / 255)], 1)


def seemore(**more):
    from spandrel.architectures.SeemoRe import SeemoRe

    return SeemoRe(num_experts=3, lr_space="exp", global_kernel_size=7, **more)


def ditn(**more):
    from spandrel.architectures.DITN import DITN

    return DITN(dim=12, ITL_blocks=2, SAL_blocks=2, **more)


def swift_srgan(**more):
    from spandrel.architectures.SwiftSRGAN import SwiftSRGAN

    return SwiftSRGAN(num_channels=16, num_blocks=2, **more)


def craft(**more):
    from spandrel.architectures.CRAFT import CRAFT

    return CRAFT(embed_dim=64, depths=[2, 1], num_heads=[4, 4], **more)


def dctlsa(**more):
    from spandrel.architectures.DCTLSA import DCTLSA

    return DCTLSA(nf=20, **more)


def fdat(**more):
    from spandrel.architectures.FDAT import FDAT
    from spandrel.architectures.FDAT.__arch import fdat as own
    from spandrel.architectures.__arch_helpers import dysample

    own.DySample.forward = dysample.DySample.forward  # the same without pinned memory, which needs a GPU
    return FDAT(embed_dim=16, num_groups=2, depth_per_group=1, num_heads=2, window_size=4, mid_dim=8, **more)


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


def kbnet_s(**more):
    from spandrel.architectures.KBNet import KBNet_s

    return KBNet_s(width=32, enc_blk_nums=[1, 1], middle_blk_num=1, dec_blk_nums=[1, 1], **more)


def kbnet_l():
    from spandrel.architectures.KBNet import KBNet_l

    return KBNet_l(dim=24, num_blocks=[1, 1, 1, 1], num_refinement_blocks=1, heads=[1, 2, 2, 4])


def fftformer():
    from spandrel.architectures.FFTformer import FFTformer

    return FFTformer(dim=8, num_blocks=[1, 1, 2], num_refinement_blocks=1)


def scanned(u, delta, A, B, C, D, z=None, delta_bias=None, delta_softplus=True, return_last_state=False):
    """What the package mamba_ssm says that its selective_scan_fn computes, of which there is none for processors.

    u, delta: N KD L; A: KD S; B, C: N K S L; D, delta_bias: KD."""
    delta = torch.nn.functional.softplus(delta + delta_bias[:, None])
    given, read = (of.repeat_interleave(u.shape[1] // of.shape[1], 1) for of in (B, C))
    state, steps = 0, []
    for i in range(u.shape[2]):
        state = torch.exp(delta[:, :, i, None] * A) * state + (delta * u)[:, :, i, None] * given[..., i]
        steps.append((state * read[..., i]).sum(2))
    return torch.stack(steps, 2) + D[:, None] * u


def mambair_u():
    class DropPath(torch.nn.Identity):  # drops nothing outside of training
        def __init__(self, *_):
            super().__init__()

    absent = {"timm.models.layers": {"DropPath": DropPath, "to_2tuple": None, "trunc_normal_": None},
              "mamba_ssm.ops.selective_scan_interface": {"selective_scan_fn": scanned, "selective_scan_ref": scanned}}
    for name, contents in absent.items():
        sys.modules[name] = types.ModuleType(name)
        vars(sys.modules[name]).update(contents)
        while "." in name:
            name = name.rpartition(".")[0]
            sys.modules.setdefault(name, types.ModuleType(name))
    from mambairunet_arch import MambaIRUNet

    return MambaIRUNet(dim=32, num_blocks=[1, 2, 1, 1], num_refinement_blocks=1, mlp_ratio=1.5)


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
    "GRL x2 light": ("GRL", lambda: grl(32, [64, 64], upscale=2, upsampler="pixelshuffledirect"), (1, 3, 65, 60), None),
    "GRL x3": ("GRL", lambda: grl(32, [64, 64], upscale=3, upsampler="pixelshuffle", qkv_bias=False), (1, 3, 40, 60),
               None),
    "GRL x4 real": ("GRL", lambda: grl(16, [32, 64], upscale=4, upsampler="nearest+conv", conv_type="3conv"),
                    (1, 3, 40, 60), None),
    "GRL denoise": ("GRL", lambda: grl(16, [64, 128]), (1, 3, 100, 128), None),
    "GRL denoise level": ("GRL", lambda: grl(16, [64, 128], in_channels=2, out_channels=1), (1, 1, 100, 128),
                          with_level),
    "GRL denoise base": ("GRL", lambda: grl(32, [64, 128], **GRL_BASE), (1, 3, 100, 128), None),
    "GRL x2 base": ("GRL", lambda: grl(32, [64, 64], upscale=2, upsampler="pixelshuffle", **GRL_BASE), (1, 3, 40, 60),
                    None),
    "GRL dual pixel": ("GRL", lambda: grl(16, [48, 96], in_channels=6, out_channels=3, local_connection=True,
                                          embed_dim=72), (1, 3, 50, 96), both_views),
    "GRL tables": ("GRL", lambda: grl(12, [24, 48], tables=True, upscale=2, upsampler="pixelshuffledirect",
                                      local_connection=True, embed_dim=72), (2, 3, 50, 96), None),
    "MM-RealSR x4": ("MM-RealSR", mm_real_sr, (2, 3, 17, 22), None),
    "M3SNet": ("M3SNet", m3snet, (1, 3, 32, 48), None),
    "MoESR x4": ("MoESR", lambda: moesr(scale=4), (1, 3, 9, 10), None),
    "MoESR x3 shuffle": ("MoESR", lambda: moesr(scale=3, upsampler="pixelshuffle", upsample_dim=24), (1, 3, 8, 11),
                         None),
    "MoESR x4 nearest": ("MoESR", lambda: moesr(scale=4, upsampler="nearest+conv"), (1, 3, 9, 10), None),
    "MoESR x2 DySample": ("MoESR", lambda: moesr(scale=2, upsampler="dysample"), (1, 3, 9, 10), None),
    "MoESR x1": ("MoESR", lambda: moesr(scale=1, upsampler="conv"), (1, 3, 9, 10), None),
    "SAFMN-BCIE": ("SAFMN-BCIE", safmn_bcie, (1, 3, 32, 48), None),
    "SeemoRe x2": ("SeemoRe", lambda: seemore(embedding_dim=12, num_layers=2, scale=2), (1, 3, 33, 38), None),
    "SeemoRe x3 large": ("SeemoRe", lambda: seemore(embedding_dim=8, num_layers=16, use_shuffle=False, recursive=1,
                                                    scale=3), (1, 3, 17, 22), None),
    "DITN x2": ("DITN", lambda: ditn(upscale=2), (2, 3, 17, 22), None),
    "DITN x3 bias": ("DITN", lambda: ditn(upscale=3, UFONE_blocks=2, bias=True), (1, 3, 16, 24), None),
    "Swift-SRGAN x4": ("Swift-SRGAN", swift_srgan, (1, 3, 9, 10), None),
    "Swift-SRGAN x2": ("Swift-SRGAN", lambda: swift_srgan(upscale_factor=2), (2, 3, 9, 10), None),
    "CRAFT x2": ("CRAFT", lambda: craft(upscale=2), (1, 3, 17, 22), None),
    "CRAFT x3 no last": ("CRAFT", lambda: craft(upscale=3, resi_connection="identity", qkv_bias=False), (2, 3, 16, 24),
                         None),
    "DCTLSA x2": ("DCTLSA", lambda: dctlsa(upscale=2), (1, 3, 17, 22), None),
    "DCTLSA x3": ("DCTLSA", lambda: dctlsa(upscale=3), (2, 3, 32, 16), None),
    "FDAT x4": ("FDAT", lambda: fdat(scale=4), (1, 3, 17, 22), None),
    "FDAT x3": ("FDAT", lambda: fdat(scale=3), (1, 3, 8, 12), None),
    "FDAT x2 unshuffle": ("FDAT", lambda: fdat(scale=2, unshuffle_mod=True), (2, 3, 17, 22), None),
    "FDAT x3 pixel shuffle": ("FDAT", lambda: fdat(scale=3, upsampler_type="pixelshuffledirect"), (1, 3, 8, 12), None),
    "FDAT x4 pixel shuffles": ("FDAT", lambda: fdat(scale=4, upsampler_type="pixelshuffle"), (1, 3, 8, 12), None),
    "FDAT x4 nearest": ("FDAT", lambda: fdat(scale=4, upsampler_type="nearest+conv"), (1, 3, 8, 12), None),
    "FDAT x2 DySample": ("FDAT", lambda: fdat(scale=2, upsampler_type="dysample"), (1, 3, 8, 12), None),
    "FDAT x4 pixel attention": ("FDAT", lambda: fdat(scale=4, upsampler_type="pa_up"), (1, 3, 8, 12), None),
    "FDAT x1": ("FDAT", lambda: fdat(scale=1, upsampler_type="conv"), (1, 3, 8, 12), None),
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
    "KBNet-S": ("KBNet-S", kbnet_s, (1, 3, 18, 21), None),
    "KBNet-S lightweight": ("KBNet-S", lambda: kbnet_s(lightweight=True, ffn_scale=1.5), (2, 3, 12, 16), None),
    "KBNet-L": ("KBNet-L", kbnet_l, (1, 3, 16, 24), None),
    "FFTformer": ("FFTformer", fftformer, (1, 3, 32, 64), None),
    "MambaIRUNet": ("MambaIRUNet", mambair_u, (1, 3, 16, 24), None),
    "SPAN x4 no norm": ("SPAN", lambda: span(upscale=4, norm=False), (1, 3, 8, 8), None),
    "SwinIR x2 folded": ("SwinIR", swinir_folded, (1, 3, 16, 24), None),
}


# Networks that amplify what bfloat16 rounds under random weights.
STRAYS = ("DCTLSA x2", "DCTLSA x3")

# Last words of names whose values become 1 larger: factors of residuals, near zero otherwise, without which a network
# amplifies every rounding.
RAISED = {"MambaIRUNet": ["skip_scale", "skip_scale2"]}


def half_error(network, picture, output):
    """How far the reference is from itself in bfloat16, of its result's deviation."""
    with torch.no_grad():
        near = network.bfloat16()(picture.bfloat16()).double()
    return ((near - output).std() / output.std()).item()


def record(name):
    family, make, shape, given = CASES[name]
    network = make().eval()
    raised = RAISED.get(name, [])
    with torch.no_grad():
        fill(network)
        for key, tensor in network.state_dict().items():
            if key.rpartition(".")[2] in raised:
                tensor.add_(1)
        picture = (uniform(1000, shape) + 0.5).float()
        output = network(given(picture) if given else picture.clone())
        output = (output[0] if isinstance(output, tuple) else output).double()
    values = output.flatten()
    half = {"bfloat16_error": float(f"{half_error(network, picture, output):.3g}")} if name in STRAYS else {}
    at = [i * (values.numel() - 1) // (SAMPLES - 1) for i in range(SAMPLES)]
    return {
        "name": name,
        "family": family,
        "input": list(shape),
        "state_dict": [[key, list(tensor.shape)] for key, tensor in network.state_dict().items()],
        "out_shape": list(output.shape),
        "mean": values.mean().item(),
        "spread": values.std(correction=0).item(),
        **half,
        **({"raised": raised} if raised else {}),
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
