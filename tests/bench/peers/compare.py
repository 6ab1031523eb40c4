#!/usr/bin/env python3
"""Heirloom beside PyTorch eager, torch.compile, ONNX Runtime, OpenVINO and ncnn: the table of tests/bench/README.md.

    compare.py --networks build/networks/bin/heirloom-networks [--only SwinIR] [--precision bfloat16] [--rounds 5]

Same machine, same run, same precision, same threads, batch 1; every engine is started once, its output is compared with
PyTorch's in float32 before it is timed, and all take turns in every round. Weights are random (seeded). Freed memory is
kept by the C library for all of them. Needs Python with torch, spandrel, onnx, onnxruntime, openvino, ncnn and pnnx.
Prints Markdown: medians in milliseconds over the rounds.
"""
import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy
import torch
from networks import CASES
from safetensors.torch import load_file, save_file

PEERS = ["eager", "compile", "onnxruntime", "openvino", "ncnn"]
ALLOWED = {"float32": 1e-3, "bfloat16": 6e-2}  # of the largest difference, relative to the result's range


class Worker:
    def __init__(self, engine, case, precision, folder, log):
        environment = dict(os.environ, MALLOC_MMAP_THRESHOLD_="4000000000", MALLOC_TRIM_THRESHOLD_="20000000000",
                           MALLOC_TOP_PAD_="67108864")
        self.process = subprocess.Popen([sys.executable, Path(__file__).with_name("worker.py"), engine, case.name,
                                         precision, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                                        text=True, env=environment)
        self.ready = self.process.stdout.readline().strip() == "ready"

    def milliseconds(self, runs):
        self.process.stdin.write(f"{runs}\n")
        self.process.stdin.flush()
        return [float(word) for word in self.process.stdout.readline().split()]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Heirloom:
    def __init__(self, program, weights, case, precision):
        self.command = [program, "bench", weights, "--size", str(case.size), "--dtype", precision]

    def milliseconds(self, runs):
        said = subprocess.run([*self.command, "--runs", str(runs)], check=True, capture_output=True, text=True).stdout
        return [float(re.search(r"median ([\d.e+]+) ms", said).group(1))]


def heirloom_result(program, weights, case, precision, folder):
    save_file({"image": case.picture()}, folder / "in.safetensors")
    subprocess.run([program, "forward", weights, folder / "in.safetensors", folder / "out.safetensors", "--dtype",
                    precision], check=True)
    return load_file(folder / "out.safetensors")["image"].numpy()


def difference(result, reference):
    return float(numpy.abs(result - reference).max() / (reference.max() - reference.min()))


def measure(case, precision, arguments):
    """Medians of the engines that computed the right result, and what was wrong with the others."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        weights = folder / "network.safetensors"
        module = case.module()
        save_file({key: value.contiguous() for key, value in case.weights(module).items()}, weights)
        with torch.no_grad():
            reference = module(case.picture()).numpy()
        wrong, engines = {}, {}
        ours = difference(heirloom_result(arguments.networks, weights, case, precision, folder), reference)
        if ours > ALLOWED[precision]:
            sys.exit(f"{case.name} {precision}: Heirloom's result differs by {ours}")
        engines["heirloom"] = Heirloom(arguments.networks, weights, case, precision)
        workers = {}
        with open(folder / "log", "w+") as log:
            for peer in arguments.peers:
                worker = Worker(peer, case, precision, folder, log)
                if not worker.ready:
                    log.seek(0)
                    last = [line for line in log.read().splitlines() if line.strip()][-1:]
                    wrong[peer] = "fails: " + (last[0] if last else "")
                    continue
                workers[peer] = worker
                off = difference(numpy.load(folder / f"{peer}.npy"), reference)
                if off > ALLOWED[precision]:
                    wrong[peer] = f"wrong by {off:.2g}"
                else:
                    engines[peer] = worker
            times = {engine: [] for engine in engines}
            for _ in range(arguments.rounds):
                for engine, worker in engines.items():
                    times[engine].append(statistics.median(worker.milliseconds(arguments.runs)))
            for worker in workers.values():
                worker.close()
    return {engine: statistics.median(values) for engine, values in times.items()}, wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--networks", required=True, help="the program heirloom-networks")
    parser.add_argument("--only", default="", help="cases whose title contains this")
    parser.add_argument("--precision", nargs="+", default=["float32", "bfloat16"])
    parser.add_argument("--peers", nargs="+", default=PEERS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=1, help="timed runs in a round, whose median counts")
    arguments = parser.parse_args()
    print(f"{torch.get_num_threads()} threads, {torch.backends.cpu.get_cpu_capability()}", file=sys.stderr)
    print("| network, input | precision | Heirloom |", " | ".join(arguments.peers), "| of the fastest |")
    print("|---" * (len(arguments.peers) + 4) + "|")
    for precision in arguments.precision:
        for case in CASES:
            if arguments.only not in case.name:
                continue
            medians, wrong = measure(case, precision, arguments)
            row = [f"{medians[peer]:.0f}" if peer in medians else wrong[peer].split(":")[0] for peer in arguments.peers]
            fastest = min(medians[peer] for peer in medians if peer != "heirloom")
            print(f"| {case.name} | {precision} | {medians['heirloom']:.0f} |", " | ".join(row),
                  f"| {medians['heirloom'] / fastest:.2f} |", flush=True)
            for peer, what in wrong.items():
                print(f"{case.name} {precision}: {peer} {what}", file=sys.stderr)


if __name__ == "__main__":
    main()
