"""The still life itself: what stands on the table, of what stuff, and in what light."""
import types

import numpy as np

from lettering import Canvas, text_width
from paints import CREAM, GOLD, INK, grain, lattice, metal, mix, plain, stripe
from tracer import Ball, Box, Lathe, Scene, Surface, Window, turn, vec

CAMERA = types.SimpleNamespace(position=vec(0.35, 3.55, -8.6), target=vec(0.08, 0.98, 0.2), view_angle=27.5)
DAYLIGHT = np.array([1.0, 0.90, 0.74], np.float32)
EXPOSURE = np.float32(1.4)


def table_top(p, n):
  x, _, z = p
  plank = np.floor(z / 1.15 + 0.32)
  warp = grain(x * 0.35 + plank * 9.7, z * 1.4, 3)
  rings = np.sin((z * 9 + warp * 16 + plank * 2.1) * 2.2)
  fibre = grain(x * 2.2 + plank * 31, z * 46, 3)
  albedo = mix((0.20, 0.085, 0.034), (0.40, 0.195, 0.085), 0.5 + 0.28 * rings + 0.9 * (fibre - 0.5))
  albedo = albedo * (0.88 + 0.24 * lattice[plank.astype(int) & 255, 7])
  gap = stripe(z + 0.575 + 0.32 * 1.15, 1.15, 0.022, 0.012)
  return Surface(albedo * (1 - 0.85 * gap), 0.04, 0.10 + 0.12 * fibre)


def wall_paper(p, n):
  x, y, _ = p
  base = mix((0.055, 0.13, 0.135), (0.075, 0.165, 0.165), stripe(x, 0.9, 0.45, 0.01))
  base = base * (0.85 + 0.3 * grain(x * 1.3, y * 1.3, 5))
  line = np.maximum(stripe(x - 0.245, 0.9, 0.016, 0.01), stripe(x + 0.245, 0.9, 0.016, 0.01))
  row = np.floor(y / 0.62)
  u, v = (x / 0.9) % 1 - 0.5, (y / 0.62) % 1 - 0.5
  angle, reach = np.arctan2(v * 0.62, u * 0.9), np.hypot(u * 0.9, v * 0.62)
  bloom = np.clip((0.085 + 0.055 * np.cos(angle * 6 + row) - reach) / 0.012, 0, 1)
  bloom = np.maximum(bloom - np.clip((0.03 - reach) / 0.01, 0, 1), 0)
  return Surface(mix(base, (0.34, 0.27, 0.13), np.maximum(line * 0.7, bloom * 0.75)))


def cloth(p, n):
  """Linen with a red and blue check, a stitched border, and a weave that catches the light."""
  x, _, z = p
  warp, weft = np.sin(x * 150), np.sin(z * 150)
  over = np.sign(warp * weft)
  check = 0.5 * stripe(x, 0.52, 0.20, 0.004) + 0.5 * stripe(z, 0.52, 0.20, 0.004)
  fine = np.maximum(stripe(x - 0.26, 0.52, 0.022, 0.004), stripe(z - 0.26, 0.52, 0.022, 0.004))
  albedo = mix((0.74, 0.68, 0.56), (0.50, 0.055, 0.05), check)
  albedo = mix(albedo, (0.07, 0.11, 0.30), fine * 0.85)
  edge = np.minimum(np.minimum(1.95 - np.abs(x), 1.55 - np.abs(z)), 1)
  stitch = (np.abs(edge - 0.13) < 0.014) & (np.sin((x + z) * 60) > -0.3)
  albedo = mix(albedo, (0.74, 0.68, 0.56), edge < 0.2)
  albedo = mix(albedo, (0.5, 0.05, 0.05), stitch)
  wave = 0.10 * (grain(x * 1.5, z * 1.5, 2) - 0.5)
  normal = np.stack([0.10 * np.cos(x * 150) * (over > 0) + wave, np.ones_like(x),
                     0.10 * np.cos(z * 150) * (over < 0) + wave])
  return Surface(albedo * (0.86 + 0.14 * over * np.abs(warp * weft)), normal=np.where(n[1] > 0.5, normal, n))


def spine_canvas(length, height, colour, title, below, rules):
  size = min(height * 0.42, (length - 0.66) / text_width(title, 1))
  canvas = Canvas(length, height, colour, 560 / length)
  for x in rules:
    for place in (x, length - x):
      canvas.line((place, 0), (place, height), 0.018, GOLD)
  canvas.text(title, length / 2, height * (0.38 if below else 0.34), size, GOLD)
  if below:
    canvas.text(below, length / 2, height * 0.13, height * 0.12, GOLD, 0.14)
  return canvas


def cover_canvas(length, depth, colour):
  canvas = Canvas(length, depth, colour, 700 / length)
  canvas.frame(0.08, 0.014, GOLD)
  canvas.frame(0.12, 0.006, GOLD)
  for turn_by in range(0, 360, 30):
    x, y = np.cos(np.radians(turn_by)) * 0.2, np.sin(np.radians(turn_by)) * 0.2
    canvas.circle(length / 2 + x, depth / 2 + y, 0.2, 0.008, GOLD)
  return canvas


def book(size, position, angle, colour, title, below):
  """Boards, spine towards the camera, and a block of pages between them."""
  length, height, depth = size
  spine = spine_canvas(length, height, colour, title, below, (0.10, 0.14, 0.24))
  cover = cover_canvas(length, depth, colour)
  board = 0.045

  def paint(p, n):
    rub = 0.82 + 0.36 * grain(p[0] * 14 + p[1] * 9, p[2] * 14, 4)
    u, v = p[0] / length + 0.5, p[1] / height
    front = spine.sample(u, v)
    top = cover.sample(u, p[2] / depth + 0.5)
    albedo = np.where(n[2] < -0.5, front, np.where(n[1] > 0.5, top, vec(*colour)))
    gilt = (albedo[0] > 0.4) & (albedo[0] > 1.2 * albedo[1])
    bump = 0.10 * np.stack([grain(p[0] * 60, p[1] * 60 + p[2] * 60, 2) - 0.5, np.zeros_like(p[0]),
                            grain(p[0] * 60 + 40, p[1] * 60 + p[2] * 60, 2) - 0.5])
    return Surface(albedo * rub, np.where(gilt, vec(*GOLD) * 0.5, 0.03), 0.25, n + bump)

  def pages(p, n):
    leaf = grain(p[1] * 120, p[0] * 0.6 + p[2] * 0.6, 2)
    return Surface(mix((0.50, 0.40, 0.25), (0.80, 0.70, 0.50), leaf * 1.3 - 0.1))

  rotation, (x, y, z) = turn(y=angle), position
  half = (length / 2, depth / 2)
  parts = [((-half[0], 0, -half[1]), (half[0], board, half[1]), paint),
           ((-half[0], height - board, -half[1]), (half[0], height, half[1]), paint),
           ((-half[0], 0, -half[1]), (half[0], height, -half[1] + board), paint),
           ((-half[0] + 0.05, board, -half[1] + board), (half[0] - 0.05, height - board, half[1] - 0.05), pages)]
  return [Box(low, high, part, (x, y, z), rotation) for low, high, part in parts]


def photograph():
  """An old print: hills, a lake, a sun and a little house, in sepia."""
  canvas = Canvas(1.5, 1.9, (0.62, 0.50, 0.33), 300)
  x, y = canvas.grid()
  canvas.blend(np.clip((y - 0.7) / 1.2, 0, 1), (0.40, 0.29, 0.17))
  canvas.blend(np.clip((0.17 - np.hypot(x - 1.05, y - 1.42)) / 0.012, 0, 1), (0.86, 0.77, 0.58))
  for base, height, rough, colour, seed in ((0.86, 0.42, 0.9, (0.36, 0.26, 0.155), 2),
                                            (0.74, 0.30, 1.6, (0.22, 0.15, 0.085), 9),
                                            (0.62, 0.16, 3.1, (0.115, 0.074, 0.04), 23)):
    ridge = base + height * (grain(x * rough * 2 + seed, x * 0 + seed, 5) - 0.35)
    canvas.blend(np.clip((ridge - y) / 0.006, 0, 1), colour)
  ripple = grain(x * 6, y * 60, 3)
  canvas.blend(np.clip((0.52 - y) / 0.006, 0, 1), (0.40, 0.30, 0.18))
  canvas.blend(((y < 0.52) * np.clip(ripple * 3 - 1.3, 0, 1)).astype(np.float32), (0.66, 0.54, 0.36))
  for trunk, tall in ((0.16, 0.62), (0.27, 0.46), (0.36, 0.55)):
    for level in range(9):
      reach = 0.085 * (1 - level / 9.5)
      rise = 0.54 + tall * level / 9
      canvas.line((trunk - reach, rise), (trunk, rise + 0.08), 0.03, (0.05, 0.032, 0.018))
      canvas.line((trunk + reach, rise), (trunk, rise + 0.08), 0.03, (0.05, 0.032, 0.018))
    canvas.line((trunk, 0.51), (trunk, 0.54 + tall), 0.018, (0.05, 0.032, 0.018))
  canvas.blend(((np.abs(x - 0.98) < 0.12) & (np.abs(y - 0.585) < 0.075)).astype(np.float32), (0.70, 0.60, 0.43))
  roof = (np.abs(x - 0.98) < 0.16 - (y - 0.66) * 1.2) & (y > 0.66) & (y < 0.78)
  canvas.blend(roof.astype(np.float32), (0.08, 0.05, 0.03))
  for window in (0.92, 1.03):
    canvas.blend(((np.abs(x - window) < 0.022) & (np.abs(y - 0.595) < 0.03)).astype(np.float32), (0.06, 0.04, 0.02))
  canvas.blend((0.30 * (grain(x * 5, y * 5, 5) > 0.68)).astype(np.float32), (0.70, 0.58, 0.40))
  return canvas


def framed_photograph(position, rotation):
  print_, mount = photograph(), Canvas(2.06, 2.56, (0.74, 0.68, 0.55), 220)
  mount.frame(0.20, 0.012, (0.30, 0.22, 0.12))
  mount.text("LAKE HOUSE, SUMMER 1924", 1.03, 0.095, 0.062, (0.10, 0.07, 0.05), 0.12)

  def picture(p, n):
    albedo = mount.sample(p[0] / 2.06 + 0.5, p[1] / 2.56 + 0.5)
    u, v = p[0] / 1.5 + 0.5, (p[1] - 0.02) / 1.9 + 0.5
    inside = (u > 0) & (u < 1) & (v > 0) & (v < 1)
    return Surface(np.where(inside, print_.sample(u, v), albedo), 0.035, 0.01)

  def moulding(p, n):
    inner = np.maximum(np.abs(p[0]) / 1.24, np.abs(p[1]) / 1.49)
    edge = np.maximum(np.abs(p[0]) - 1.02, np.abs(p[1]) - 1.27)
    tilt = np.cos(edge * 28)
    across = np.abs(p[0]) - 1.02 > np.abs(p[1]) - 1.27
    lean = np.stack([np.where(across, np.sign(p[0]) * tilt * 0.6, 0), np.where(across, 0, np.sign(p[1]) * tilt * 0.6),
                     np.zeros_like(tilt)])
    worn = grain(p[0] * 9, p[1] * 9, 4)
    beads = 0.6 + 0.4 * np.cos(np.where(across, p[1], p[0]) * 70) * (np.abs(edge - 0.06) < 0.03)
    colour = mix((0.42, 0.25, 0.07), (0.62, 0.42, 0.15), worn * 1.4 - 0.2) * beads * np.where(inner > 2, 0, 1)
    return Surface(colour * 0.55, colour * 0.45, 0.22, np.where(n[2] < -0.5, n + lean, n))

  boxes = [((-1.03, -1.28, 0), (1.03, 1.28, 0.06), picture)]
  for side in (-1, 1):
    a, b = sorted((side * 1.02, side * 1.24))
    boxes.append(((a, -1.49, -0.10), (b, 1.49, 0.1), moulding))
    c, d = sorted((side * 1.27, side * 1.49))
    boxes.append(((-1.02, c, -0.10), (1.02, d, 0.1), moulding))
  return [Box(low, high, paint, position, rotation) for low, high, paint in boxes]


def curve(points, steps=6):
  """Points with a smooth path (Catmull-Rom) drawn through them."""
  p = np.array([points[0]] + list(points) + [points[-1]], float)
  t = np.linspace(0, 1, steps, endpoint=False)[:, None]
  parts = [0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t ** 2 + (3 * b - a - 3 * c + d) * t ** 3)
           for a, b, c, d in zip(p[:-3], p[1:-2], p[2:-1], p[3:])]
  path = np.concatenate(parts + [p[-1:]])
  path[:, 0] = np.maximum(path[:, 0], 0)
  return [tuple(point) for point in path]


def bottle(position):
  label = Canvas(1.25, 0.98, CREAM, 480)
  label.frame(0.04, 0.012, (0.35, 0.05, 0.04))
  label.frame(0.065, 0.005, (0.35, 0.05, 0.04))
  label.text("OLD ORCHARD", 0.625, 0.76, 0.085, (0.33, 0.04, 0.035), 0.15)
  label.text("PEAR & QUINCE", 0.625, 0.60, 0.062, INK, 0.13)
  label.line((0.3, 0.53), (0.95, 0.53), 0.008, INK)
  label.text("NO. 7", 0.625, 0.31, 0.15, (0.33, 0.04, 0.035), 0.13)
  label.text("BOTTLED BY HAND IN THE YEAR 1924", 0.625, 0.21, 0.030, INK, 0.14)
  label.text("KEEP COOL AND DARK - 70 CL", 0.625, 0.135, 0.026, INK, 0.14)

  def paint(p, n):
    angle = np.arctan2(p[2], p[0]) + np.pi / 2
    u, v = angle * 0.46 / 1.25 + 0.5, (p[1] - 0.42) / 0.98
    on = (u > 0) & (u < 1) & (v > 0) & (v < 1)
    wax = p[1] > 2.42
    glass = mix((0.006, 0.035, 0.016), (0.02, 0.09, 0.035), np.abs(n[0]))
    bare = np.where(wax, vec(0.30, 0.02, 0.018), glass)
    albedo = np.where(on, label.sample(np.clip(u, 0, 1), np.clip(v, 0, 1)), bare)
    return Surface(albedo, np.where(on, 0.0, np.where(wax, 0.03, 0.06)), np.where(on | wax, 0.15, 0.0))

  profile = [(0, 0), (0.44, 0)] + curve([(0.455, 0.02), (0.46, 0.08), (0.46, 1.45), (0.44, 1.62), (0.30, 1.86),
                                        (0.185, 2.04), (0.165, 2.3), (0.165, 2.44)])
  seal = curve([(0.19, 2.46), (0.185, 2.66), (0.19, 2.72), (0.17, 2.76), (0.05, 2.77)])
  profile += [(0.19, 2.44)] + seal + [(0, 2.77)]
  return Lathe(profile, paint, position)


def bowl(position):
  def paint(p, n):
    angle = np.arctan2(p[2], p[0])
    height = p[1]
    blue = np.maximum(stripe(height - 0.66 + 0.25, 0.5, 0.03, 0.006), stripe(height - 0.10 + 0.25, 0.5, 0.02, 0.006))
    wave = np.abs(height - 0.42 - 0.085 * np.sin(angle * 14))
    other = np.abs(height - 0.42 + 0.085 * np.sin(angle * 14))
    dots = np.hypot((angle * 14 / np.pi) % 1 - 0.5, (height - 0.42) / 0.18) < 0.13
    blue = np.maximum(blue, np.clip((0.013 - np.minimum(wave, other)) / 0.006 + 0.5, 0, 1))
    blue = np.maximum(blue, dots)
    return Surface(mix((0.72, 0.72, 0.68), (0.025, 0.06, 0.28), blue), 0.05, 0.015)

  outer = curve([(0.40, 0.06), (0.62, 0.14), (0.85, 0.36), (0.96, 0.60), (1.0, 0.74)])
  inner = curve([(0.965, 0.745), (0.92, 0.60), (0.81, 0.38), (0.58, 0.18), (0.001, 0.12)])
  return Lathe([(0, 0), (0.36, 0), (0.40, 0.06)] + outer[1:] + [(0.985, 0.76)] + inner, paint, position)


def orange_skin(colour):
  def paint(p, n):
    pore = [grain(p[0] * 22 + i * 31, p[1] * 22 + p[2] * 17 + i * 7, 2) - 0.5 for i in range(3)]
    tint = grain(p[0] * 4, p[1] * 4 + p[2] * 3, 3)
    return Surface(vec(*colour) * (0.8 + 0.4 * tint), 0.03, 0.18, n + 0.22 * np.stack(pore))
  return paint


def apple(position, size, ripe, rotation):
  profile = curve([(0.0, 0.10), (0.10, 0.03), (0.24, 0.02), (0.42, 0.24), (0.50, 0.52), (0.43, 0.78), (0.25, 0.87),
                   (0.10, 0.82), (0.0, 0.72)])
  profile = [(r * size, y * size) for r, y in profile]

  def paint(p, n):
    angle = np.arctan2(p[2], p[0])
    streak = grain(np.cos(angle) * 9 + 20, np.sin(angle) * 9 + p[1] * 1.5 + 20, 4)
    blush = grain(np.cos(angle) * 1.3 + 5, np.sin(angle) * 1.3 + p[1], 2)
    albedo = mix((0.60, 0.43, 0.07), ripe, (streak - 0.5) * 2.2 + (blush - 0.25) * 2.6)
    freckle = grain(angle * 16, p[1] * 34, 1) > 0.9
    return Surface(mix(albedo, (0.7, 0.55, 0.25), freckle * 0.6), 0.045, 0.05)

  stem = [(0.0, 0.70 * size), (0.018, 0.70 * size), (0.014, 0.95 * size), (0.022, 1.02 * size), (0, 1.03 * size)]
  return [Lathe(profile, paint, position, rotation), Lathe(stem, plain((0.10, 0.06, 0.025)), position, rotation)]


def pocket_watch(position, rotation):
  dial = Canvas(1.0, 1.0, (0.80, 0.77, 0.68), 620)
  for minute in range(60):
    a = np.radians(minute * 6)
    inner = 0.425 if minute % 5 == 0 else 0.445
    dial.line((0.5 + inner * np.sin(a), 0.5 + inner * np.cos(a)), (0.5 + 0.465 * np.sin(a), 0.5 + 0.465 * np.cos(a)),
              0.012 if minute % 5 == 0 else 0.005, INK)
  dial.circle(0.5, 0.5, 0.466, 0.005, INK)
  for hour in range(1, 13):
    a = np.radians(hour * 30)
    dial.text(str(hour), 0.5 + 0.36 * np.sin(a), 0.5 + 0.36 * np.cos(a) - 0.045, 0.09, INK, 0.16)
  dial.text("HEIRLOOM", 0.5, 0.64, 0.042, INK, 0.14)
  dial.circle(0.5, 0.30, 0.085, 0.005, INK)
  dial.line((0.5, 0.30), (0.54, 0.35), 0.008, INK)
  for angle, reach, thick in ((305, 0.23, 0.024), (52, 0.36, 0.015)):
    a = np.radians(angle)
    tail, tip = ((0.5 + r * np.sin(a), 0.5 + r * np.cos(a)) for r in (-0.05, reach))
    dial.line(tail, tip, thick, (0.02, 0.03, 0.10))
  dial.circle(0.5, 0.5, 0.012, 0.024, (0.02, 0.03, 0.10))
  radius = 0.47
  brass = (0.80, 0.56, 0.24)

  def face(p, n):
    return Surface(dial.sample(p[0] / (2 * radius) + 0.5, p[2] / (2 * radius) + 0.5), 0.04, 0.0)

  rim = curve([(0.40, 0.0), (0.53, 0.05), (0.56, 0.11), (0.53, 0.175), (0.485, 0.19)]) + [(0.47, 0.165), (0.47, 0.15)]
  ring = np.array([(np.cos(a), np.sin(a)) for a in np.linspace(0, 2 * np.pi, 30, endpoint=False)])
  origin = np.array(position, np.float32)
  across = rotation @ turn(x=90)
  parts = [Lathe([(0, 0), (0.40, 0)] + rim[1:], metal(brass), position, rotation),
           Lathe([(0.475, 0.13), (0.475, 0.15), (0, 0.15)], face, position, rotation),
           Lathe([(0, 0.0), (0.09, 0.0), (0.09, 0.12), (0, 0.12)], metal(brass, 0.15),
                 origin + rotation @ np.array([0, 0.1, 0.54], np.float32), across)]
  for x, y in ring:
    parts.append(Ball(0.022, metal(brass), origin + rotation @ np.array([0.13 * x, 0.1, 0.72 + 0.13 * y], np.float32)))
  return parts


def letter_card(position, rotation):
  """A card with lines of text that get smaller, and a grid that gets finer."""
  card = Canvas(1.9, 1.3, (0.78, 0.73, 0.61), 480)
  card.frame(0.05, 0.010, (0.10, 0.16, 0.28))
  base = 1.06
  for height, line in ((0.13, "DEAR CLARA"), (0.085, "THE WATCH IS YOURS NOW"),
                       (0.06, "IT WAS MADE IN THE SPRING OF 1924"),
                       (0.045, "AND IT NEVER ONCE STOOD STILL IN ALL THE YEARS"),
                       (0.034, "WIND IT EVERY EVENING, KEEP IT DRY AND KEEP IT CLOSE")):
    card.text(line, 0.95, base, height, (0.03, 0.045, 0.12), 0.13)
    base -= height + 0.085
  for step in range(26):
    x = 0.14 + 0.062 * step
    card.line((x, 0.12), (x, 0.32), 0.003 + 0.0007 * step, (0.30, 0.05, 0.05))
  for step in range(5):
    card.line((0.14, 0.12 + 0.05 * step), (1.69, 0.12 + 0.05 * step), 0.006, (0.30, 0.05, 0.05))

  def paint(p, n):
    paper = 0.94 + 0.12 * grain(p[0] * 30, p[2] * 30, 3)
    return Surface(card.sample(p[0] / 1.9 + 0.5, p[2] / 1.3 + 0.5) * paper)

  return Box((-0.95, 0, -0.65), (0.95, 0.012, 0.65), paint, position, rotation)


def pencil(position, angle):
  def paint(p, n):
    wood, lead, band = p[1] > 1.50, p[1] > 1.66, p[1] < 0.16
    side = np.cos(np.arctan2(p[2], p[0]) * 6) * 0.5 + 0.5
    lacquer = mix((0.72, 0.40, 0.02), (0.80, 0.50, 0.04), side)
    albedo = np.where(lead, vec(0.03, 0.03, 0.035), np.where(wood, vec(0.62, 0.42, 0.22), lacquer))
    albedo = np.where(band & ~wood, np.where(p[1] < 0.07, vec(0.55, 0.18, 0.15), vec(0.5, 0.45, 0.36)), albedo)
    return Surface(albedo, np.where(wood, 0, 0.05), 0.06)

  profile = [(0, 0), (0.06, 0), (0.062, 0.02), (0.062, 1.50), (0.022, 1.66), (0.004, 1.74), (0, 1.745)]
  return Lathe(profile, paint, position, turn(y=angle) @ turn(z=-90))


def marble(position, radius, first, second, seed):
  def paint(p, n):
    bend = grain(p[0] / radius + seed, p[2] / radius + p[1] / radius, 3)
    swirl = np.sin((p[0] + 0.6 * p[1]) / radius * 3.2 + 5 * bend)
    return Surface(mix(first, second, swirl * 3 + 0.5), 0.06, 0.0)
  x, z = position
  return Ball(radius, paint, (x, radius, z), turn(x=seed * 40, z=seed * 25))


def room(direction):
  """What the things see of the rest of the room: a pale ceiling, a dim warm back, a lamp's glow on the right."""
  up = np.clip(direction[1] * 0.5 + 0.5, 0, 1)
  light = mix((0.16, 0.10, 0.06), (0.40, 0.37, 0.34), up)
  glow = np.clip(direction[0] * 0.8 + direction[1] * 0.35 - direction[2] * 0.3, 0, 1) ** 3
  return light + vec(0.50, 0.30, 0.14) * glow


def scene():
  window = Window(-6.5, (1.6, 6.4), (-5.5, 0.5), DAYLIGHT)
  top = 0.42
  things = [Box((-12, -0.5, -9), (12, 0, 3.2), table_top, shadow=False),
            Box((-12, -1, 3.2), (12, 9, 3.6), wall_paper, shadow=False),
            Box((-1.95, 0, -1.55), (1.95, 0.018, 1.55), cloth, (-1.75, 0, -0.55), turn(y=-9))]
  things += framed_photograph((-1.35, 1.50, 1.75), turn(y=-10) @ turn(x=9))
  things += book((2.25, top, 1.5), (1.75, 0, 0.75), 9, (0.022, 0.085, 0.06), "HEIRLOOM 1924",
                 "A FAMILY CHRONICLE IN PICTURES")
  things += book((1.85, 0.33, 1.25), (1.82, top, 0.80), -5, (0.30, 0.03, 0.028), "LETTERS & ALBUMS", "")
  things += apple((1.62, top + 0.32, 0.72), 0.85, (0.50, 0.025, 0.02), turn(z=6, y=40))
  things.append(bottle((0.42, 0, 1.55)))
  bx, bz = -1.62, -0.35
  things.append(bowl((bx, 0.018, bz)))
  things += [Ball(0.40, orange_skin((0.78, 0.26, 0.015)), (bx - 0.38, 0.66, bz - 0.12)),
             Ball(0.38, orange_skin((0.80, 0.30, 0.02)), (bx + 0.10, 0.62, bz - 0.42)),
             Ball(0.37, orange_skin((0.82, 0.58, 0.03)), (bx + 0.42, 0.66, bz + 0.08))]
  things += apple((bx - 0.02, 0.58, bz + 0.22), 0.86, (0.46, 0.03, 0.02), turn(z=-10, x=-8, y=100))
  things += pocket_watch((0.30, 0.235, -1.15), turn(y=-6) @ turn(x=-22))
  things.append(Box((-0.2, 0, 0.05), (0.2, 0.26, 0.3), plain((0.10, 0.05, 0.025)), (0.30, 0, -1.15), turn(y=-6)))
  things.append(letter_card((1.80, 0, -1.36), turn(y=-9)))
  things.append(pencil((0.98, 0.062, -0.24), 9))
  things += [marble((-0.52, -1.72), 0.17, (0.02, 0.16, 0.42), (0.75, 0.75, 0.70), 1),
             marble((-0.16, -2.05), 0.15, (0.50, 0.05, 0.03), (0.80, 0.55, 0.08), 2),
             marble((-0.62, -2.20), 0.13, (0.03, 0.28, 0.12), (0.65, 0.72, 0.35), 3)]
  return Scene(things, window, room, np.float32(6.0))
