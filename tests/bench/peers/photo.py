#!/usr/bin/env python3
"""A photo from JPEG to JPEG: `heirloom-cli restore` beside the same network in PyTorch eager, channels-last.

    photo.py --cli build/dev/bin/heirloom-cli --photo A.jpg [--megapixels 12] [--precision bfloat16] [--rounds 5]

PyTorch's precision must be the one that `heirloom-cli devices` names for this processor.

Uses the network that ships, at sigma 25. Heirloom's time is that of the whole program, its start included; PyTorch's
begins when the network is in memory: Pillow reads, the network sees the photo whole, Pillow writes with quality 90.
Both take turns; medians. Needs Python with torch, safetensors and Pillow.
"""
import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy
import torch
from networks import FfdNet
from PIL import Image
from safetensors.torch import load_file

QUALITY = 90
WEIGHTS = Path(__file__).resolve().parents[3] / "resources/models/heirloom-denoise.safetensors"


def resized(path, megapixels, target):
    photo = Image.open(path).convert("RGB")
    factor = (megapixels * 1e6 / (photo.width * photo.height)) ** 0.5
    photo = photo.resize((round(photo.width * factor / 2) * 2, round(photo.height * factor / 2) * 2), Image.LANCZOS)
    photo.save(target, quality=95)
    return photo.width * photo.height / 1e6


def with_torch(network, source, target):
    pixels = torch.from_numpy(numpy.array(Image.open(source))).permute(2, 0, 1)[None].float().div(255)
    result = network(pixels.to(next(network.parameters()).dtype, memory_format=torch.channels_last))
    samples = result.float().clamp(0, 1).mul(255).round().byte()[0].permute(1, 2, 0).contiguous().numpy()
    Image.fromarray(samples).save(target, quality=QUALITY)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cli", required=True, help="the program heirloom-cli")
    parser.add_argument("--photo", required=True)
    parser.add_argument("--megapixels", type=float, default=12)
    parser.add_argument("--precision", default="float32", choices=["float32", "bfloat16"])
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    network = FfdNet(3, 96, 12).eval()
    network.load_state_dict(load_file(WEIGHTS))
    network.to(dtype=getattr(torch, arguments.precision), memory_format=torch.channels_last)
    times = {"heirloom": [], "eager": []}
    with tempfile.TemporaryDirectory() as name, torch.no_grad():
        source, theirs, ours = (Path(name) / file for file in ("photo.jpg", "eager.jpg", "heirloom.jpg"))
        megapixels = resized(arguments.photo, arguments.megapixels, source)
        for _ in range(arguments.rounds):
            begin = time.perf_counter()
            subprocess.run([arguments.cli, "restore", source, "-m", WEIGHTS, "--set", "noise_level=25",
                            "--device", "cpu", "-q", str(QUALITY), "-o", ours, "--overwrite"], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            times["heirloom"].append(time.perf_counter() - begin)
            begin = time.perf_counter()
            with_torch(network, source, theirs)
            times["eager"].append(time.perf_counter() - begin)
            print({who: round(values[-1], 2) for who, values in times.items()}, file=sys.stderr)
        difference = numpy.abs(numpy.asarray(Image.open(ours)).astype(int) - numpy.asarray(Image.open(theirs)))
    medians = {who: statistics.median(values) for who, values in times.items()}
    print(f"{megapixels:.1f} megapixels, {torch.get_num_threads()} threads, {torch.backends.cpu.get_cpu_capability()}: "
          f"Heirloom {medians['heirloom']:.1f} s, eager {medians['eager']:.1f} s, "
          f"ratio {medians['heirloom'] / medians['eager']:.2f}; mean difference {difference.mean():.2f} code values")


if __name__ == "__main__":
    main()
