"""Edits a batch of pictures as copies on the web are edited: what the network must see through.

Everything is drawn from torch's and numpy's global generators, which train.py seeds.
"""
import math

import numpy as np
import torch
import torch.nn.functional as F

INPUT = 80
"""Side of the network's square input, in pixels."""


def edited(pictures):
    """One random edit of each picture: uint8 (n, 3, 128, 128) to float32 (n, 3, INPUT, INPUT) in 0..1."""
    x = stick(pictures.float() / 255)
    x = frame(x)
    x = soften(x)
    x = tone(x)
    x = cover(cover(x))
    x = caption(x)
    x = compress(x)
    noisy = torch.rand(len(x)) < 0.25
    x[noisy] += torch.randn_like(x[noisy]) * 0.03
    return x.clamp(0, 1)


def original(pictures):
    """The picture as it came, at most saved smaller: same shapes as `edited`."""
    x = F.interpolate(pictures.float() / 255, size=INPUT, mode="bilinear", antialias=True, align_corners=False)
    return compress(x).clamp(0, 1)


def stick(x):
    """Stickers on a sixth of the pictures: round or square, of one colour or cut out of other pictures of the batch."""
    side = x.shape[-1]
    for i in torch.nonzero(torch.rand(len(x)) < 0.16).flatten().tolist():
        for _ in range(np.random.randint(1, 4)):
            size = np.random.randint(side // 8, side // 2)
            top, left = np.random.randint(0, side - size, 2)
            ramp = torch.linspace(-1, 1, size)
            inside = (ramp[:, None] ** 2 + ramp[None] ** 2 < 1).float() if np.random.rand() < 0.7 else 1.0
            piece = F.interpolate(x[np.random.randint(len(x))][None], size=size, mode="bilinear", align_corners=False)[0]
            piece = torch.rand(3, 1, 1) + 0.3 * (piece - piece.mean()) if np.random.rand() < 0.5 else piece
            part = x[i, :, top : top + size, left : left + size]
            x[i, :, top : top + size, left : left + size] = part * (1 - inside) + piece * inside
    return x


def frame(x):
    """Crops to half the picture and less, changed aspect, small turns, mirroring, borders on all sides or two; resampled to INPUT."""
    n = len(x)
    scale = 1 - torch.rand(n) ** 1.3 * 0.5
    bordered = torch.rand(n) < 0.15
    scale = torch.where(bordered, 1 + torch.rand(n) * 0.5, scale)
    aspect = torch.exp((torch.rand(n) - 0.5) * 0.3)
    scale_x = scale * torch.where(torch.rand(n) < 0.5, aspect, torch.ones(n))
    scale_y = scale * torch.where(torch.rand(n) < 0.5, 1 / aspect, torch.ones(n))
    # bars above and below or at the sides; a half that is cut off along one axis
    barred, halved = torch.rand(n) < 0.15, torch.rand(n) < 0.1
    other = torch.where(barred, 1 + torch.rand(n) * 0.6, 0.45 + torch.rand(n) * 0.5)
    along_y = torch.rand(n) < 0.6
    one_axis = barred | halved
    scale_y = torch.where(one_axis & along_y, other, torch.where(one_axis, torch.ones(n), scale_y))
    scale_x = torch.where(one_axis & ~along_y, other, torch.where(one_axis, torch.ones(n), scale_x))
    whole = torch.rand(n) < 0.2
    scale_x, scale_y = torch.where(whole, torch.ones(n), scale_x), torch.where(whole, torch.ones(n), scale_y)
    angle = torch.randn(n) * 0.05 * (torch.rand(n) < 0.4)
    mirror = torch.where(torch.rand(n) < 0.4, -1.0, 1.0)
    shift_x = (torch.rand(n) * 2 - 1) * (1 - scale_x).abs()
    shift_y = (torch.rand(n) * 2 - 1) * (1 - scale_y).abs()
    # borders are mostly even
    even = (torch.rand(n) < 0.6) & (scale_y > 1)
    shift_x, shift_y = torch.where(even, 0 * shift_x, shift_x), torch.where(even, 0 * shift_y, shift_y)
    first = torch.stack([torch.cos(angle) * scale_x * mirror, -torch.sin(angle) * scale_y, shift_x], 1)
    second = torch.stack([torch.sin(angle) * scale_x * mirror, torch.cos(angle) * scale_y, shift_y], 1)
    grid = F.affine_grid(torch.stack([first, second], 1), (n, 3, INPUT, INPUT), align_corners=False)
    black_or_white = torch.round(torch.rand(n, 1, 1, 1)).expand(n, 3, 1, 1)
    border = torch.where(torch.rand(n, 1, 1, 1) < 0.6, black_or_white, torch.rand(n, 3, 1, 1))
    return F.grid_sample(x - border, grid, mode="bilinear", align_corners=False) + border


def soften(x):
    """Thumbnails scaled up again, and blur."""
    for factor in (2, 3, 4, 5):
        chosen = torch.rand(len(x)) < 0.07
        if chosen.any():
            small = F.interpolate(x[chosen], size=INPUT // factor, mode="bilinear", antialias=True, align_corners=False)
            x[chosen] = F.interpolate(small, size=INPUT, mode="bilinear", align_corners=False)
    chosen = torch.rand(len(x)) < 0.2
    if chosen.any():
        reach = torch.arange(-4, 5).float()
        kernel = torch.exp(-(reach**2) / (2 * float(np.random.uniform(0.5, 2.2)) ** 2))
        kernel = kernel / kernel.sum()
        kernel = (kernel[:, None] * kernel[None])[None, None].expand(3, 1, 9, 9)
        x[chosen] = F.conv2d(F.pad(x[chosen], (4, 4, 4, 4), mode="replicate"), kernel, groups=3)
    return x


def tone(x):
    """Contrast, saturation down to gray, shades of one colour, white balance, brightness and gamma."""
    n = len(x)
    mean = x.mean((2, 3), keepdim=True)
    x = (x - mean) * torch.exp(torch.randn(n, 1, 1, 1) * 0.28) + mean
    gray = (x * torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)).sum(1, keepdim=True)
    saturation = torch.exp(torch.randn(n, 1, 1, 1) * 0.4)
    saturation[torch.rand(n) < 0.2] = 0
    x = gray + (x - gray) * saturation
    shaded = torch.rand(n, 1, 1, 1) < 0.08
    shade = torch.rand(n, 3, 1, 1) + 0.25
    x = torch.where(shaded, gray * shade / shade.mean(1, keepdim=True), x)
    gain = torch.exp(torch.randn(n, 3, 1, 1) * 0.1) * torch.exp(torch.randn(n, 1, 1, 1) * 0.22)
    x = (x * gain + torch.randn(n, 1, 1, 1) * 0.06).clamp(1e-3, 1)
    return x ** torch.exp(torch.randn(n, 1, 1, 1) * 0.38)


def cover(x):
    """A plain mask, a mosaic, or a see-through watermark over part of a third of the pictures."""
    for i in torch.nonzero(torch.rand(len(x)) < 0.34).flatten().tolist():
        height, width = np.random.randint(4, int(INPUT * 0.6)), np.random.randint(6, int(INPUT * 0.7))
        top, left = np.random.randint(0, INPUT - height), np.random.randint(0, INPUT - width)
        part = x[i : i + 1, :, top : top + height, left : left + width]
        kind = np.random.rand()
        if kind < 0.4:
            part = torch.rand(3, 1, 1) if np.random.rand() < 0.6 else float(np.random.randint(0, 2))
        elif kind < 0.6:
            tile = np.random.randint(4, 12)
            tiles = F.adaptive_avg_pool2d(part, (max(1, height // tile), max(1, width // tile)))
            part = F.interpolate(tiles, size=(height, width))[0]
        else:
            part = part[0] * (1 - (ink := inked(height, width))) + ink * (1.0 if np.random.rand() < 0.7 else 0.0)
        x[i, :, top : top + height, left : left + width] = part
    return x


def inked(height, width):
    """How much of each pixel marks like letters cover."""
    opacity = np.random.uniform(0.3, 0.95)
    marks = (torch.rand(1, 1, max(2, height // 4), max(3, width // 3)) < 0.5).float()
    return opacity * F.interpolate(marks, size=(height, width))[0]


def caption(x):
    """Bars with writing above or below, as memes and screenshots have them."""
    for i in torch.nonzero(torch.rand(len(x)) < 0.18).flatten().tolist():
        for _ in range(np.random.randint(1, 3)):
            height = np.random.randint(6, INPUT // 4)
            colour = torch.rand(3, 1, 1) if np.random.rand() < 0.3 else torch.full((3, 1, 1), float(np.random.randint(0, 2)))
            bar = colour.expand(3, height, INPUT).clone()
            line = inked(max(3, height // 2), INPUT * 3 // 4)
            rows = slice(height // 4, height // 4 + line.shape[1])
            bar[:, rows, INPUT // 8 : INPUT // 8 + line.shape[2]] += line * (1 - 2 * colour.mean().round())
            squeezed = F.interpolate(x[i : i + 1], size=(INPUT - height, INPUT), mode="bilinear", align_corners=False)[0]
            x[i] = torch.cat([bar, squeezed] if np.random.rand() < 0.5 else [squeezed, bar], 1)
    return x


def dct_matrix():
    """The orthonormal DCT of eight samples."""
    k, n = torch.arange(8).float()[:, None], torch.arange(8).float()[None]
    matrix = torch.cos(math.pi * (2 * n + 1) * k / 16) * 0.5
    matrix[0] /= math.sqrt(2)
    return matrix


def compress(x):
    """Rounds the frequencies of blocks of 8 x 8 pixels, coarser the higher they are, as JPEG does, on a third of the pictures."""
    chosen = torch.rand(len(x)) < 0.3
    if not chosen.any():
        return x
    dct, size = dct_matrix(), INPUT // 8
    blocks = x[chosen].reshape(-1, 3, size, 8, size, 8).permute(0, 1, 2, 4, 3, 5)
    step = torch.exp(torch.rand(len(blocks), 1, 1, 1, 1, 1) * 2.3 - 4)
    steps = step * (1 + 0.5 * (torch.arange(8)[:, None] + torch.arange(8)[None]).float())
    rounded = torch.round(dct @ blocks @ dct.T / steps) * steps
    x[chosen] = (dct.T @ rounded @ dct).permute(0, 1, 2, 4, 3, 5).reshape(-1, 3, INPUT, INPUT)
    return x
