"""Noise, mixing and the simplest stuffs, from which the still life's surfaces are painted."""
import numpy as np

from tracer import Surface, vec

CREAM, INK, GOLD = (0.80, 0.70, 0.52), (0.035, 0.025, 0.02), (0.72, 0.48, 0.16)

lattice = np.random.default_rng(3).random((256, 256)).astype(np.float32)


def grain(x, y, octaves=4):
  """Smooth noise around 0.5, without a visible period."""
  total, share = np.zeros(x.shape, np.float32), 0.5
  for octave in range(octaves):
    px, py = x * 2 ** octave + 17.3 * octave, y * 2 ** octave + 5.1 * octave
    ix, iy = np.floor(px).astype(np.int32), np.floor(py).astype(np.int32)
    fx, fy = px - ix, py - iy
    fx, fy = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy)
    corner = [lattice[(iy + j) & 255, (ix + i) & 255] for j in (0, 1) for i in (0, 1)]
    total += share * ((corner[0] * (1 - fx) + corner[1] * fx) * (1 - fy) + (corner[2] * (1 - fx) + corner[3] * fx) * fy)
    share *= 0.5
  return total / (1 - share * 2 + 1e-9)


def mix(a, b, t):
  """Colours a to b by t; each a colour or 3 x N."""
  a, b = (np.reshape(np.asarray(c, np.float32), (3, -1)) for c in (a, b))
  return a + (b - a) * np.clip(t, 0, 1)


def stripe(x, period, width, soft=0.0):
  """1 on lines of the given width every period."""
  distance = np.abs((x / period) % 1 - 0.5) * period
  return np.clip((width / 2 - distance) / max(soft, 1e-4) + 0.5, 0, 1)


def plain(colour, reflect=0.0, rough=0.0):
  return lambda p, n: Surface(mix(colour, colour, np.zeros_like(p[0])), reflect, rough)


def metal(colour, rough=0.08):
  return lambda p, n: Surface(mix(colour, colour, np.zeros_like(p[0])) * 0.12, vec(*colour), rough)
