"""Draws the pictures that the embedded network is trained on: no photo is involved.

Pictures come in families of four that share their ground and their textures, so that within a family only the
arrangement tells pictures apart: those are the hard negatives. Kinds: objects on plain ground, overlapping shapes
("dead leaves", whose edges and sizes are spread as in natural scenes), scenes with a sky, a ground and things that stand on
it, rows of things, repeated patterns, and pages of text. Colours are pulled toward gray, and noise has the 1/f spectrum of photos.

usage: draw_pictures.py OUT.npy FAMILIES SEED
OUT.npy: uint8, shape (4 * FAMILIES, 128, 128, 3), RGB; members of a family stand side by side. Same seed, same bytes.
"""
import sys
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIDE = 128
MEMBERS = 4
GRID_Y, GRID_X = np.mgrid[0:SIDE, 0:SIDE]
LETTERS = list("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,-")


def coloured_noise(rng, exponent=None):
    """Noise of zero mean and unit deviation, shape (SIDE, SIDE), with amplitude 1/f**exponent, sometimes oriented."""
    exponent = rng.uniform(0.7, 2.2) if exponent is None else exponent
    fy, fx = np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None]
    spectrum = rng.standard_normal((SIDE, SIDE // 2 + 1)) + 1j * rng.standard_normal((SIDE, SIDE // 2 + 1))
    spectrum /= (np.hypot(fy, fx) + 1e-3) ** exponent
    if rng.random() < 0.3:
        angle = rng.uniform(0, np.pi)
        spectrum *= np.exp(-((fy * np.cos(angle) + fx * np.sin(angle)) ** 2) / rng.uniform(0.0005, 0.01))
    noise = np.fft.irfft2(spectrum, (SIDE, SIDE))
    return (noise - noise.mean()) / (noise.std() + 1e-6)


def muted(rng, colour):
    """The colour pulled toward gray by a random share, as most colours in photos are."""
    gray = colour.mean(-1, keepdims=True)
    return gray + (colour - gray) * rng.uniform(0.05, 0.8)


def gradient(rng, strength):
    direction = (GRID_Y / SIDE - 0.5) * rng.uniform(-1, 1) + (GRID_X / SIDE - 0.5) * rng.uniform(-1, 1)
    return direction[..., None] * muted(rng, rng.uniform(-strength, strength, 3))


def repeated_pattern(rng):
    """Stripes, checks or dots with a random period, bent a little; values about -1..1."""
    angle, frequency = rng.uniform(0, 2 * np.pi), rng.uniform(1, 16)
    bend = coloured_noise(rng, 1.8) * rng.uniform(0, 1.5) if rng.random() < 0.7 else 0.0
    along = 2 * np.pi * frequency * (GRID_X * np.cos(angle) + GRID_Y * np.sin(angle)) / SIDE
    across = 2 * np.pi * frequency * (GRID_Y * np.cos(angle) - GRID_X * np.sin(angle)) / SIDE
    kind = rng.random()
    wave = np.sin(along + bend)
    if kind > 0.6:
        wave = wave * np.sin(across + bend)
    if kind > 0.8:
        wave = (wave > rng.uniform(0, 0.6)) * 2.0 - 1.0
    return np.sign(wave) * np.abs(wave) ** 0.3 if rng.random() < 0.3 else wave


def texture(rng):
    """A textured surface, float shape (SIDE, SIDE, 3), 0..255."""
    base, strength = muted(rng, rng.uniform(0, 255, 3)), rng.uniform(4, 65)
    if rng.random() < 0.65:
        grain = coloured_noise(rng)[..., None] * muted(rng, rng.uniform(0.3, 1, 3))
        if rng.random() < 0.4:
            grain = grain + coloured_noise(rng)[..., None] * muted(rng, rng.uniform(-1, 1, 3)) * 0.7
    else:
        grain = repeated_pattern(rng)[..., None] * muted(rng, rng.uniform(0.3, 1, 3))
    return np.clip(base + strength * grain + gradient(rng, 110), 0, 255)


def outline(rng, centre_x, centre_y, width, height):
    """The corner points of a random shape: ellipse, box, jagged polygon, smooth blob or bar, turned at random."""
    kind = rng.integers(0, 5)
    if kind == 0:
        turn = np.linspace(0, 2 * np.pi, 24)
        points = np.stack([np.cos(turn) * width / 2, np.sin(turn) * height / 2], 1)
    elif kind == 2:
        corners = int(rng.integers(3, 9))
        turn, reach = np.sort(rng.uniform(0, 2 * np.pi, corners)), rng.uniform(0.4, 1, corners)
        points = np.stack([np.cos(turn) * width / 2 * reach, np.sin(turn) * height / 2 * reach], 1)
    elif kind == 3:
        turn = np.linspace(0, 2 * np.pi, 40)
        reach = 1 + sum(rng.uniform(-0.25, 0.25) * np.cos(n * turn + rng.uniform(0, 6.28)) for n in (2, 3, 4, 5))
        points = np.stack([np.cos(turn) * width / 2 * reach, np.sin(turn) * height / 2 * reach], 1)
    else:
        thin = 0.12 if kind == 4 else 0.5
        points = np.array([[-width, -height * thin], [width, -height * thin], [width, height * thin], [-width, height * thin]])
        points = points * (1.0 if kind == 4 else (0.5, 1.0))
    angle = rng.uniform(0, 2 * np.pi)
    turned = points @ np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]).T
    return [tuple(point) for point in turned + [centre_x, centre_y]]


def lit_from(x, y, reach):
    """A round fall-off of light around (x, y), shape (SIDE, SIDE, 1), about 0.5..1.4."""
    distance = np.hypot(GRID_X - x, GRID_Y - y)
    return (0.5 + 0.9 * np.clip(1 - distance / (reach + 1), 0, 1))[..., None]


def paste(rng, picture, points, surface):
    mask = Image.new("L", (SIDE, SIDE), 0)
    ImageDraw.Draw(mask).polygon(points, fill=255)
    if rng.random() < 0.5:
        mask = mask.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.8)))
    cover = (np.asarray(mask, dtype=np.float32) / 255)[..., None]
    return picture * (1 - cover) + np.clip(surface, 0, 255) * cover


def write_text(rng, picture, lines, page):
    """Lines of random letters; on a page they share one colour and follow each other."""
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    colour = tuple(int(v) for v in rng.uniform(0, 255, 3))
    left, top = rng.uniform(0, SIDE * 0.3, 2)
    scale = int(rng.integers(1, 4))
    for _ in range(lines):
        if not page:
            (left, top), scale = rng.uniform(0, SIDE * 0.8, 2), int(rng.integers(1, 4))
            colour = tuple(int(v) for v in rng.uniform(0, 255, 3))
        letters = "".join(rng.choice(LETTERS, rng.integers(3, 22 if page else 14)))
        ink = Image.new("L", (8 * len(letters) + 4, 14), 0)
        ImageDraw.Draw(ink).text((2, 1), letters, fill=255)
        ink = ink.resize((ink.width * scale // 2 + 1, ink.height * scale // 2 + 1))
        image.paste(colour, (int(left), int(top)), ink)
        top += ink.height
    return np.asarray(image).astype(np.float64)


def object_on_plain_ground(rng, surfaces, ground):
    """One object of several parts near the middle, as in product photos."""
    picture, size = ground.copy(), rng.uniform(0.35, 0.85) * SIDE
    centre = np.array([0.5, 0.5]) * SIDE + rng.normal(0, SIDE * 0.06, 2)
    light = lit_from(centre[0] - size * 0.2, centre[1] - size * 0.2, size)
    for part in range(int(rng.integers(2, 9))):
        width, height = size * rng.uniform(0.15, 1, 2) * (1 if part == 0 else 0.6)
        at = centre + rng.normal(0, size * 0.18, 2) * (part > 0)
        surface = surfaces[rng.integers(0, len(surfaces))] if rng.random() < 0.7 else texture(rng)
        picture = paste(rng, picture, outline(rng, at[0], at[1], width, height), surface * (light if rng.random() < 0.7 else 1))
    return picture


def overlapping_shapes(rng, surfaces, ground, most):
    picture = ground.copy()
    for reach in np.sort(rng.uniform(0.04, 0.75, int(rng.choice(most))) ** 1.3)[::-1] * SIDE:
        x, y = rng.uniform(-0.1, 1.1, 2) * SIDE
        width, height = reach * rng.uniform(0.3, 1, 2)
        surface = surfaces[rng.integers(0, len(surfaces))] if rng.random() < 0.6 else texture(rng)
        if rng.random() < 0.5:
            surface = np.roll(surface, rng.integers(0, SIDE, 2), (0, 1)) * rng.uniform(0.5, 1.3) + rng.uniform(-40, 40)
        if rng.random() < 0.4:
            surface = surface * lit_from(x + width * 0.2, y + height * 0.2, max(width, height))
        picture = paste(rng, picture, outline(rng, x, y, width, height), surface)
    return picture


def scene(rng, surfaces, sky, soil):
    """A sky, a ground below a bent horizon, and things that stand on it, nearer ones larger and lower."""
    horizon = SIDE * rng.uniform(0.2, 0.75) + coloured_noise(rng, 2.0)[0] * rng.uniform(0, 10)
    below = np.clip((GRID_Y - horizon[None]) / 1.5, 0, 1)[..., None]
    picture = sky * (1 - below) + soil * below
    far = rng.uniform(0.05, 0.3)
    for depth in np.sort(rng.uniform(0, 1, int(rng.integers(1, 14)))):
        height = SIDE * (far + depth * rng.uniform(0.1, 0.6))
        width = height * rng.uniform(0.2, 1.6)
        x, foot = rng.uniform(0, SIDE), horizon.mean() + depth * (SIDE - horizon.mean())
        surface = surfaces[rng.integers(0, len(surfaces))] if rng.random() < 0.6 else texture(rng)
        for _ in range(int(rng.integers(1, 4))):
            at = x + rng.normal(0, width * 0.15), foot - height / 2 + rng.normal(0, height * 0.15)
            points = outline(rng, *at, width * rng.uniform(0.4, 1), height * rng.uniform(0.4, 1))
            picture = paste(rng, picture, points, surface * rng.uniform(0.5, 1.3))
    haze = np.clip(1 - np.abs(GRID_Y - horizon[None]) / SIDE / rng.uniform(0.1, 0.8), 0, 1)[..., None]
    return picture + haze * rng.uniform(0, 60)


def rows_of_things(rng, surfaces, ground):
    """Things of one shape in rows and columns, some of them missing, each a little different."""
    picture = ground.copy()
    columns, rows = (int(v) for v in rng.integers(2, 7, 2))
    shape = outline(rng, 0, 0, SIDE / columns * rng.uniform(0.5, 1.1), SIDE / rows * rng.uniform(0.5, 1.1))
    for row in range(rows):
        for column in range(columns):
            if rng.random() < 0.2:
                continue
            x, y = (column + 0.5) * SIDE / columns + rng.normal(0, 2), (row + 0.5) * SIDE / rows + rng.normal(0, 2)
            grown = rng.uniform(0.7, 1.15)
            surface = surfaces[rng.integers(0, len(surfaces))] if rng.random() < 0.8 else texture(rng)
            points = [(x + px * grown, y + py * grown) for px, py in shape]
            picture = paste(rng, picture, points, np.roll(surface, rng.integers(0, SIDE, 2), (0, 1)))
    return picture


def finish(rng, picture):
    """Light, sensor noise and focus, as a camera would add; returns uint8."""
    if rng.random() < 0.5:
        picture = picture * (1 + 0.3 * coloured_noise(rng, 2.2)[..., None])
    if rng.random() < 0.7:
        picture = picture + rng.normal(0, rng.uniform(1, 8), picture.shape)
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    if rng.random() < 0.4:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.2)))
    return np.asarray(image)


def plain_ground(rng):
    level = rng.uniform(200, 255) if rng.random() < 0.6 else rng.uniform(0, 255)
    ground = np.full((SIDE, SIDE, 3), level) + muted(rng, rng.uniform(-25, 25, 3))
    if rng.random() < 0.3:
        ground = ground + coloured_noise(rng, 2.5)[..., None] * rng.uniform(2, 12)
    return np.clip(ground + (gradient(rng, 40) if rng.random() < 0.3 else 0), 0, 255)


def draw_family(seed):
    """Four pictures that share surfaces and mostly their ground; uint8, shape (4, SIDE, SIDE, 3)."""
    rng = np.random.default_rng(seed)
    kind = rng.choice(["plain", "full", "scene", "rows", "page"], p=[0.3, 0.38, 0.18, 0.07, 0.07])
    surfaces = [texture(rng) for _ in range(4)]
    ground = texture(rng) if kind == "full" or (kind == "rows" and rng.random() < 0.5) else plain_ground(rng)
    sky = np.clip(plain_ground(rng) + gradient(rng, 80) + coloured_noise(rng, 2.0)[..., None] * rng.uniform(0, 30), 0, 255)
    soil = texture(rng) * rng.uniform(0.4, 1)
    members = []
    for _ in range(MEMBERS):
        if kind == "plain":
            picture = object_on_plain_ground(rng, surfaces, ground)
        elif kind == "scene":
            picture = scene(rng, surfaces, sky, soil)
        elif kind == "rows":
            picture = rows_of_things(rng, surfaces, ground)
        elif kind == "page":
            picture = write_text(rng, ground, int(rng.integers(3, 12)), page=True)
            picture = overlapping_shapes(rng, surfaces, picture, [0, 1, 2])
        elif rng.random() < 0.6:
            picture = overlapping_shapes(rng, surfaces, ground, [3, 5, 12, 30, 60])
        else:
            picture = overlapping_shapes(rng, surfaces, texture(rng), [0, 2, 5, 12, 30, 60])
        if rng.random() < 0.15:
            picture = write_text(rng, picture, int(rng.integers(1, 6)), page=False)
        members.append(finish(rng, picture))
    return np.stack(members)


def main():
    out, families, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with ProcessPoolExecutor() as pool:
        drawn = pool.map(draw_family, range(seed * 1_000_000, seed * 1_000_000 + families), chunksize=16)
        np.save(out, np.concatenate(list(drawn)))


if __name__ == "__main__":
    main()
