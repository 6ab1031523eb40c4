"""The networks of the speed table as PyTorch modules with seeded random weights.

Chains are written here, parts of InstantIR in instantir_parts.py; the others come from the package spandrel, whose
names of weights Heirloom reads.
"""
import torch
from instantir_parts import BlockGroup, DinoV2Large
from spandrel.architectures.Compact import Compact
from spandrel.architectures.DRUNet import DRUNet
from spandrel.architectures.ESRGAN import ESRGAN
from spandrel.architectures.HAT import HAT
from spandrel.architectures.SPAN import SPAN
from spandrel.architectures.SwinIR import SwinIR
from torch import nn

LEVEL = 25 / 255  # what Heirloom takes where nothing is set


def chain(inputs, outputs, features, layers):
    modules = [nn.Conv2d(inputs, features, 3, padding=1), nn.ReLU(inplace=True)]
    for _ in range(layers - 2):
        modules += [nn.Conv2d(features, features, 3, padding=1), nn.ReLU(inplace=True)]
    return nn.Sequential(*modules, nn.Conv2d(features, outputs, 3, padding=1))


class DnCnn(nn.Module):
    def __init__(self, channels, features, layers):
        super().__init__()
        self.model = chain(channels, channels, features, layers)

    def forward(self, x):
        return x - self.model(x)


class FfdNet(nn.Module):
    def __init__(self, channels, features, layers):
        super().__init__()
        self.model = chain(4 * channels + 1, 4 * channels, features, layers)

    def forward(self, x):
        x = nn.functional.pixel_unshuffle(x, 2)
        return nn.functional.pixel_shuffle(self.model(torch.cat((x, torch.full_like(x[:, :1], LEVEL)), 1)), 2)


class WithLevel(nn.Module):
    """A network that takes the noise level as one more channel, at a fixed level."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x):
        return self.network(torch.cat((x, torch.full_like(x[:, :1], LEVEL)), 1))


def swinir(features, heads, layers, upsampler, size):
    return SwinIR(img_size=size, embed_dim=features, depths=[6] * layers, num_heads=[heads] * layers, window_size=8,
                  mlp_ratio=2, upscale=4, img_range=1.0, upsampler=upsampler, resi_connection="1conv")


def hat(size):
    return HAT(img_size=size, embed_dim=180, depths=[6] * 6, num_heads=[6] * 6, window_size=16, mlp_ratio=2, upscale=4,
               img_range=1.0, upsampler="pixelshuffle", resi_connection="1conv", compress_ratio=3, squeeze_factor=30,
               conv_scale=0.01, overlap_ratio=0.5)


class Case:
    """A row of the table: `make(size)` gives a module; `weights(module)` the tensors of the file that Heirloom opens."""

    part = None  # of InstantIR, which time_part knows by this name; otherwise heirloom-networks opens the file

    def __init__(self, title, channels, size, scale, make):
        self.title, self.channels, self.size, self.scale, self.make = title, channels, size, scale, make

    @property
    def name(self):
        return f"{self.title} {self.size}"

    def module(self):
        torch.manual_seed(0)
        return self.make(self.size).eval()

    @staticmethod
    def weights(module):
        inner = module.network if isinstance(module, WithLevel) else module
        return inner.state_dict()

    def given(self):
        """What the module takes, by name and in order."""
        generator = torch.Generator().manual_seed(1)
        return {"image": torch.rand(1, self.channels, self.size, self.size, generator=generator)}


class PartCase(Case):
    def __init__(self, title, size, part, make):
        super().__init__(title, None, size, 1, lambda _: make())
        self.part, self.form = part, make

    def given(self):
        return self.form.given(self.size, torch.Generator().manual_seed(1))


CASES = [
    Case("DnCNN-17 grey", 1, 512, 1, lambda _: DnCnn(1, 64, 17)),
    Case("FFDNet colour", 3, 512, 1, lambda _: FfdNet(3, 96, 12)),
    Case("DRUNet colour", 3, 256, 1, lambda _: WithLevel(DRUNet(in_nc=4, out_nc=3))),
    Case("RRDB x4", 3, 128, 4, lambda _: ESRGAN(num_blocks=23, scale=4)),
    Case("SwinIR-M x4", 3, 64, 4, lambda size: swinir(180, 6, 6, "pixelshuffle", size)),
    Case("SwinIR-M x4", 3, 128, 4, lambda size: swinir(180, 6, 6, "pixelshuffle", size)),
    Case("Compact x4", 3, 256, 4, lambda _: Compact(num_feat=64, num_conv=16, upscale=4)),
    Case("SPAN x4", 3, 256, 4, lambda _: SPAN(num_in_ch=3, num_out_ch=3, feature_channels=48, upscale=4)),
    Case("HAT x4", 3, 64, 4, hat),
    Case("SwinIR light x4", 3, 128, 4, lambda size: swinir(60, 6, 4, "pixelshuffledirect", size)),
    PartCase("DINOv2-L", 224, "dinov2-large", DinoV2Large),
    PartCase("SDXL block group", 32, "sdxl-block-group", BlockGroup),
]
