"""ThumbHash gives the bytes of the reference: vectors made with the npm package `thumbhash` 0.1.1."""

from collections.abc import Callable

import pytest

from reelm.media.thumbhash import encode_thumbhash

Pixel = tuple[int, int, int, int]


def _noise(x: int, y: int) -> Pixel:
    n = (x * 7919 + y * 104729 + x * y * 31) % 65521
    return n, n >> 3, n >> 6, 255


PICTURES: dict[str, Callable[[int, int], Pixel]] = {
    "gradient": lambda x, y: ((x * x + 40 * y) // 50, (y * y + x * x) // 90, x * y // 40, 255),
    "checks": lambda x, y: (250, 180, 36, 255) if (x * x + 3 * y * y) % 97 < 40 else (11, 14, 19, 255),
    "noise": _noise,
    "glass": lambda x, y: (x * 9, 200 - y, y * 7, x * 13 + y * 5),
    "flat": lambda _x, _y: (31, 163, 154, 255),
    "clear": lambda _x, _y: (1, 2, 3, 0),
}
VECTORS = [
    ("gradient", 56, 100, "8c180a0c04830788888887887888bd011bf918"),
    ("gradient", 100, 56, "0e490e2488908787858888888887b05a087978"),
    ("gradient", 32, 32, "031802070291878780888888887888888887480c91937006"),
    ("gradient", 1, 7, "000802010008837c888887780883873078"),
    ("checks", 56, 100, "123a020400bf6d77b7bc76f77356bf76fb6bb7"),
    ("checks", 100, 56, "123a020480c7d7977b7f7a7c6479f67d6fdff7"),
    ("checks", 32, 32, "123a020f00cfd983aa8b7b8967c89bdacb99faac9acfaa09"),
    ("checks", 1, 7, "dc6b3af918088986788689770889889088"),
    ("noise", 56, 100, "20f80104004d0a59694b83b3876c9819af08f6"),
    ("noise", 100, 56, "1ff8010480bf27d9725ad4c3786b077e6a575f"),
    ("noise", 32, 32, "dff7010702e90aa42a98428d3736c9244b2c7fadf4c8aa0f"),
    ("noise", 1, 7, "9ce739211008856a98888688d87087da08"),
    ("glass", 56, 100, "a0c881130608608c486717637f0c06778888493988a830"),
    ("glass", 100, 56, "2199852382075757888780678a5f0178767696a6068776"),
    ("glass", 32, 32, "227985350818613ca088797888548f07649aa6407423868577"),
    ("glass", 1, 7, "137aa489601108878878880888777f8808f7848b877878"),
    ("clear", 56, 100, "0008820300000000000000000000000000000000000000"),
    ("clear", 100, 56, "0008820380000000000000000000000000000000000000"),
    ("clear", 32, 32, "00088205000000000000000000000000000000000000000000"),
    ("clear", 1, 7, "0008820100000000000000000000000000000000000000"),
]


def paint(name: str, width: int, height: int) -> bytes:
    return bytes(value & 255 for y in range(height) for x in range(width) for value in PICTURES[name](x, y))


@pytest.mark.parametrize(("name", "width", "height", "expected"), VECTORS)
def test_the_bytes_are_those_of_the_reference(name: str, width: int, height: int, expected: str) -> None:
    assert encode_thumbhash(width, height, paint(name, width, height)).hex() == expected


def test_one_colour_has_the_head_of_the_reference_and_no_variation() -> None:
    """The varying terms of a flat image are rounding noise, scaled by a scale that is stored as 0."""
    assert encode_thumbhash(32, 32, paint("flat", 32, 32))[:5].hex() == "1df6000700"


@pytest.mark.parametrize(("width", "height", "count"), [(101, 1, 404), (0, 5, 0), (2, 2, 15)])
def test_what_is_no_small_image_is_refused(width: int, height: int, count: int) -> None:
    with pytest.raises(ValueError, match="no image"):
        encode_thumbhash(width, height, bytes(count))
