"""What one film is: a size, a length, its frames and its music."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .light import Floats, Frame

WIDTH, HEIGHT = 540, 960  # of every finished clip, in pixels


@dataclass(frozen=True)
class Film:
    """A film before it is encoded.

    `width` and `height` are those of the frames it draws; the encoder enlarges them to 540 x 960.
    `draw` starts the film anew at each call and yields `frame_count` frames, the same ones every time.
    `play` returns stereo sound of shape (2, samples) in -1..1 for that many seconds.
    """

    width: int
    height: int
    fps: int
    seconds: float
    draw: Callable[[], Iterator[Frame]]
    play: Callable[[float], Floats]
    grain: int = 4

    @property
    def frame_count(self) -> int:
        return round(self.fps * self.seconds)


def shrink(width: int, height: int, scale: float) -> tuple[int, int]:
    """The frame size at a fraction of full size, kept even."""
    return max(2 * round(width * scale / 2), 2), max(2 * round(height * scale / 2), 2)
