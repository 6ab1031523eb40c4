#!/usr/bin/env python3
"""InstantIR of the published sizes on the processor, without being killed: one step at 512 x 512, its time and memory.

    instantir_on_cpu.py --programs build/release/bin [--folder /tmp/instantir] [--most 17] [--most-seconds 600]

Writes the folder with write_instantir (`ninja write_instantir`; 12 GB), or takes the one that is there, restores a photo
of 512 x 512 in one step with heirloom-cli, and prints its seconds, the most memory that the program had for itself
(RssAnon, and what of it was swapped out, looked at fifty times a second) and the most that was resident (VmHWM: with
pages of the mapped files, which the system may take back). Fails where the program does, where it was killed, where it
wrote no picture, and above the limits that are given. `--tiny` tries it with the networks of the tests, 65 MB.
"""
import argparse
import os
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

SIDE = 512
LOOK = 0.02  # seconds
SETTINGS = ["steps=1", "size=published", f"min_side={SIDE}", f"max_side={SIDE}"]


def write_photo(file):
    """A PNG with a gradient and something on it."""
    rows = b"".join(b"\0" + bytes(value for x in range(SIDE) for value in (x // 2, y // 2, (x * y >> 4) & 255))
                    for y in range(SIDE))

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) +
                     chunk(b"IEND", b""))


def memory_of(process):
    """Bytes of a process by the names that the system has for them; empty where it is over."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return {}
    return {name: int(rest.split()[0]) * 1024
            for name, _, rest in (line.partition(":") for line in lines) if name in ("RssAnon", "VmSwap", "VmHWM")}


def run_watched(command):
    """Exit status, seconds, and bytes at most: its own and resident."""
    began = time.monotonic()
    started = subprocess.Popen(command)
    own = resident = 0
    while True:
        done, status, usage = os.wait4(started.pid, os.WNOHANG)
        if done:
            break
        memory = memory_of(started.pid)
        own = max(own, memory.get("RssAnon", 0) + memory.get("VmSwap", 0))
        resident = max(resident, memory.get("VmHWM", 0))
        time.sleep(LOOK)
    started.returncode = os.waitstatus_to_exitcode(status)
    return started.returncode, time.monotonic() - began, own, max(resident, usage.ru_maxrss * 1024)


def failures(arguments, folder, result):
    """Runs it, says what it took, and what is wrong with that."""
    photo = result.with_name("photo.png")
    write_photo(photo)
    command = [arguments.programs / "heirloom-cli", "restore", photo, "-m", folder, "-o", result, "--device", "cpu",
               "--dtype", arguments.dtype, "-v", "--prompt", "a lake", "--negative-prompt", "fog"]
    for setting in SETTINGS + arguments.set:
        command += ["--set", setting]
    code, seconds, own, resident = run_watched(command)
    print(f"{seconds:.1f} s, {own / 1e9:.2f} GB of its own at most, {resident / 1e9:.2f} GB resident at most", flush=True)
    if code < 0:
        yield f"the program was killed by signal {-code}"
    elif code > 0:
        yield f"the program ended with {code}"
    elif not result.is_file() or result.stat().st_size == 0:
        yield "there is no picture"
    if own == 0:
        yield "its memory was never seen"
    if arguments.most is not None and own > arguments.most * 1e9:
        yield f"more memory of its own than {arguments.most:g} GB"
    if arguments.most_seconds is not None and seconds > arguments.most_seconds:
        yield f"longer than {arguments.most_seconds:g} s"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, required=True, help="folder of heirloom-cli and write_instantir")
    parser.add_argument("--writer", type=Path, help="write_instantir, where it is elsewhere")
    parser.add_argument("--folder", type=Path, help="InstantIR's; written where it is not there, and kept")
    parser.add_argument("--tiny", action="store_true", help="networks of the tests' sizes")
    parser.add_argument("--dtype", default="auto", choices=["auto", "float32", "bfloat16"])
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="another setting of the run")
    parser.add_argument("--most", type=float, metavar="GB", help="fails where the program has more memory of its own")
    parser.add_argument("--most-seconds", type=float, metavar="S", help="fails where it takes longer")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.folder or Path(scratch) / "instantir"
        if not folder.exists():
            writer = arguments.writer or arguments.programs / "write_instantir"
            subprocess.run([writer, folder] + (["tiny"] if arguments.tiny else []), check=True)
        found = list(failures(arguments, folder, Path(scratch) / "result.png"))
    for what in found:
        print(f"failed: {what}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
