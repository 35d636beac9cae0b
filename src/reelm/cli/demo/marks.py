"""The avatars of the demo's three people: one small abstract mark each."""

import numpy as np

from .light import Frame, Light, Stage, fade, glow, paint, ramp, rgb, smooth

SIDE = 512


def draw_mark(handle: str) -> Frame:
    """The mark of one of the demo's people, 512 x 512. Raises `KeyError` for anyone else."""
    stage = Stage.of(SIDE, SIDE, vignette=0.35)
    light = MARKS[handle](stage)
    return stage.develop(light, 0, bloom=0.35, exposure=1.5)


def _rings(stage: Stage) -> Light:
    """Ripples from two stones, for the one who studies growth."""
    one, two = (np.hypot(stage.x - cx, stage.y - cy) for cx, cy in ((-0.22, 0.18), (0.30, -0.26)))
    wave = 0.5 + 0.25 * np.cos(one * 26) * fade(one * 0.6) + 0.25 * np.cos(two * 26) * fade(two * 0.6)
    palette = ramp([(0, "#071722"), (0.35, "#0F5C66"), (0.6, "#2BC4B0"), (0.82, "#FFE3A6"), (1, "#FFB224")])
    return paint(smooth(0.1, 0.95, wave), palette)


def _dusk(stage: Stage) -> Light:
    """A low sun cut by lines of water, for the one who watches skies."""
    sky = paint(
        np.clip((stage.y + 1) / 2, 0, 1) + 0 * stage.x,
        ramp([(0, "#141A40"), (0.5, "#7A3B78"), (0.8, "#F0764A"), (1, "#FFC27A")]),
    )
    sun = smooth(0.505, 0.495, np.hypot(stage.x, stage.y - 0.08))
    bars = smooth(-0.2, 0.1, np.sin((stage.y - 0.08) * 34) + 0.55 - 1.9 * np.clip(stage.y - 0.12, 0, 1))
    sun = sun * np.where(stage.y > 0.12, bars, 1.0)
    warm = paint(
        np.clip((stage.y + 0.45) / 1.05, 0, 1) + 0 * stage.x,
        ramp([(0, "#FFF1C9"), (0.55, "#FFB224"), (1, "#FF6A5A")]),
    )
    return sky * (1 - sun) * 0.75 + warm * sun * 1.15


def _moon(stage: Stage) -> Light:
    """A crescent over a window's light, for the one who walks at night."""
    ground = rgb("#0A0F22") + smooth(-1.0, 1.2, stage.y) * rgb("#3A2F6B") + 0 * stage.x
    body = smooth(0.585, 0.575, np.hypot(stage.x + 0.02, stage.y))
    bite = smooth(0.475, 0.485, np.hypot(stage.x - 0.22, stage.y + 0.12))
    crescent = body * bite
    tint = paint(
        np.clip((stage.y + 0.6) / 1.2, 0, 1) + 0 * stage.x, ramp([(0, "#D9E6FF"), (0.6, "#8FB4FF"), (1, "#7A6BFF")])
    )
    star = smooth(0.085, 0.075, np.hypot(stage.x - 0.27, stage.y + 0.17))
    light = ground + (tint - ground) * crescent
    return (
        light
        + star * rgb("#FFB224") * 1.2
        + glow(star + crescent * 0.15, stage.unit * 0.16, 4) * rgb("#FFB224") * 0.5
    )


MARKS = {"mira.grows": _rings, "jonas.skies": _dusk, "elodie.lanuit": _moon}
