#!/usr/bin/env python3
"""Draws the still life that Heirloom opens on its first start, clean and as a noisy JPEG."""
import argparse
import io
import pathlib
import time

import numpy as np
from PIL import Image

import still_life
import tracer

WIDTH, HEIGHT = 1024, 768
NOISE_SIGMA, NOISE_SEED, JPEG_QUALITY = 20, 1924, 85


def primary_rays(columns, rows, u, v, width, height):
  camera = still_life.CAMERA
  ahead = tracer.unit(camera.target - camera.position)
  right = tracer.unit(np.cross(tracer.vec(0, 1, 0), ahead, axis=0))
  up = np.cross(ahead, right, axis=0)
  tall = np.tan(np.radians(camera.view_angle) / 2)
  x = ((columns + u) / width * 2 - 1) * tall * width / height
  y = (1 - (rows + v) / height * 2) * tall
  return tracer.unit(ahead + x * right + y * up).astype(np.float32)


def render(scene, width, height, side):
  """Buffers averaged over side * side samples a pixel."""
  samples, random = side * side, np.random.default_rng(7)
  colour = {name: np.zeros((height, width, 3), np.float32)
            for name in ("albedo", "normal", "direct", "scattered", "mirrored")}
  plain = {name: np.zeros((height, width), np.float32) for name in ("depth", "light", "seen")}
  strip = max(1, 60000 // (width * samples))
  for top in range(0, height, strip):
    tall = min(strip, height - top)
    pixels = tall * width
    rows, columns = np.divmod(np.arange(pixels), width)
    cells = np.arange(samples)
    # Every stream is a jittered side x side grid over the pixel's samples, shuffled apart from the others.
    numbers = np.empty((10, pixels, samples), np.float32)
    for pair in range(5):
      order = cells[None].repeat(pixels, 0) if pair == 4 else random.permuted(cells[None].repeat(pixels, 0), axis=1)
      numbers[2 * pair] = (order // side + random.random((pixels, samples))) / side
      numbers[2 * pair + 1] = (order % side + random.random((pixels, samples))) / side
    numbers = numbers.reshape(10, -1)
    direction = primary_rays(columns.repeat(samples), rows.repeat(samples) + top, numbers[8], numbers[9], width, height)
    origin = np.repeat(still_life.CAMERA.position, direction.shape[1], 1)
    albedo, normal, depth, light, visible, scattered, mirrored = tracer.trace(scene, origin, direction, numbers[:8])
    area = slice(top, top + tall)
    for name, value in (("albedo", albedo), ("normal", normal), ("scattered", scattered),
                        ("mirrored", np.minimum(mirrored, 3)), ("direct", albedo * light)):
      colour[name][area] = value.reshape(3, tall, width, samples).mean(3).transpose(1, 2, 0)
    for name, value in (("depth", np.minimum(depth, 50)), ("light", light), ("seen", light * visible)):
      plain[name][area] = value.reshape(tall, width, samples).mean(2)
  return colour | plain


def smooth(value, guides, passes, spread):
  """Edge-stopping blur: widening 5 x 5 steps that do not cross a change in the guides."""
  normal, depth = guides
  for step in (2 ** p for p in range(passes)):
    total, weight = value * 1.0, np.ones(depth.shape, np.float32)
    for dy in (-2, -1, 0, 1, 2):
      for dx in (-2, -1, 0, 1, 2):
        if dx == dy == 0:
          continue
        shift = (dy * step, dx * step)
        other = np.roll(value, shift, (0, 1))
        turned = 1 - (normal * np.roll(normal, shift, (0, 1))).sum(2)
        apart = np.abs(depth - np.roll(depth, shift, (0, 1))) / (0.012 * (abs(dx) + abs(dy)) * step)
        differs = np.abs(value - other).max(2) / spread
        w = np.exp(-np.maximum(turned, 0) * 30 - apart - differs ** 2 - (dx * dx + dy * dy) / 6)
        total += other * w[..., None]
        weight += w
    value = total / weight[..., None]
  return value


def develop(light):
  """Linear light to sRGB, with a gentle shoulder and a little fall-off at the corners."""
  height, width, _ = light.shape
  y, x = np.mgrid[-1:1:height * 1j, -1:1:width * 1j]
  light = light * (1 - 0.13 * (x * x + y * y))[..., None] * still_life.EXPOSURE
  light = np.where(light < 0.5, light, 1 - 0.5 * np.exp(-(np.maximum(light, 0.5) - 0.5) / 0.5))
  return np.where(light < 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-6) ** (1 / 2.4) - 0.055)


def main():
  here = pathlib.Path(__file__).resolve().parent
  parser = argparse.ArgumentParser(description=__doc__)
  parser.add_argument("--quick", action="store_true", help="half size, four samples a pixel")
  parser.add_argument("--out", type=pathlib.Path, default=here)
  options = parser.parse_args()
  width, height, side = (WIDTH // 2, HEIGHT // 2, 2) if options.quick else (WIDTH, HEIGHT, 4)
  start = time.time()
  buffers = render(still_life.scene(), width, height, side)
  normal = buffers["normal"] / np.maximum(np.linalg.norm(buffers["normal"], axis=2, keepdims=True), 1e-6)
  guides = (normal, buffers["depth"])
  shade = (buffers["seen"] / np.maximum(buffers["light"], 1e-4))[..., None]
  shade = smooth(shade, guides, 2, 0.3)
  scattered = smooth(buffers["scattered"], guides, 4, 0.5)
  light = buffers["direct"] * shade * still_life.DAYLIGHT + buffers["albedo"] * scattered + buffers["mirrored"]
  clean = np.clip(develop(light), 0, 1) * 255
  # For lossless WebP the quality and method are effort: 669 kB where PNG takes 920 kB.
  Image.fromarray(np.rint(clean).astype(np.uint8)).save(options.out / "still_life_clean.webp", lossless=True,
                                                        quality=100, method=6)
  noise = np.random.default_rng(NOISE_SEED).normal(0, NOISE_SIGMA, clean.shape)
  noisy = np.clip(np.rint(clean + noise), 0, 255).astype(np.uint8)
  picture = io.BytesIO()
  Image.fromarray(noisy).save(picture, "JPEG", quality=JPEG_QUALITY, subsampling="4:2:0", optimize=True)
  (options.out / "still_life.jpg").write_bytes(picture.getvalue())
  print(f"{width} x {height} in {time.time() - start:.0f} s, noisy JPEG of {len(picture.getvalue()) // 1024} KiB")


if __name__ == "__main__":
  main()
