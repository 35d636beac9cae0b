"""How points and lines land on a plane: splats, trails, sampled fields."""

from dataclasses import dataclass

import numpy as np

from .light import Floats, Plane


@dataclass(frozen=True)
class Ink:
    """Where a set of points falls on a plane: four neighbours each, with their share of the point."""

    index: "np.ndarray[tuple[int, ...], np.dtype[np.intp]]"
    share: Floats
    shape: tuple[int, int]

    @staticmethod
    def at(x: Floats, y: Floats, shape: tuple[int, int]) -> "Ink":
        """Points at pixel coordinates (any shape, flattened); those off the plane weigh nothing."""
        height, width = shape
        x, y = x.ravel(), y.ravel()
        left, top = np.floor(x), np.floor(y)
        fx, fy = x - left, y - top
        inside = (left >= 0) & (left < width - 1) & (top >= 0) & (top < height - 1)
        corner = np.where(inside, top * width + left, 0).astype(np.intp)
        index = np.concatenate([corner, corner + 1, corner + width, corner + width + 1])
        share = np.concatenate([(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy])
        share *= np.tile(inside, 4)
        return Ink(index, share.astype(np.float32), shape)

    def sum(self, weight: Floats | float = 1.0) -> Plane:
        """Add the points up on a plane, each with its own weight."""
        share = self.share
        if isinstance(weight, np.ndarray):
            share = share * np.tile(weight.ravel(), 4)
        height, width = self.shape
        total = np.bincount(self.index, weights=share, minlength=height * width)
        plane = total.reshape(height, width).astype(np.float32)
        return plane if isinstance(weight, np.ndarray) else plane * weight


def sample(field: Floats, x: Floats, y: Floats) -> Floats:
    """Read a field of (…, h, w) between its pixels at pixel coordinates, wrapping at the edges."""
    height, width = int(field.shape[-2]), int(field.shape[-1])
    left, top = np.floor(x), np.floor(y)
    fx, fy = (x - left).astype(np.float32), (y - top).astype(np.float32)
    x0 = left.astype(np.intp) % width
    y0 = top.astype(np.intp) % height * width
    x1 = np.where(x0 == width - 1, 0, x0 + 1)
    y1 = np.where(y0 == (height - 1) * width, 0, y0 + width)
    flat: Floats = field.reshape(*field.shape[:-2], height * width)
    upper: Floats = flat.take(y0 + x0, axis=-1) * (1 - fx) + flat.take(y0 + x1, axis=-1) * fx
    lower: Floats = flat.take(y1 + x0, axis=-1) * (1 - fx) + flat.take(y1 + x1, axis=-1) * fx
    return upper + (lower - upper) * fy


def between(a: Floats, b: Floats, count: int) -> Floats:
    """`count` evenly spaced points from each `a` towards each `b`; shape (count, …)."""
    t = (np.arange(count, dtype=np.float32) / count).reshape(-1, *([1] * a.ndim))
    return a + (b - a) * t


def segment(x: Floats, y: Floats, ends: tuple[float, float, float, float]) -> Floats:
    """Distance from each (x, y) to the segment (x0, y0, x1, y1)."""
    x0, y0, x1, y1 = ends
    dx, dy = x1 - x0, y1 - y0
    t = np.clip(((x - x0) * dx + (y - y0) * dy) / max(dx * dx + dy * dy, 1e-9), 0.0, 1.0)
    return np.hypot(x - x0 - t * dx, y - y0 - t * dy)
