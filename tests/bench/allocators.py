#!/usr/bin/env python3
"""What keeping freed memory is worth: networks with the C library as it comes, as Heirloom sets it, jemalloc, mimalloc.

    allocators.py --networks build/networks/bin/heirloom-networks [--only SwinIR] [--precision bfloat16] [--rounds 5]

All take turns in every round, each a process of its own; freed memory is kept from the first run on, which is not
timed. Prints Markdown: medians in milliseconds over the rounds, and the largest resident memory of the whole program.
jemalloc and mimalloc are preloaded where the system has them (Debian: libjemalloc2, libmimalloc2.0). Needs Python with
torch and spandrel for the weights, as peers/compare.py.
"""
import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).with_name("peers")))

from networks import CASES  # noqa: E402
from safetensors.torch import save_file  # noqa: E402

TITLES = ["DnCNN-17 grey 512", "SwinIR light x4 128", "RRDB x4 128"]
PATIENT = "oversize_threshold:1,background_thread:true,metadata_thp:auto,dirty_decay_ms:60000,muzzy_decay_ms:60000"


def library(name):
    """The newest shared library of this name that the loader knows."""
    listed = subprocess.run(["/sbin/ldconfig", "-p"], check=True, capture_output=True, text=True).stdout
    found = sorted(re.findall(rf"{name}\.so\S* .*=> (\S+)", listed))
    return found[-1] if found else None


def allocators():
    """Each with what it adds to the command and to the environment."""
    found = {"the C library": (["--release-memory"], {}), "the C library as Heirloom sets it": ([], {})}
    for title, name, settings in (("jemalloc", "libjemalloc", {}),
                                  ("jemalloc, patient", "libjemalloc", {"MALLOC_CONF": PATIENT}),
                                  ("mimalloc", "libmimalloc", {})):
        path = library(name)
        if path:
            found[title] = (["--release-memory"], {"LD_PRELOAD": path, **settings})
        else:
            print(f"{title}: {name} is not installed", file=sys.stderr)
    return found


def timed(command, environment):
    """Milliseconds, and the largest resident memory in MiB."""
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=dict(os.environ, **environment)).stdout
    return [float(re.search(rf"{what} ([\d.e+]+) {unit}", said).group(1)) for what, unit in (("median", "ms"), ("peak", "MiB"))]


def measure(case, weights, arguments):
    found = allocators()
    results = {title: [] for title in found}
    for _ in range(arguments.rounds):
        for title, (options, environment) in found.items():
            command = [arguments.networks, "bench", weights, "--size", str(case.size), "--dtype", arguments.precision,
                       "--runs", str(arguments.runs), *options]
            results[title].append(timed(command, environment))
    return {title: [statistics.median(column) for column in zip(*rows)] for title, rows in results.items()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--networks", required=True, help="the program heirloom-networks")
    parser.add_argument("--only", default="", help="networks whose title contains this")
    parser.add_argument("--precision", default="float32", choices=["float32", "bfloat16"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=3, help="timed runs in a round, whose median counts")
    arguments = parser.parse_args()
    print("| network, input | allocator | ms | of the C library's | peak MiB |\n|---|---|---|---|---|", flush=True)
    for case in CASES:
        if case.name not in TITLES or arguments.only not in case.name:
            continue
        with tempfile.TemporaryDirectory() as folder:
            weights = Path(folder) / "network.safetensors"
            save_file({key: value.contiguous() for key, value in case.weights(case.module()).items()}, weights)
            medians = measure(case, weights, arguments)
        first = medians["the C library"][0]
        for title, (milliseconds, peak) in medians.items():
            print(f"| {case.name} | {title} | {milliseconds:.0f} | {milliseconds / first:.2f} | {peak:.0f} |", flush=True)


if __name__ == "__main__":
    main()
