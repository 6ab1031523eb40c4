"""The networks of the speed table as PyTorch modules with seeded random weights.

Those of KAIR's zoo are written in kair_networks.py, parts of InstantIR in instantir_parts.py; the others come from the
package spandrel, whose names of weights Heirloom reads.
"""
import torch
from instantir_parts import BlockGroup, DinoV2Large
from kair_networks import DnCnn, DpsrPrior, FfdNet, Imdn, Ircnn, MsrResNet0, MsrResNet1, Srmd, UsrNet, with_level
from spandrel.architectures.Compact import Compact
from spandrel.architectures.DRUNet import DRUNet
from spandrel.architectures.ESRGAN import ESRGAN
from spandrel.architectures.HAT import HAT
from spandrel.architectures.SPAN import SPAN
from spandrel.architectures.Swin2SR import Swin2SR
from spandrel.architectures.SwinIR import SwinIR
from torch import nn


class WithLevel(nn.Module):
    """A network that takes the noise level as one more channel, at a fixed level."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x):
        return self.network(with_level(x))


def swinir(features, heads, layers, upsampler, size, network=SwinIR):
    return network(img_size=size, embed_dim=features, depths=[6] * layers, num_heads=[heads] * layers, window_size=8,
                   mlp_ratio=2, upscale=4, img_range=1.0, upsampler=upsampler, resi_connection="1conv")


def hat(size):
    return HAT(img_size=size, embed_dim=180, depths=[6] * 6, num_heads=[6] * 6, window_size=16, mlp_ratio=2, upscale=4,
               img_range=1.0, upsampler="pixelshuffle", resi_connection="1conv", compress_ratio=3, squeeze_factor=30,
               conv_scale=0.01, overlap_ratio=0.5)


class Case:
    """A row of the table: `make(size)` gives a module; `weights(module)` the tensors of the file that Heirloom opens."""

    part = None  # of InstantIR, which time_part knows by this name; otherwise heirloom-networks opens the file

    def __init__(self, title, channels, size, scale, make, settings=()):
        self.title, self.channels, self.size, self.scale, self.make = title, channels, size, scale, make
        self.settings = settings  # of Heirloom, "name=value"

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

    @staticmethod
    def matrices(module):
        """What Heirloom is given beside the picture and the module holds itself, by the names of settings."""
        return {"pca": module.components} if isinstance(module, Srmd) else {}

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
    Case("Swin2SR-M x4", 3, 64, 4, lambda size: swinir(180, 6, 6, "pixelshuffle", size, Swin2SR)),
    Case("Compact x4", 3, 256, 4, lambda _: Compact(num_feat=64, num_conv=16, upscale=4)),
    Case("SPAN x4", 3, 256, 4, lambda _: SPAN(num_in_ch=3, num_out_ch=3, feature_channels=48, upscale=4)),
    Case("HAT x4", 3, 64, 4, hat),
    Case("SwinIR light x4", 3, 128, 4, lambda size: swinir(60, 6, 4, "pixelshuffledirect", size)),
    Case("Real-ESRGAN x2", 3, 128, 2, lambda _: ESRGAN(in_nc=12, num_blocks=23, scale=4, shuffle_factor=2)),
    Case("IRCNN colour", 3, 512, 1, lambda _: Ircnn(3)),
    Case("SRMD x4", 3, 256, 4, lambda _: Srmd(4)),
    Case("DPSR prior x4", 3, 128, 4, lambda _: DpsrPrior()),
    Case("MSRResNet0 x4", 3, 128, 4, lambda _: MsrResNet0()),
    Case("MSRResNet1 x4", 3, 128, 4, lambda _: MsrResNet1()),
    Case("IMDN x4", 3, 256, 4, lambda _: Imdn(4)),
    Case("USRNet x4", 3, 32, 4, lambda _: UsrNet(4), settings=("scale=4",)),
    PartCase("DINOv2-L", 224, "dinov2-large", DinoV2Large),
    PartCase("SDXL block group", 32, "sdxl-block-group", BlockGroup),
]
