"""Networks of KAIR's zoo in PyTorch, with the names of its files, which Heirloom reads.

Noise levels and blur kernels are fixed, at what Heirloom takes where nothing is set.
"""
import math

import torch
from spandrel.architectures.DRUNet import DRUNet
from torch import nn
from torch.nn.functional import interpolate, leaky_relu, pad, pixel_shuffle, pixel_unshuffle, relu, softplus

LEVEL = 25 / 255


def convolution(inputs, outputs, dilation=1, bias=True):
    return nn.Conv2d(inputs, outputs, 3, padding=dilation, dilation=dilation, bias=bias)


def with_level(x):
    """With the noise level as one more channel."""
    return torch.cat((x, torch.full_like(x[:, :1], LEVEL)), 1)


def chain(inputs, outputs, features, dilations):
    """Convolutions with ReLU between them, initialised so that the picture is seen to the end (He et al., 2015)."""
    widths = [inputs, *[features] * (len(dilations) - 1), outputs]
    modules = []
    for before, after, dilation in zip(widths, widths[1:], dilations):
        modules += [convolution(before, after, dilation), nn.ReLU(inplace=True)]
        nn.init.kaiming_normal_(modules[-2].weight, nonlinearity="relu")
    return nn.Sequential(*modules[:-1])


def gaussian(width):
    """The blur kernel "gaussian:WIDTH", side x side."""
    reach = math.ceil(4 * width)
    line = torch.exp(-0.5 * (torch.arange(-reach, reach + 1, dtype=torch.float64) / width) ** 2)
    kernel = line[:, None] * line
    return (kernel / kernel.sum()).float()


class DnCnn(nn.Module):
    def __init__(self, channels, features, layers):
        super().__init__()
        self.model = chain(channels, channels, features, [1] * layers)

    def forward(self, x):
        return x - self.model(x)


class FfdNet(nn.Module):
    def __init__(self, channels, features, layers):
        super().__init__()
        self.model = chain(4 * channels + 1, 4 * channels, features, [1] * layers)

    def forward(self, x):
        return pixel_shuffle(self.model(with_level(pixel_unshuffle(x, 2))), 2)


class Ircnn(nn.Module):
    """25 networks, of which the one for the noise level runs."""

    def __init__(self, channels):
        super().__init__()
        for i in range(25):
            self.add_module(str(i), nn.ModuleDict({"model": chain(channels, channels, 64, [1, 2, 3, 4, 3, 2, 1])}))
        self.serving = str(math.ceil(LEVEL * 255 / 2) - 1)

    def forward(self, x):
        return x - self.get_submodule(self.serving)["model"](x)


class Srmd(nn.Module):
    """Told principal components of its kernel, which the file of weights does not hold, and the noise level."""

    KERNEL = 15

    def __init__(self, scale):
        super().__init__()
        self.model = chain(3 + 15 + 1, 3 * scale**2, 128, [1] * 12)
        self.scale = scale
        self.components = torch.linalg.qr(torch.randn(self.KERNEL**2, 15)).Q.T.contiguous()
        self.code = self.components @ gaussian(1.6).T.flatten()  # read column by column

    def forward(self, x):
        told = self.code.to(x.dtype).view(1, -1, 1, 1).expand(x.shape[0], -1, *x.shape[2:])
        return pixel_shuffle(self.model(with_level(torch.cat((x, told), 1))), self.scale)


class Residual(nn.Module):
    """Adds its input to what the module of the name that files have makes of it."""

    def __init__(self, name, *modules):
        super().__init__()
        self.add_module(name, nn.Sequential(*modules))

    def forward(self, x):
        return x + next(self.children())(x)


def srresnet(inputs, features, blocks, nearest):
    """x4, the numbered layout: MSRResNet0 enlarges nearest neighbours, DPSR's prior shuffles pixels."""
    width = features

    def block():
        return Residual("res", convolution(width, width), nn.ReLU(inplace=True), convolution(width, width))

    def doubled():
        if nearest:
            return [nn.Upsample(scale_factor=2), convolution(width, width), nn.ReLU(inplace=True)]
        return [convolution(width, 4 * width), nn.PixelShuffle(2), nn.ReLU(inplace=True)]

    body = Residual("sub", *[block() for _ in range(blocks)], convolution(width, width))
    return nn.Sequential(convolution(inputs, width), body, *doubled(), *doubled(), convolution(width, width),
                         nn.ReLU(inplace=True), convolution(width, 3, bias=False))


class MsrResNet0(nn.Module):
    def __init__(self):
        super().__init__()
        self.model = srresnet(3, 64, 16, nearest=True)

    def forward(self, x):
        return self.model(x)


class DpsrPrior(nn.Module):
    def __init__(self):
        super().__init__()
        self.model = srresnet(4, 96, 16, nearest=False)

    def forward(self, x):
        return self.model(with_level(x))


class NamedBlock(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.conv1, self.conv2 = convolution(features, features), convolution(features, features)

    def forward(self, x):
        return x + self.conv2(relu(self.conv1(x)))


class MsrResNet1(nn.Module):
    """x4, the named layout, which adds the picture enlarged bilinearly."""

    def __init__(self, features=64, blocks=16):
        super().__init__()
        self.conv_first = convolution(3, features)
        self.recon_trunk = nn.Sequential(*[NamedBlock(features) for _ in range(blocks)])
        self.upconv1, self.upconv2 = convolution(features, 4 * features), convolution(features, 4 * features)
        self.HRconv, self.conv_last = convolution(features, features), convolution(features, 3)

    def forward(self, x):
        y = self.recon_trunk(leaky_relu(self.conv_first(x), 0.1))
        y = leaky_relu(pixel_shuffle(self.upconv1(y), 2), 0.1)
        y = leaky_relu(pixel_shuffle(self.upconv2(y), 2), 0.1)
        y = self.conv_last(leaky_relu(self.HRconv(y), 0.1))
        return y + interpolate(x, scale_factor=4, mode="bilinear", align_corners=False)


class DistillationBlock(nn.Module):
    def __init__(self, features, kept):
        super().__init__()
        self.split = [kept, features - kept]

        def activated(inputs):
            return nn.Sequential(convolution(inputs, features), nn.LeakyReLU(0.05, inplace=True))

        self.conv1, self.conv2, self.conv3 = activated(features), activated(features - kept), activated(features - kept)
        self.conv4 = convolution(features - kept, kept)
        self.conv1x1 = nn.Conv2d(4 * kept, features, 1)

    def forward(self, x):
        first, rest = self.conv1(x).split(self.split, 1)
        second, rest = self.conv2(rest).split(self.split, 1)
        third, rest = self.conv3(rest).split(self.split, 1)
        return x + self.conv1x1(torch.cat((first, second, third, self.conv4(rest)), 1))


class Imdn(nn.Module):
    """KAIR's form: no attention."""

    def __init__(self, scale, features=64, kept=16, blocks=8):
        super().__init__()
        body = [DistillationBlock(features, kept) for _ in range(blocks)]
        self.model = nn.Sequential(convolution(3, features), Residual("sub", *body, convolution(features, features)),
                                   convolution(features, 3 * scale**2), nn.PixelShuffle(scale))

    def forward(self, x):
        return self.model(x)


class HyperParameters(nn.Module):
    def __init__(self, iterations, features=64):
        super().__init__()
        widths = [2, features, features, 2 * iterations]
        layers = [nn.Conv2d(before, after, 1) for before, after in zip(widths, widths[1:])]
        self.mlp = nn.Sequential(layers[0], nn.ReLU(inplace=True), layers[1], nn.ReLU(inplace=True), layers[2])

    def forward(self, x):
        return softplus(self.mlp(x)) + 1e-6


def spectrum(x):
    """Complex numbers as pairs, which all exporters take: N C H W to N C H W 2."""
    return torch.view_as_real(torch.fft.fft2(x))


def picture(spectrum):
    return torch.view_as_real(torch.fft.ifft2(torch.view_as_complex(spectrum)))[..., 0]


def times(a, b):
    (real, imaginary), (other, turned) = a.unbind(-1), b.unbind(-1)
    return torch.stack((real * other - imaginary * turned, real * turned + imaginary * other), -1)


class UsrNet(nn.Module):
    """The whole unrolled algorithm: data steps by FFT, always in float32, and the prior between them."""

    def __init__(self, scale, iterations=8):
        super().__init__()
        self.p = DRUNet(in_nc=4, out_nc=3, nb=2)
        self.h = HyperParameters(iterations)
        self.scale, self.iterations, self.kernel = scale, iterations, gaussian(1.2)

    def transfer(self, height, width):
        """Of the kernel with its middle at the corner."""
        side = self.kernel.shape[0]
        padded = pad(self.kernel[None, None], (0, width - side, 0, height - side))
        return spectrum(padded.roll((-(side // 2), -(side // 2)), (2, 3)))

    def mean(self, values):
        """Of the scale x scale blocks of a spectrum."""
        return values.unflatten(3, (self.scale, -1)).unflatten(2, (self.scale, -1)).mean((2, 4))

    def everywhere(self, values):
        return values.repeat(1, 1, self.scale, self.scale, 1)

    def forward(self, y):
        precision, y = y.dtype, y.float()
        kernel = self.transfer(self.scale * y.shape[2], self.scale * y.shape[3])
        adjoint, power = kernel * torch.tensor([1.0, -1.0]), self.mean((kernel**2).sum(-1, keepdim=True))
        observed = times(adjoint, self.everywhere(spectrum(y)))  # zeros between pixels repeat the spectrum
        told = torch.tensor([LEVEL, self.scale], dtype=precision).view(1, 2, 1, 1)
        alphas, betas = self.h(told).chunk(2, 1)
        x = interpolate(y, scale_factor=self.scale)
        for i in range(self.iterations):
            alpha = alphas[:, i:i + 1, :, :, None].float()
            right = observed + alpha * spectrum(x)
            correction = self.everywhere(self.mean(times(kernel, right)) / (power + alpha))
            x = picture((right - times(adjoint, correction)) / alpha).to(precision)
            x = self.p(torch.cat((x, betas[:, i:i + 1].expand(-1, -1, *x.shape[2:])), 1)).float()
        return x.to(precision)
