"""Which sizes and frame rates do we encode?"""

from fractions import Fraction

from reelm.media.model import Ladder, Probe, Rendition, Rung

_STEADY = (
    Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30),
    Fraction(48), Fraction(50), Fraction(60000, 1001), Fraction(60),
)  # fmt: skip
_LOWEST_FPS = Fraction(10)
_LONGEST_SIDE = 4096


def plan_renditions(source: Probe, ladder: Ladder) -> tuple[Rendition, ...]:
    """Choose the sizes to encode for one upload, smallest first.

    Never enlarges: a source with a 540-line short side gets 480 only. Always returns at least one, because
    a video that cannot be played must not be listed: a source smaller than every rung keeps its own size.
    Sides are even, as 4:2:0 needs; a ribbon longer than 4096 is scaled until it fits.

    >>> from reelm.media.model import DEFAULT_LADDER
    >>> [r.short_side for r in plan_renditions(Probe(width=1080, height=1920, duration_ms=1), DEFAULT_LADDER)]
    [480, 720, 1080]
    >>> [(r.width, r.height) for r in plan_renditions(Probe(width=543, height=961, duration_ms=1), DEFAULT_LADDER)]
    [(480, 850)]
    >>> [(r.width, r.height) for r in plan_renditions(Probe(width=161, height=287, duration_ms=1), DEFAULT_LADDER)]
    [(160, 286)]
    """
    fps = choose_fps(source, ladder.max_fps)
    short = min(source.width, source.height)
    fitting = [rung for rung in ladder.rungs if rung.short_side <= short]
    if not fitting:
        lowest = ladder.rungs[0]
        fitting = [Rung(max(2, short - short % 2), lowest.crf, lowest.maxrate_kbps)]
    return tuple(_fit(source, rung, fps) for rung in fitting)


def _fit(source: Probe, rung: Rung, fps: Fraction) -> Rendition:
    short, long = sorted((source.width, source.height))
    scale = min(Fraction(rung.short_side, short), Fraction(_LONGEST_SIDE, long))
    near = rung.short_side if scale * short == rung.short_side else _even(short * scale)
    far = max(near, min(_even(long * scale), long - long % 2))
    upright = source.width <= source.height
    return Rendition(
        short_side=rung.short_side,
        width=near if upright else far,
        height=far if upright else near,
        fps=fps,
        crf=rung.crf,
        maxrate_kbps=round(rung.maxrate_kbps * (1.4 if fps > 40 else 1.0)),
    )


def _even(side: Fraction) -> int:
    return max(2, 2 * round(side / 2))


def choose_fps(source: Probe, max_fps: int) -> Fraction:
    """The constant frame rate for all renditions of a clip.

    A steady source keeps its rate, snapped to the standard one it was meant to be; a varying one gets the rate
    its frames are spaced by, or, where that is no rate at all, the standard one that loses none of them on
    average; nothing exceeds `max_fps` or falls below 10.

    >>> def fps(average, nominal=None, varies=False):
    ...     rate = Fraction(average).limit_denominator(100000)
    ...     nominal = Fraction(nominal or rate)
    ...     return str(choose_fps(Probe(1080, 1920, 1, fps=rate, nominal_fps=nominal, variable_fps=varies), 60))
    >>> fps("29.97"), fps("29.83"), fps("12.5"), fps("1000"), fps("22.7", 90000, varies=True)
    ('30000/1001', '30000/1001', '25/2', '60', '24')
    >>> fps("22.7", 30, varies=True)
    '30'
    """
    rate = source.fps
    if source.variable_fps:
        rate = source.nominal_fps
        if not source.fps <= rate <= min(Fraction(max_fps), source.fps * 3):
            return _next_standard(source.fps, max_fps)
    nearest = min(_STEADY, key=lambda standard: abs(standard - rate))
    is_near = abs(nearest - rate) <= rate * Fraction(15, 1000)
    chosen = nearest if is_near else Fraction(round(rate * 2), 2)
    return max(_LOWEST_FPS, min(chosen, Fraction(max_fps)))


def _next_standard(average: Fraction, max_fps: int) -> Fraction:
    whole = [rate for rate in (*map(Fraction, (10, 12, 15, 20)), *_STEADY) if rate.denominator == 1]
    for rate in whole:
        if average <= rate * Fraction(1005, 1000) and rate <= max_fps:
            return rate
    return Fraction(max_fps)
