#!/usr/bin/env python3
"""The denoiser that ships beside OpenCV's fastNlMeansDenoisingColored with the best h = hColor of 5, 10, ... 40.

    nlmeans.py --cli build/dev/bin/heirloom-cli --photos ../shared/photos/eval [--sigma 25]

Gaussian noise of NumPy's seed 0 for every photo; the noisy photo and what either makes of it are clipped and rounded to
8 bits. Windows of OpenCV: 7 and 21. The best h is the one with the highest mean, in PSNR over RGB. Needs Python with
numpy, Pillow and opencv-python-headless.
"""
import argparse
import json
import subprocess
from pathlib import Path

import cv2
import numpy
from PIL import Image

WEIGHTS = Path(__file__).resolve().parents[3] / "resources/models/heirloom-denoise.safetensors"


def psnr(a, b):
    return 10 * numpy.log10(255**2 / numpy.mean((a.astype(numpy.float64) - b.astype(numpy.float64)) ** 2))


def noisy(clean, sigma):
    noise = numpy.random.RandomState(0).normal(0, sigma / 255, clean.shape)
    return numpy.clip((clean / 255 + noise) * 255, 0, 255).round().astype(numpy.uint8)


def nl_means(pictures, sigma):
    """Mean PSNR for each h."""
    means = {}
    for h in range(5, 45, 5):
        scores = []
        for clean in pictures:
            blue_first = numpy.ascontiguousarray(noisy(clean, sigma)[..., ::-1])
            denoised = cv2.fastNlMeansDenoisingColored(blue_first, None, h, h, 7, 21)
            scores.append(psnr(denoised[..., ::-1], clean))
        means[h] = float(numpy.mean(scores))
        print(f"h = hColor = {h}: {means[h]:.2f} dB", flush=True)
    return means


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cli", required=True, help="the program heirloom-cli")
    parser.add_argument("--photos", required=True, help="a folder of clean photos")
    parser.add_argument("--sigma", type=float, default=25)
    arguments = parser.parse_args()
    report = subprocess.run([arguments.cli, "evaluate", WEIGHTS, arguments.photos, "--sigma", str(arguments.sigma),
                             "--clip", "--json"], check=True, stdout=subprocess.PIPE)
    ours = json.loads(report.stdout)["mean"]["psnr"]
    print(f"heirloom-denoise: {ours:.2f} dB", flush=True)
    pictures = [numpy.array(Image.open(photo).convert("RGB")) for photo in sorted(Path(arguments.photos).glob("*.*"))]
    means = nl_means(pictures, arguments.sigma)
    best = max(means, key=means.get)
    print(f"OpenCV at its best, h = {best}: {means[best]:.2f} dB; Heirloom is {ours - means[best]:.2f} dB above")


if __name__ == "__main__":
    main()
