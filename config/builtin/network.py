"""The embedded network: 1.1 million weights, 80 x 80 RGB in 0..1 to a unit vector of 256 numbers."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Module):
    """A residual block: full 3 x 3, grouped 3 x 3 (16 channels a group), 1 x 1; average-pooled short cut."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.full = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.full_norm = nn.BatchNorm2d(outputs)
        self.grouped = nn.Conv2d(outputs, outputs, 3, 1, 1, groups=outputs // 16, bias=False)
        self.grouped_norm = nn.BatchNorm2d(outputs)
        self.mix = nn.Conv2d(outputs, outputs, 1, bias=False)
        self.mix_norm = nn.BatchNorm2d(outputs)
        pool = nn.AvgPool2d(stride) if stride > 1 else nn.Identity()
        self.short_cut = nn.Sequential(pool, nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = F.relu(self.full_norm(self.full(x)))
        y = F.relu(self.grouped_norm(self.grouped(y)))
        return F.relu(self.mix_norm(self.mix(y)) + self.short_cut(x))


class Network(nn.Module):
    def __init__(self, dim=256):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 32, 3, 2, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU())
        self.fine = Block(32, 48, 2)
        self.middle = Block(48, 96, 2)
        self.coarse = nn.Sequential(Block(96, 192, 2), Block(192, 256, 1))
        self.project = nn.Linear(256 + 256 + 96, dim)

    def forward(self, x):
        """x: float32 (n, 3, 80, 80), RGB in 0..1. Returns float32 (n, dim), unit length."""
        middle = self.middle(self.fine(self.stem((x - 0.45) / 0.25)))
        coarse = self.coarse(middle)
        # generalised mean with power 3 beside the plain mean: what stands out counts beside what is common
        peaks = (coarse.clamp(min=1e-4) ** 3).mean((2, 3)) ** (1 / 3)
        pooled = torch.cat([peaks, coarse.mean((2, 3)), middle.mean((2, 3))], 1)
        return F.normalize(self.project(pooled), dim=1)
