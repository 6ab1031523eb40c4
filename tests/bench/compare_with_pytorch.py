#!/usr/bin/env python3
"""Heirloom beside PyTorch eager: same machine, same run, same precision, same threads, interleaved rounds.

    compare_with_pytorch.py --networks build/release/bin/heirloom-networks [--size 512] [--rounds 5]

Needs a Python with PyTorch of LibTorch's version; Heirloom itself needs none. Weights are random (seeded) and written as
.safetensors for Heirloom, so nothing has to be at hand; the outputs of both are compared before anything is timed.
Prints one line of Markdown table a network and precision: medians over the rounds, in milliseconds, and their ratio.
"""
import argparse
import json
import re
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from torch import nn


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
        level = torch.full((x.shape[0], 1, x.shape[2], x.shape[3]), 25 / 255, dtype=x.dtype)
        x = torch.cat((x, level), 1).contiguous(memory_format=torch.channels_last)
        return nn.functional.pixel_shuffle(self.model(x), 2)


def chain(inputs, outputs, features, layers):
    modules = [nn.Conv2d(inputs, features, 3, padding=1), nn.ReLU(inplace=True)]
    for _ in range(layers - 2):
        modules += [nn.Conv2d(features, features, 3, padding=1), nn.ReLU(inplace=True)]
    return nn.Sequential(*modules, nn.Conv2d(features, outputs, 3, padding=1))


NETWORKS = {
    "DnCNN-17 grey": (1, lambda: DnCnn(1, 64, 17)),
    "FFDNet colour": (3, lambda: FfdNet(3, 96, 12)),
}
PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def write_safetensors(path, tensors):
    header, blobs, offset = {}, [], 0
    for name, tensor in tensors.items():
        blob = tensor.contiguous().numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def read_safetensors(path, name):
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    entry = json.loads(data[8:8 + length])[name]
    begin, end = entry["data_offsets"]
    raw = torch.frombuffer(bytearray(data[8 + length + begin:8 + length + end]), dtype=torch.float32)
    return raw.view(entry["shape"])


def eager_milliseconds(network, picture, runs):
    with torch.inference_mode():
        network(picture)
        times = []
        for _ in range(runs):
            begin = time.perf_counter()
            network(picture)
            times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1e3


def heirloom_milliseconds(program, weights, precision, size, runs):
    out = subprocess.run([program, "bench", str(weights), "--size", str(size), "--runs", str(runs), "--dtype", precision],
                         check=True, capture_output=True, text=True).stdout
    return float(re.search(r"median ([\d.]+) ms", out).group(1))


def largest_difference(program, weights, network, channels, folder):
    picture = torch.rand(1, channels, 64, 64)
    write_safetensors(folder / "in.safetensors", {"image": picture})
    subprocess.run([program, "forward", str(weights), str(folder / "in.safetensors"), str(folder / "out.safetensors")], check=True)
    with torch.inference_mode():
        return (network(picture) - read_safetensors(folder / "out.safetensors", "image")).abs().max().item()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--networks", required=True, help="the program heirloom-networks")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=3, help="timed runs in a round, whose median counts")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads, {torch.backends.cpu.get_cpu_capability()}", file=sys.stderr)
    print("| network, input | precision | Heirloom ms | PyTorch eager ms | ratio | rounds |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for title, (channels, make) in NETWORKS.items():
            network = make().eval()
            weights = folder / f"{title.split()[0]}.safetensors"
            write_safetensors(weights, network.state_dict())
            difference = largest_difference(arguments.networks, weights, network, channels, folder)
            if difference > 1e-5:
                sys.exit(f"{title}: the outputs differ by {difference}")
            for precision, dtype in PRECISIONS.items():
                eager = network.to(dtype).to(memory_format=torch.channels_last)
                picture = torch.rand(1, channels, arguments.size, arguments.size).to(dtype).to(memory_format=torch.channels_last)
                ours, theirs = [], []
                for _ in range(arguments.rounds):
                    theirs.append(eager_milliseconds(eager, picture, arguments.runs))
                    ours.append(heirloom_milliseconds(arguments.networks, weights, precision, arguments.size, arguments.runs))
                mine, other = statistics.median(ours), statistics.median(theirs)
                print(f"| {title} {arguments.size} | {precision} | {mine:.0f} | {other:.0f} | {mine / other:.2f} | {arguments.rounds} |", flush=True)
                network.to(torch.float32)


if __name__ == "__main__":
    main()
