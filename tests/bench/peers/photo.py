#!/usr/bin/env python3
"""A photo from JPEG to JPEG: `heirloom-cli restore` beside the same network in PyTorch eager, channels-last.

    photo.py --cli build/dev/bin/heirloom-cli --photo A.jpg [--megapixels 12] [--precision bfloat16] [--rounds 5]

Uses the network that ships, at sigma 25. Heirloom's time is that of the whole program, its start included; PyTorch's
begins when the network is in memory: Pillow reads, the network sees the photo whole, Pillow writes with quality 90.
Both take turns; medians. What is around a network is measured with a tiny one of the same family: the whole program
without its start (a picture of 64 x 64) and without the tiny network's own time (`heirloom-cli bench`). Needs Python
with torch, safetensors and Pillow.
"""
import argparse
import json
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
from safetensors.torch import load_file, save_file

QUALITY = 90
WEIGHTS = Path(__file__).resolve().parents[3] / "resources/models/heirloom-denoise.safetensors"


def seconds_of(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def restore(cli, source, weights, target, precision):
    subprocess.run([cli, "restore", source, "-m", weights, "--set", "noise_level=25", "--device", "cpu",
                    "--dtype", precision, "-q", str(QUALITY), "-o", target, "--overwrite"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def around_network(cli, source, megapixels, rounds, folder):
    """Seconds: the whole program with a tiny network, its start, the tiny network alone."""
    weights, small, target = folder / "tiny.safetensors", folder / "small.jpg", folder / "tiny.jpg"
    save_file(FfdNet(3, 16, 3).state_dict(), weights)
    Image.open(source).crop((0, 0, 64, 64)).save(small)
    whole, start, network = [], [], []
    for _ in range(rounds):
        whole.append(seconds_of(lambda: restore(cli, source, weights, target, "float32")))
        start.append(seconds_of(lambda: restore(cli, small, weights, target, "float32")))
        report = subprocess.run([cli, "bench", weights, "--size", "1024", "--device", "cpu", "--json"], check=True,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        network.append(json.loads(report)["items"][0]["ms_per_megapixel"] / 1000 * megapixels)
    return statistics.median(whole), statistics.median(start), statistics.median(network)


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
        folder = Path(name)
        source, theirs, ours = (folder / file for file in ("photo.jpg", "eager.jpg", "heirloom.jpg"))
        megapixels = resized(arguments.photo, arguments.megapixels, source)
        for _ in range(arguments.rounds):
            times["heirloom"].append(seconds_of(
                lambda: restore(arguments.cli, source, WEIGHTS, ours, arguments.precision)))
            times["eager"].append(seconds_of(lambda: with_torch(network, source, theirs)))
            print({who: round(values[-1], 2) for who, values in times.items()}, file=sys.stderr)
        difference = numpy.abs(numpy.asarray(Image.open(ours)).astype(int) - numpy.asarray(Image.open(theirs)))
        whole, start, tiny = around_network(arguments.cli, source, megapixels, arguments.rounds, folder)
    medians = {who: statistics.median(values) for who, values in times.items()}
    print(f"{megapixels:.1f} megapixels, {torch.get_num_threads()} threads, {torch.backends.cpu.get_cpu_capability()}: "
          f"Heirloom {medians['heirloom']:.1f} s, eager {medians['eager']:.1f} s, "
          f"ratio {medians['heirloom'] / medians['eager']:.2f}; mean difference {difference.mean():.2f} code values")
    print(f"with a tiny network {whole:.2f} s, of that the start {start:.2f} s and the network {tiny:.2f} s: "
          f"{(whole - start - tiny) / megapixels * 1000:.0f} ms a megapixel around it")


if __name__ == "__main__":
    main()
