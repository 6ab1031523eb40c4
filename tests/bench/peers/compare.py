#!/usr/bin/env python3
"""Heirloom beside PyTorch eager, torch.compile, ONNX Runtime, OpenVINO and ncnn: the table of tests/bench/README.md.

    compare.py --networks build/networks/bin/heirloom-networks [--only SwinIR HAT] [--precision bfloat16] [--rounds 5]

Same machine, same run, same precision, same threads, batch 1; every engine is started once, its output is compared with
PyTorch's in float32 before it is timed, and all take turns in every round. Weights are random (seeded). Freed memory is
kept by the C library for all of them. Needs Python with torch, spandrel, onnx, onnxruntime, openvino, ncnn and pnnx.
Parts of InstantIR (SDXL block group, DINOv2-L) need the program time_part, too; it is looked for beside
heirloom-networks. One more engine is there for them: --peers openvino-direct.
Prints Markdown: medians in milliseconds over the rounds. Every figure is appended to --record as soon as it is there,
a line of JSON each; --from prints the table of such a file, whatever ended the run that wrote it.
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import numpy
import torch
from networks import CASES
from safetensors.torch import load_file, save_file

PEERS = ["eager", "compile", "onnxruntime", "openvino", "ncnn"]
ALLOWED = {"float32": 1e-3, "bfloat16": 6e-2}  # of the largest difference, relative to the result's range


class Failure(Exception):
    """What an engine cannot do."""


class Worker:
    """A process of an engine that says "ready" and then answers numbers of runs with milliseconds."""

    def __init__(self, command, patience):
        environment = dict(os.environ, MALLOC_MMAP_THRESHOLD_="4000000000", MALLOC_TRIM_THRESHOLD_="20000000000",
                           MALLOC_TOP_PAD_="67108864")
        self.log, self.patience, self.late = tempfile.TemporaryFile("w+"), patience, False
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log,
                                        text=True, env=environment)
        if self.answer() != "ready":
            raise Failure(self.complaint())

    def answer(self):
        """A line; empty when the process ended or took too long."""
        late = threading.Timer(self.patience, self.process.kill)
        late.start()
        line = self.process.stdout.readline().strip()
        self.late = not late.is_alive()
        late.cancel()
        return line

    def complaint(self):
        self.close()
        if self.late:
            return f"no answer within {self.patience:.0f} s"
        self.log.seek(0)
        lines = [line for line in self.log.read().splitlines() if line.strip()]
        return lines[-1] if lines else f"ended with {self.process.returncode}"

    def milliseconds(self, runs):
        try:
            self.process.stdin.write(f"{runs}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise Failure(self.complaint()) from None
        times = [float(word) for word in self.answer().split()]
        if not times:
            raise Failure(self.complaint())
        return times

    def close(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.process.wait()


def settings_of(case):
    return [word for setting in case.settings for word in ("--set", setting)]


class Heirloom:
    def __init__(self, program, weights, case, precision):
        self.command = [program, "bench", weights, "--size", str(case.size), "--dtype", precision, *settings_of(case)]

    def milliseconds(self, runs):
        return [float(re.search(r"median ([\d.e+]+) ms", output([*self.command, "--runs", str(runs)])).group(1))]

    def close(self):
        pass


def output(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure((done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1])
    return done.stdout


def difference(result, reference):
    if result.shape != reference.shape:
        raise Failure(f"its result is {result.shape}, not {reference.shape}")
    return float(numpy.abs(result - reference).max() / (reference.max() - reference.min()))


class Row:
    """A case in a precision: its files in a folder, and the engines as they are started."""

    def __init__(self, case, precision, arguments, folder):
        self.case, self.precision, self.arguments, self.folder = case, precision, arguments, folder
        module = case.module()
        given = case.given()
        save_file({key: value.contiguous() for key, value in case.weights(module).items()}, folder / "weights.safetensors")
        save_file({**given, **case.matrices(module)}, folder / "given.safetensors")
        with torch.no_grad():
            self.reference = module(*given.values()).numpy()

    def worker(self, command):
        return Worker([str(word) for word in command], self.arguments.patience)

    def heirloom(self):
        weights, given, result = (self.folder / f"{name}.safetensors" for name in ("weights", "given", "result"))
        if self.case.part:
            engine = self.worker([self.arguments.parts, self.case.part, weights, given, result, self.precision])
        else:
            engine = Heirloom(self.arguments.networks, weights, self.case, self.precision)
            output([self.arguments.networks, "forward", weights, given, result, "--dtype", self.precision,
                    *settings_of(self.case)])
        return engine, load_file(result)["image"].numpy()

    def peer(self, name):
        script = Path(__file__).with_name("worker.py")
        engine = self.worker([sys.executable, script, name, self.case.name, self.precision, self.folder])
        return engine, numpy.load(self.folder / f"{name}.npy")

    def started(self, name):
        """The engine; throws Failure where it has no result or a wrong one."""
        engine, result = self.heirloom() if name == "heirloom" else self.peer(name)
        try:
            off = difference(result, self.reference)
            if off > ALLOWED[self.precision]:
                raise Failure(f"wrong by {off:.2g} of the range")
        except Failure:
            engine.close()
            raise
        return engine


def measure(case, precision, arguments, record):
    """Tells `record` of every figure, and why there is none."""

    def failed(engine, why):
        record({"case": case.name, "precision": precision, "engine": engine, "fails": str(why)})

    with tempfile.TemporaryDirectory() as name:
        row = Row(case, precision, arguments, Path(name))
        engines = {}
        for engine in ["heirloom", *arguments.peers]:
            try:
                engines[engine] = row.started(engine)
            except (Failure, OSError) as why:
                failed(engine, why)
        for turn in range(arguments.rounds):
            for engine, worker in list(engines.items()):
                try:
                    times = worker.milliseconds(arguments.runs)
                    record({"case": case.name, "precision": precision, "engine": engine, "round": turn, "ms": times})
                except Failure as why:
                    failed(engine, why)
                    del engines[engine]
        for worker in engines.values():
            worker.close()


class Table:
    """The records of one run or several, of which the last of a round counts."""

    def __init__(self, peers):
        self.peers, self.times, self.failures = peers, {}, {}

    def add(self, entry):
        row, engine = (entry["case"], entry["precision"]), entry["engine"]
        rounds = self.times.setdefault(row, {}).setdefault(engine, {})
        if "fails" in entry:
            rounds.clear()
            self.failures[row, engine] = entry["fails"]
        else:
            self.failures.pop((row, engine), None)
            rounds[entry["round"]] = statistics.median(entry["ms"])

    def head(self):
        return f"| network, input | precision | Heirloom | {' | '.join(self.peers)} | of the fastest |\n" \
            + "|---" * (len(self.peers) + 4) + "|"

    def row(self, case, precision):
        row = (case, precision)
        medians = {engine: statistics.median(rounds.values()) for engine, rounds in self.times[row].items() if rounds}

        def cell(engine):
            if engine in medians:
                return f"{medians[engine]:.0f}"
            why = self.failures.get((row, engine), "")
            return "wrong" if why.startswith("wrong") else "fails" if why else ""

        others = [medians[peer] for peer in self.peers if peer in medians]
        ratio = f"{medians['heirloom'] / min(others):.2f}" if others and "heirloom" in medians else ""
        cells = [case, precision, *(cell(engine) for engine in ["heirloom", *self.peers]), ratio]
        return f"| {' | '.join(cells)} |"

    def complaints(self):
        return [f"{case} {precision}: {engine}: {why}" for ((case, precision), engine), why in self.failures.items()]


def tabulate(file, peers):
    table = Table(peers)
    for line in open(file):
        table.add(json.loads(line))
    print(table.head())
    for case, precision in table.times:
        print(table.row(case, precision))
    print(*table.complaints(), sep="\n", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--networks", help="the program heirloom-networks")
    parser.add_argument("--parts", help="the program time_part, if it is not beside heirloom-networks")
    parser.add_argument("--only", nargs="+", default=[""], help="cases whose title contains one of these")
    parser.add_argument("--precision", nargs="+", default=["float32", "bfloat16"])
    parser.add_argument("--peers", nargs="+", default=PEERS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=1, help="timed runs in a round, whose median counts")
    parser.add_argument("--patience", type=float, default=1200, help="seconds for an engine's start and for its runs")
    parser.add_argument("--record", help="the file that every figure is appended to, if not compare.jsonl beside it")
    parser.add_argument("--from", dest="source", help="prints the table of such a file and measures nothing")
    arguments = parser.parse_args()
    if arguments.source:
        return tabulate(arguments.source, arguments.peers)
    if not arguments.networks:
        parser.error("--networks is missing: give the program heirloom-networks")
    arguments.parts = arguments.parts or Path(arguments.networks).with_name("time_part")
    arguments.record = arguments.record or Path(arguments.networks).with_name("compare.jsonl")
    print(f"{torch.get_num_threads()} threads, {torch.backends.cpu.get_cpu_capability()}", file=sys.stderr)
    table = Table(arguments.peers)
    print(table.head(), flush=True)
    with open(arguments.record, "a") as file:

        def record(entry):
            table.add(entry)
            print(json.dumps(entry), file=file, flush=True)
            if "fails" in entry:
                print(f"{entry['case']} {entry['precision']}: {entry['engine']}: {entry['fails']}", file=sys.stderr)

        for precision in arguments.precision:
            for case in CASES:
                if any(part in case.name for part in arguments.only):
                    measure(case, precision, arguments, record)
                    print(table.row(case.name, precision), flush=True)


if __name__ == "__main__":
    main()
