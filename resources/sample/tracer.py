"""A small ray tracer on NumPy arrays. Vectors are 3 x N, lengths are decimetres, colours are linear."""
import numpy as np

FAR = np.float32(1e9)
NEAR = np.float32(2e-3)


def vec(*values):
  return np.array(values, np.float32)[:, None]


def dot(a, b):
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def unit(a):
  return a / np.sqrt(np.maximum(dot(a, a), 1e-12))


def turn(x=0.0, y=0.0, z=0.0):
  """Rotation matrix from degrees, about z, then x, then y."""
  (cx, sx), (cy, sy), (cz, sz) = ((np.cos(np.radians(a)), np.sin(np.radians(a))) for a in (x, y, z))
  about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
  about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
  about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
  return (about_y @ about_x @ about_z).astype(np.float32)


class Surface:
  """What a paint function answers for N points: the colours and the way the surface shines.

  albedo 3 x N; reflect is the mirror reflection seen straight on, as 3 x 1 or 3 x N; rough is the spread of that
  reflection; normal, where given, replaces the geometric one (in the object's space).
  """

  def __init__(self, albedo, reflect=0.0, rough=0.0, normal=None):
    self.albedo, self.reflect, self.rough, self.normal = albedo, reflect, rough, normal


class Thing:
  """A shape in its own space, placed by a rotation and a position, and its paint."""

  def __init__(self, low, high, paint, position=(0, 0, 0), rotation=None, shadow=True):
    self.low, self.high, self.paint, self.shadow = vec(*low), vec(*high), paint, shadow
    self.position = vec(*position)
    self.rotation = turn() if rotation is None else rotation

  def to_local(self, origin, direction):
    inverse = self.rotation.T
    return inverse @ (origin - self.position), inverse @ direction

  def span(self, origin, direction):
    """Where each ray enters and leaves the bounding box."""
    inverse = 1 / np.where(np.abs(direction) < 1e-9, np.float32(1e-9), direction)
    first, second = (self.low - origin) * inverse, (self.high - origin) * inverse
    return np.minimum(first, second).max(0), np.maximum(first, second).min(0)


class Box(Thing):
  def hit(self, origin, direction, entry, leave):
    inside = entry < NEAR
    distance = np.where(inside, leave, entry)
    point = (origin + distance * direction - (self.low + self.high) / 2) / (self.high - self.low)
    axis = np.abs(point).argmax(0)
    normal = np.zeros_like(point)
    columns = np.arange(point.shape[1])
    normal[axis, columns] = np.sign(point[axis, columns])
    return distance, normal


class Ball(Thing):
  def __init__(self, radius, paint, position, rotation=None):
    super().__init__((-radius,) * 3, (radius,) * 3, paint, position, rotation)
    self.radius = np.float32(radius)

  def hit(self, origin, direction, entry, leave):
    start = np.maximum(entry, 0)
    near = origin + start * direction
    b, c = dot(near, direction), dot(near, near) - self.radius ** 2
    root = b * b - c
    spread = np.sqrt(np.maximum(root, 0))
    first = -b - spread + start
    distance = np.where(first > NEAR, first, -b + spread + start)
    distance = np.where((root > 0) & (distance > NEAR), distance, FAR)
    return distance, (origin + np.minimum(distance, 1e4) * direction) / self.radius


class Lathe(Thing):
  """A profile of (radius, height) points turned about y, with its outer side on the right of the path.

  Normals are smooth except where the profile bends by more than 45 degrees.
  """

  def __init__(self, profile, paint, position, rotation=None):
    points = np.array(profile, np.float32)
    reach = points[:, 0].max()
    bottom, top = points[:, 1].min(), points[:, 1].max()
    super().__init__((-reach, bottom, -reach), (reach, top, reach), paint, position, rotation)
    self.points = points
    step = np.diff(points, axis=0)
    flat = np.stack([step[:, 1], -step[:, 0]], 1)
    flat /= np.linalg.norm(flat, axis=1, keepdims=True)
    self.start, self.end = flat.copy(), flat.copy()
    smooth = (flat[:-1] * flat[1:]).sum(1) > 0.7
    middle = flat[:-1] + flat[1:]
    middle /= np.maximum(np.linalg.norm(middle, axis=1, keepdims=True), 1e-6)
    self.end[:-1][smooth] = middle[smooth]
    self.start[1:][smooth] = middle[smooth]

  def hit(self, origin, direction, entry, leave):
    shift = np.maximum(entry, 0)
    near = origin + shift * direction
    (ox, oy, oz), (dx, dy, dz) = near, direction
    floor = NEAR - shift
    best = np.full(ox.shape, FAR)
    normal_r, normal_y = np.zeros_like(ox), np.ones_like(ox)
    flat_a, flat_b, flat_c = dx * dx + dz * dz, ox * dx + oz * dz, ox * ox + oz * oz
    for (r0, y0), (r1, y1), start, end in zip(self.points[:-1], self.points[1:], self.start, self.end):
      if abs(y1 - y0) < 1e-5:
        candidates = [(y0 - oy) / np.where(np.abs(dy) < 1e-9, np.float32(1e-9), dy)]
      else:
        slope = (r1 - r0) / (y1 - y0)
        radius = r0 + slope * (oy - y0)
        a = flat_a - (slope * dy) ** 2
        a = np.where(np.abs(a) < 1e-7, np.float32(1e-7), a)
        b = flat_b - slope * dy * radius
        root = b * b - a * (flat_c - radius * radius)
        spread = np.where(root > 0, np.sqrt(np.maximum(root, 0)), np.float32(np.nan))
        candidates = [(-b - spread) / a, (-b + spread) / a]
      for t in candidates:
        if abs(y1 - y0) < 1e-5:
          along = (np.sqrt((ox + t * dx) ** 2 + (oz + t * dz) ** 2) - r0) / (r1 - r0)
        else:
          along = (oy + t * dy - y0) / (y1 - y0)
        good = (t > floor) & (t < best) & (along >= 0) & (along <= 1)
        best = np.where(good, t, best)
        normal_r = np.where(good, start[0] + along * (end[0] - start[0]), normal_r)
        normal_y = np.where(good, start[1] + along * (end[1] - start[1]), normal_y)
    distance = np.where(best < FAR, best + shift, FAR)
    point = near + np.minimum(best, 1e4) * direction
    around = np.sqrt(np.maximum(point[0] ** 2 + point[2] ** 2, 1e-12))
    return distance, unit(np.stack([normal_r * point[0] / around, normal_y, normal_r * point[2] / around]))


class Window:
  """The light: a rectangle facing +x with glazing bars that only mirrors see."""

  def __init__(self, x, y, z, colour):
    self.x, self.y, self.z, self.colour = x, y, z, vec(*colour)
    self.area = (y[1] - y[0]) * (z[1] - z[0])

  def at(self, u, v):
    return np.stack([np.full_like(u, self.x), self.y[0] + u * (self.y[1] - self.y[0]),
                     self.z[0] + v * (self.z[1] - self.z[0])])

  def seen(self, origin, direction):
    t = (self.x - origin[0]) / np.where(direction[0] > -1e-6, np.float32(-1e-6), direction[0])
    u = (origin[1] + t * direction[1] - self.y[0]) / (self.y[1] - self.y[0])
    v = (origin[2] + t * direction[2] - self.z[0]) / (self.z[1] - self.z[0])
    inside = (direction[0] < 0) & (t > 0) & (u > 0) & (u < 1) & (v > 0) & (v < 1)
    pane_u, pane_v = np.abs((u * 3) % 1 - 0.5), np.abs((v * 2) % 1 - 0.5)
    return inside & (pane_u < 0.46) & (pane_v < 0.46)


class Scene:
  def __init__(self, things, window, room, gain):
    """room(direction) is the light from where no thing is; gain brightens the window's direct light."""
    self.things, self.window, self.room, self.gain = things, window, room, gain

  def nearest(self, origin, direction):
    """Distance, index of the thing (-1 for none) and normal in the thing's space."""
    count = origin.shape[1]
    best, which = np.full(count, FAR), np.full(count, -1, np.int16)
    normal = np.zeros((3, count), np.float32)
    for index, thing in enumerate(self.things):
      o, d = thing.to_local(origin, direction)
      entry, leave = thing.span(o, d)
      rays = np.flatnonzero((leave > np.maximum(entry, NEAR)) & (entry < best))
      if rays.size == 0:
        continue
      distance, n = thing.hit(o[:, rays], d[:, rays], entry[rays], leave[rays])
      closer = (distance < best[rays]) & (distance > NEAR)
      rays = rays[closer]
      best[rays], which[rays], normal[:, rays] = distance[closer], index, n[:, closer]
    return best, which, normal

  def blocked(self, origin, direction, reach):
    stopped = np.zeros(origin.shape[1], bool)
    for thing in self.things:
      if not thing.shadow:
        continue
      o, d = thing.to_local(origin, direction)
      entry, leave = thing.span(o, d)
      rays = np.flatnonzero(~stopped & (leave > np.maximum(entry, NEAR)) & (entry < reach))
      if rays.size:
        distance, _ = thing.hit(o[:, rays], d[:, rays], entry[rays], leave[rays])
        stopped[rays] |= (distance > NEAR) & (distance < reach[rays])
    return stopped

  def window_light(self, point, normal, u, v):
    """Unshadowed irradiance over pi from one point of the window, and whether that point is visible."""
    towards = self.window.at(u, v) - point
    reach = np.sqrt(dot(towards, towards))
    towards = towards / reach
    facing = np.maximum(dot(normal, towards), 0) * np.maximum(-towards[0], 0)
    strength = facing * self.window.area / (np.pi * reach ** 2)
    visible = strength > 0
    rays = np.flatnonzero(visible)
    visible[rays] = ~self.blocked((point + NEAR * 2 * normal)[:, rays], towards[:, rays], reach[rays])
    return strength * self.gain, visible

  def surface(self, origin, direction, distance, which, normal):
    """Point, world normal, albedo, reflectance and roughness where rays met things."""
    point = origin + np.where(distance < FAR, distance, 0) * direction
    albedo, reflect = np.zeros_like(point), np.zeros_like(point)
    rough, shading = np.zeros_like(distance), np.zeros_like(point)
    for index in np.unique(which[which >= 0]):
      thing = self.things[index]
      rays = np.flatnonzero(which == index)
      local = thing.rotation.T @ (point[:, rays] - thing.position)
      answer = thing.paint(local, normal[:, rays])
      albedo[:, rays], reflect[:, rays], rough[rays] = answer.albedo, answer.reflect, answer.rough
      shading[:, rays] = thing.rotation @ (normal[:, rays] if answer.normal is None else unit(answer.normal))
    return point, shading, albedo, reflect, rough

  def glimpse(self, origin, direction, uv, with_window):
    """Light that comes back along a secondary ray: direct light and an even guess at the rest."""
    distance, which, normal = self.nearest(origin, direction)
    light = self.room(direction)
    if with_window:
      light = np.where(self.window.seen(origin, direction), self.window.colour * self.gain, light)
    rays = np.flatnonzero(which >= 0)
    if rays.size:
      o, d = origin[:, rays], direction[:, rays]
      point, n, albedo, reflect, _ = self.surface(o, d, distance[rays], which[rays], normal[:, rays])
      strength, visible = self.window_light(point, n, uv[0][rays], uv[1][rays])
      light[:, rays] = (albedo + 0.5 * reflect) * (self.window.colour * (strength * visible) + 0.55 * self.room(n))
    return light


def scatter(normal, u, v):
  """Cosine-weighted direction about a normal."""
  z, angle = 1 - 2 * u, 2 * np.pi * v
  r = np.sqrt(np.maximum(1 - z * z, 0))
  return unit(normal + np.stack([r * np.cos(angle), r * np.sin(angle), z]) * np.float32(0.999))


def trace(scene, origin, direction, numbers):
  """One sample a ray: albedo, normal, depth, window light and its visibility, scattered light, mirrored light.

  numbers holds eight streams of N numbers in 0..1, stratified over the samples of a pixel by the caller.
  """
  distance, which, normal = scene.nearest(origin, direction)
  point, n, albedo, reflect, rough = scene.surface(origin, direction, distance, which, normal)
  strength, visible = scene.window_light(point, n, numbers[0], numbers[1])
  lifted = point + NEAR * 2 * n
  scattered = scene.glimpse(lifted, scatter(n, numbers[2], numbers[3]), numbers[4:6], False)
  mirrored = np.zeros_like(point)
  facing = np.clip(-dot(direction, n), 0, 1)
  fresnel = reflect + (1 - reflect) * (1 - facing) ** 5 * np.where(reflect.max(0) > 0, 1 - np.sqrt(rough), 0)
  rays = np.flatnonzero(fresnel.max(0) > 0.01)
  if rays.size:
    m = n[:, rays]
    straight = direction[:, rays] - 2 * dot(direction[:, rays], m) * m
    jitter = scatter(straight, numbers[6][rays], numbers[7][rays])
    bent = unit(straight + rough[rays] * (jitter - straight * dot(jitter, straight)))
    mirrored[:, rays] = fresnel[:, rays] * np.minimum(scene.glimpse(lifted[:, rays], bent, numbers[4:6, rays], True), 6)
  return albedo, n, distance, strength, visible, scattered, mirrored
