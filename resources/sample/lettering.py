"""A stroke alphabet and a small canvas: the printed and painted surfaces of the still life."""
import numpy as np


def _arc(cx, cy, rx, ry, start, end, steps=14):
  angles = np.radians(np.linspace(start, end, steps))
  return [(cx + rx * np.cos(a), cy + ry * np.sin(a)) for a in angles]


# Each glyph: its width, then its strokes. Base line at 0, cap height 1, angles counter-clockwise from the right.
GLYPHS = {
  " ": (0.40, []),
  "A": (0.78, [[(0, 0), (0.39, 1), (0.78, 0)], [(0.14, 0.36), (0.64, 0.36)]]),
  "B": (0.62, [[(0, 0), (0, 1), (0.32, 1)] + _arc(0.32, 0.76, 0.24, 0.24, 90, -90) + [(0, 0.52)],
               [(0.32, 0.52)] + _arc(0.34, 0.26, 0.28, 0.26, 90, -90) + [(0, 0)]]),
  "C": (0.76, [_arc(0.46, 0.5, 0.46, 0.5, 48, 312, 24)]),
  "D": (0.74, [[(0, 0), (0, 1), (0.26, 1)] + _arc(0.26, 0.5, 0.48, 0.5, 90, -90, 20) + [(0, 0)]]),
  "E": (0.54, [[(0.54, 1), (0, 1), (0, 0), (0.54, 0)], [(0, 0.52), (0.44, 0.52)]]),
  "F": (0.52, [[(0.52, 1), (0, 1), (0, 0)], [(0, 0.52), (0.42, 0.52)]]),
  "G": (0.82, [_arc(0.46, 0.5, 0.46, 0.5, 48, 360, 26) + [(0.56, 0.5)]]),
  "H": (0.68, [[(0, 0), (0, 1)], [(0.68, 0), (0.68, 1)], [(0, 0.52), (0.68, 0.52)]]),
  "I": (0.08, [[(0.04, 0), (0.04, 1)]]),
  "J": (0.46, [[(0.46, 1), (0.46, 0.26)] + _arc(0.22, 0.25, 0.24, 0.25, 0, -160)]),
  "K": (0.64, [[(0, 0), (0, 1)], [(0.6, 1), (0, 0.42)], [(0.2, 0.61), (0.64, 0)]]),
  "L": (0.52, [[(0, 1), (0, 0), (0.52, 0)]]),
  "M": (0.88, [[(0, 0), (0.06, 1), (0.44, 0.14), (0.82, 1), (0.88, 0)]]),
  "N": (0.70, [[(0, 0), (0, 1), (0.7, 0), (0.7, 1)]]),
  "O": (0.92, [_arc(0.46, 0.5, 0.46, 0.5, 0, 360, 32)]),
  "P": (0.58, [[(0, 0), (0, 1), (0.3, 1)] + _arc(0.3, 0.74, 0.28, 0.26, 90, -90) + [(0, 0.48)]]),
  "Q": (0.92, [_arc(0.46, 0.5, 0.46, 0.5, 0, 360, 32), [(0.56, 0.24), (0.9, -0.1)]]),
  "R": (0.62, [[(0, 0), (0, 1), (0.3, 1)] + _arc(0.3, 0.74, 0.28, 0.26, 90, -90) + [(0, 0.48)],
               [(0.28, 0.48), (0.62, 0)]]),
  "S": (0.56, [_arc(0.29, 0.75, 0.25, 0.25, 30, 270, 18) + _arc(0.28, 0.26, 0.28, 0.26, 85, -150, 18)]),
  "T": (0.66, [[(0, 1), (0.66, 1)], [(0.33, 1), (0.33, 0)]]),
  "U": (0.68, [[(0, 1), (0, 0.34)] + _arc(0.34, 0.34, 0.34, 0.34, 180, 360) + [(0.68, 1)]]),
  "V": (0.74, [[(0, 1), (0.37, 0), (0.74, 1)]]),
  "W": (1.08, [[(0, 1), (0.27, 0), (0.54, 0.94), (0.81, 0), (1.08, 1)]]),
  "X": (0.68, [[(0, 0), (0.68, 1)], [(0, 1), (0.68, 0)]]),
  "Y": (0.70, [[(0, 1), (0.35, 0.48), (0.7, 1)], [(0.35, 0.48), (0.35, 0)]]),
  "Z": (0.62, [[(0, 1), (0.62, 1), (0, 0), (0.62, 0)]]),
  "0": (0.66, [_arc(0.33, 0.5, 0.33, 0.5, 0, 360, 28)]),
  "1": (0.34, [[(0.04, 0.8), (0.26, 1), (0.26, 0)]]),
  "2": (0.60, [_arc(0.3, 0.72, 0.28, 0.28, 165, -30) + [(0, 0), (0.6, 0)]]),
  "3": (0.58, [_arc(0.28, 0.76, 0.24, 0.24, 150, -90) + _arc(0.28, 0.26, 0.29, 0.26, 90, -150)]),
  "4": (0.64, [[(0.48, 0), (0.48, 1), (0, 0.28), (0.64, 0.28)]]),
  "5": (0.58, [[(0.52, 1), (0.1, 1), (0.05, 0.54)] + _arc(0.27, 0.32, 0.3, 0.32, 120, -145)]),
  "6": (0.60, [[(0.46, 1)] + _arc(0.3, 0.31, 0.3, 0.31, 165, -195, 24)]),
  "7": (0.58, [[(0, 1), (0.58, 1), (0.2, 0)]]),
  "8": (0.58, [_arc(0.29, 0.76, 0.24, 0.24, 0, 360, 22), _arc(0.29, 0.26, 0.29, 0.26, 0, 360, 22)]),
  "9": (0.60, [[(0.14, 0)] + _arc(0.3, 0.69, 0.3, 0.31, -15, 345, 24)]),
  ".": (0.10, [[(0.05, 0.02), (0.05, 0.03)]]),
  ",": (0.12, [[(0.08, 0.03), (0.02, -0.16)]]),
  "-": (0.36, [[(0.04, 0.46), (0.32, 0.46)]]),
  "&": (0.80, [[(0.8, 0), (0.2, 0.7)] + _arc(0.36, 0.8, 0.18, 0.2, 210, -40)
               + _arc(0.3, 0.24, 0.3, 0.25, 110, 340) + [(0.74, 0.46)]]),
  "'": (0.08, [[(0.04, 1), (0.04, 0.78)]]),
}
SPACING = 0.22


def text_width(text, height, spacing=SPACING):
  """Width of a line of text in the units of its cap height."""
  return height * (sum(GLYPHS[c][0] + spacing for c in text) - spacing)


class Canvas:
  """A picture in linear light whose coordinates run right and up, from 0 to (width, height)."""

  def __init__(self, width, height, colour, pixels_per_unit):
    self.width, self.height, self.density = width, height, pixels_per_unit
    self.rows, self.columns = round(height * pixels_per_unit), round(width * pixels_per_unit)
    self.pixels = np.empty((self.rows, self.columns, 3), np.float32)
    self.pixels[:] = colour

  def grid(self):
    """x and y of every pixel's centre."""
    x = (np.arange(self.columns, dtype=np.float32) + 0.5) / self.density
    y = self.height - (np.arange(self.rows, dtype=np.float32) + 0.5) / self.density
    return np.meshgrid(x, y)

  def blend(self, coverage, colour):
    self.pixels += coverage[..., None] * (np.asarray(colour, np.float32) - self.pixels)

  def line(self, start, end, thickness, colour):
    """A line with round ends, smooth to a fraction of a pixel."""
    reach = thickness / 2 + 1.5 / self.density
    low, high = np.minimum(start, end) - reach, np.maximum(start, end) + reach
    c0, c1 = (int(np.clip(v * self.density, 0, self.columns)) for v in (low[0], high[0]))
    r0, r1 = (int(np.clip((self.height - v) * self.density, 0, self.rows)) for v in (high[1], low[1]))
    if c1 <= c0 or r1 <= r0:
      return
    x = (np.arange(c0, c1) + 0.5) / self.density - start[0]
    y = (self.height - (np.arange(r0, r1) + 0.5) / self.density)[:, None] - start[1]
    dx, dy = end[0] - start[0], end[1] - start[1]
    along = np.clip((x * dx + y * dy) / max(dx * dx + dy * dy, 1e-12), 0, 1)
    distance = np.hypot(x - along * dx, y - along * dy)
    coverage = np.clip((thickness / 2 - distance) * self.density + 0.5, 0, 1).astype(np.float32)
    patch = self.pixels[r0:r1, c0:c1]
    patch += coverage[..., None] * (np.asarray(colour, np.float32) - patch)

  def path(self, points, thickness, colour):
    for start, end in zip(points[:-1], points[1:]):
      self.line(start, end, thickness, colour)

  def frame(self, inset, thickness, colour):
    right, top = self.width - inset, self.height - inset
    self.path([(inset, inset), (right, inset), (right, top), (inset, top), (inset, inset)], thickness, colour)

  def circle(self, cx, cy, radius, thickness, colour):
    self.path([(cx + x, cy + y) for x, y in _arc(0, 0, radius, radius, 0, 360, 64)], thickness, colour)

  def text(self, text, centre, base, height, colour, weight=0.13, spacing=SPACING, turn=0.0):
    """One centred line of capitals; `turn` in degrees rotates it about the middle of its base line."""
    cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    pen = -text_width(text, height, spacing) / 2
    for character in text:
      width, strokes = GLYPHS[character]
      for stroke in strokes:
        points = [(pen + x * height, y * height) for x, y in stroke]
        self.path([(centre + x * cos - y * sin, base + x * sin + y * cos) for x, y in points],
                  height * weight, colour)
      pen += (width + spacing) * height

  def sample(self, u, v):
    """Bilinear look-up at u right and v up, both 0 to 1; gives 3 x N."""
    x = np.clip(u * self.columns - 0.5, 0, self.columns - 1.001)
    y = np.clip((1 - v) * self.rows - 0.5, 0, self.rows - 1.001)
    column, row = x.astype(np.int32), y.astype(np.int32)
    fx, fy = (x - column)[:, None], (y - row)[:, None]
    upper = self.pixels[row, column] * (1 - fx) + self.pixels[row, column + 1] * fx
    lower = self.pixels[row + 1, column] * (1 - fx) + self.pixels[row + 1, column + 1] * fx
    return (upper * (1 - fy) + lower * fy).T.astype(np.float32)
