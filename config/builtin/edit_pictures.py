"""Edits a batch of pictures as copies on the web are edited: what the network must see through.

Everything is drawn from torch's and numpy's global generators, which train.py seeds.
"""
import numpy as np
import torch
import torch.nn.functional as F

INPUT = 80
"""Side of the network's square input, in pixels."""


def edited(pictures):
    """One random edit of each picture: uint8 (n, 3, 128, 128) to float32 (n, 3, INPUT, INPUT) in 0..1."""
    x = frame(pictures.float() / 255)
    x = soften(x)
    x = tone(x)
    x = cover(cover(x))
    noisy = torch.rand(len(x)) < 0.3
    x[noisy] += torch.randn_like(x[noisy]) * 0.03
    return x.clamp(0, 1)


def frame(x):
    """Crops to half the side, changed aspect, small turns, mirroring, borders on all sides or two; resampled to INPUT."""
    n = len(x)
    scale = 1 - torch.rand(n) ** 1.6 * 0.5
    bordered = torch.rand(n) < 0.15
    scale = torch.where(bordered, 1 + torch.rand(n) * 0.35, scale)
    aspect = torch.exp((torch.rand(n) - 0.5) * 0.3)
    scale_x = scale * torch.where(torch.rand(n) < 0.5, aspect, torch.ones(n))
    scale_y = scale * torch.where(torch.rand(n) < 0.5, 1 / aspect, torch.ones(n))
    letterboxed = torch.rand(n) < 0.2
    scale_y = torch.where(letterboxed, 1 + torch.rand(n) * 0.35, scale_y)
    scale_x = torch.where(letterboxed, torch.ones(n), scale_x)
    angle = torch.randn(n) * 0.05 * (torch.rand(n) < 0.5)
    mirror = torch.where(torch.rand(n) < 0.4, -1.0, 1.0)
    shift_x = (torch.rand(n) * 2 - 1) * (1 - scale_x).abs()
    shift_y = (torch.rand(n) * 2 - 1) * (1 - scale_y).abs()
    first = torch.stack([torch.cos(angle) * scale_x * mirror, -torch.sin(angle) * scale_y, shift_x], 1)
    second = torch.stack([torch.sin(angle) * scale_x * mirror, torch.cos(angle) * scale_y, shift_y], 1)
    grid = F.affine_grid(torch.stack([first, second], 1), (n, 3, INPUT, INPUT), align_corners=False)
    black_or_white = torch.round(torch.rand(n, 1, 1, 1)).expand(n, 3, 1, 1)
    border = torch.where(torch.rand(n, 1, 1, 1) < 0.5, black_or_white, torch.rand(n, 3, 1, 1))
    return F.grid_sample(x - border, grid, mode="bilinear", align_corners=False) + border


def soften(x):
    """Thumbnails scaled up again, and blur."""
    for factor in (2, 3, 4):
        chosen = torch.rand(len(x)) < 0.08
        if chosen.any():
            small = F.interpolate(x[chosen], size=INPUT // factor, mode="bilinear", antialias=True, align_corners=False)
            x[chosen] = F.interpolate(small, size=INPUT, mode="bilinear", align_corners=False)
    chosen = torch.rand(len(x)) < 0.2
    if chosen.any():
        reach = torch.arange(-2, 3).float()
        kernel = torch.exp(-(reach**2) / (2 * float(np.random.uniform(0.5, 1.6)) ** 2))
        kernel = kernel / kernel.sum()
        kernel = (kernel[:, None] * kernel[None])[None, None].expand(3, 1, 5, 5)
        x[chosen] = F.conv2d(F.pad(x[chosen], (2, 2, 2, 2), mode="replicate"), kernel, groups=3)
    return x


def tone(x):
    """Contrast, saturation down to gray, tint, brightness and gamma."""
    n = len(x)
    mean = x.mean((2, 3), keepdim=True)
    x = (x - mean) * torch.exp(torch.randn(n, 1, 1, 1) * 0.25) + mean
    gray = (x * torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)).sum(1, keepdim=True)
    saturation = torch.exp(torch.randn(n, 1, 1, 1) * 0.35)
    saturation[torch.rand(n) < 0.2] = 0
    x = gray + (x - gray) * saturation
    gain = torch.exp(torch.randn(n, 3, 1, 1) * 0.08) * torch.exp(torch.randn(n, 1, 1, 1) * 0.2)
    x = (x * gain + torch.randn(n, 1, 1, 1) * 0.05).clamp(1e-3, 1)
    return x ** torch.exp(torch.randn(n, 1, 1, 1) * 0.25)


def cover(x):
    """A plain mask, a mosaic, or a see-through watermark over part of a third of the pictures."""
    for i in torch.nonzero(torch.rand(len(x)) < 0.36).flatten().tolist():
        height, width = np.random.randint(4, INPUT // 2), np.random.randint(6, int(INPUT * 0.6))
        top, left = np.random.randint(0, INPUT - height), np.random.randint(0, INPUT - width)
        part = x[i : i + 1, :, top : top + height, left : left + width]
        kind = np.random.rand()
        if kind < 0.4:
            part = torch.rand(3, 1, 1) if np.random.rand() < 0.6 else float(np.random.randint(0, 2))
        elif kind < 0.6:
            tiles = F.adaptive_avg_pool2d(part, (max(1, height // 6), max(1, width // 6)))
            part = F.interpolate(tiles, size=(height, width))[0]
        else:
            opacity = np.random.uniform(0.3, 0.9)
            ink = (torch.rand(1, 1, max(2, height // 4), max(3, width // 3)) < 0.5).float()
            ink = opacity * F.interpolate(ink, size=(height, width))[0]
            part = part[0] * (1 - ink) + ink * (1.0 if np.random.rand() < 0.7 else 0.0)
        x[i, :, top : top + height, left : left + width] = part
    return x
