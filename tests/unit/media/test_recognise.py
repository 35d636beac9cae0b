"""What a file is, by its first bytes."""

import contextlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.kernel.words import LANGUAGES, Language, catalogue, say
from reelm.media import errors
from reelm.media.avatar import recognise_picture
from reelm.media.boxes import is_cut_off, list_boxes, read_movie
from reelm.media.errors import AudioOnly, FormatNotTaken, ImageNotTaken, NotAVideo
from reelm.media.model import Container
from reelm.media.probe import recognise

REST = bytes(600)


@pytest.mark.parametrize(
    ("head", "container"),
    [
        (b"\0\0\0\x18ftypisom", Container.MOV),
        (b"\0\0\0\x14ftypqt  ", Container.MOV),
        (b"\0\0\0\x18ftyp3gp5", Container.MOV),
        (b"\0\0\x10\0moov", Container.MOV),
        (b"\0\0\0\x08wide", Container.MOV),
        (b"\x1a\x45\xdf\xa3", Container.MATROSKA),
        (b"RIFF\0\0\0\0AVI LIST", Container.AVI),
        ((b"G" + bytes(187)) * 4, Container.MPEGTS),
        ((b"\0\0\0\0G" + bytes(187)) * 4, Container.MPEGTS),
    ],
)
def test_containers_are_known_by_their_first_bytes(head: bytes, container: Container) -> None:
    assert recognise(head + REST) is container


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"\x89PNG\r\n\x1a\n", "PNG"), (b"\xff\xd8\xff\xe1", "JPEG"), (b"GIF89a", "GIF"), (b"PK\x03\x04", "ZIP"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WEBP"), (b"\0\0\0\x18ftypheic", "HEIC"), (b"\0\0\0\x18ftypavif", "AVIF"),
        (b"#EXTM3U\n", "HLS"), (b"\n\n  #EXTM3U\n", "HLS"), (b"\xef\xbb\xbf#EXTM3U\n", "HLS"),
        (b"ffconcat version 1.0\n", "FFCONCAT"), (b"<svg xmlns=", "SVG"), (b"%PDF-1.7", "PDF"),
        (b"<?xml version='1.0'?>\n<svg>", "SVG"), (b"<?xml version='1.0'?>\n<MPD>", "DASH"), (b"OggS", "OGG"),
    ],
)  # fmt: skip
def test_other_kinds_are_named_to_the_person(head: bytes, found: str) -> None:
    with pytest.raises(FormatNotTaken) as refusal:
        recognise(head + REST)
    assert refusal.value.found == found


@pytest.mark.parametrize("head", [b"ID3\x04", b"fLaC", b"RIFF\0\0\0\0WAVEfmt ", b"\xff\xfb\x90"])
def test_sound_is_called_sound(head: bytes) -> None:
    with pytest.raises(AudioOnly):
        recognise(head + REST)


@pytest.mark.parametrize("head", [b"Hello, this is text. " * 40, b"<html>", b"\x7fELF", b"MZ", b"x"])
def test_all_else_is_no_video(head: bytes) -> None:
    with pytest.raises(NotAVideo):
        recognise(head)


@given(st.binary(max_size=800))
def test_any_bytes_are_recognised_or_refused_in_words(head: bytes) -> None:
    with contextlib.suppress(NotAVideo, FormatNotTaken, AudioOnly):
        assert is_cut_off(io.BytesIO(head), recognise(head)) in (True, False)


@given(st.binary(max_size=400), st.sampled_from(Container))
def test_reading_boxes_ends_for_any_bytes(content: bytes, container: Container) -> None:
    file = io.BytesIO(content)
    assert isinstance(is_cut_off(file, container), bool)
    assert len(list(list_boxes(file, 0, len(content)))) <= len(content)
    assert read_movie(file) is None


def box(kind: bytes, content: bytes = b"") -> bytes:
    return (len(content) + 8).to_bytes(4) + kind + content


@pytest.mark.parametrize(
    ("content", "cut"),
    [
        (box(b"ftyp") + box(b"moov") + box(b"mdat", bytes(50)), False),
        (box(b"ftyp") + box(b"moov") + box(b"mdat", bytes(50))[:-1], True),
        (box(b"ftyp") + box(b"mdat", bytes(50)), True),
        (box(b"ftyp"), True),
        (box(b"ftyp") + box(b"mdat", bytes(50)) + box(b"moov", bytes(9))[:-1], True),
        (box(b"ftyp") + box(b"moov") + b"\0\0\0\0mdat" + bytes(9), False),
        (box(b"ftyp") + box(b"moov") + b"\0\0\0\x01mdat" + (30).to_bytes(8) + bytes(14), False),
        (box(b"ftyp") + box(b"moov") + b"\0\0\0\x01mdat" + (31).to_bytes(8) + bytes(14), True),
        (box(b"ftyp") + box(b"moov") + box(b"mdat") + bytes(500), False),
    ],
)
def test_a_film_cut_off_is_seen_by_its_outermost_boxes(content: bytes, cut: bool) -> None:
    assert is_cut_off(io.BytesIO(content), Container.MOV) is cut


@pytest.mark.parametrize(
    ("size", "held", "cut"),
    [(b"\x8a", 10, False), (b"\x8b", 10, True), (b"\xff", 10, False), (b"\x01" + b"\xff" * 7, 10, False)],
)
def test_a_matroska_cut_off_is_seen_by_its_segment(size: bytes, held: int, cut: bool) -> None:
    content = b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67" + size + bytes(held)
    assert is_cut_off(io.BytesIO(content), Container.MATROSKA) is cut


@pytest.mark.parametrize(
    ("head", "demuxer"),
    [(b"\x89PNG\r\n\x1a\n", "png_pipe"), (b"\xff\xd8\xff\xe0", "jpeg_pipe"), (b"RIFF\0\0\0\0WEBP", "webp_pipe")],
)
def test_pictures_are_known_by_their_first_bytes(head: bytes, demuxer: str) -> None:
    assert recognise_picture(head) == demuxer


@pytest.mark.parametrize("head", [b"", b"<svg", b"GIF89a", b"RIFF\0\0\0\0AVI ", b"\0\0\0\x18ftypheic"])
def test_other_pictures_are_refused(head: bytes) -> None:
    with pytest.raises(ImageNotTaken):
        recognise_picture(head)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_words_that_fit_its_facts(language: Language) -> None:
    made = [
        errors.UploadEmpty(), errors.NotAVideo(), errors.FormatNotTaken("ZIP"), errors.CodecNotTaken(),
        errors.UploadTruncated(), errors.AudioOnly(), errors.UploadTooLong(180, 204),
        errors.TooManyPixels(9_437_184, 30_000, 30_000), errors.TooManyFrames(1000, 2000),
        errors.TranscodeTimedOut(900), errors.TranscodeFailed(), errors.ImageNotTaken(36),
        errors.SandboxUnavailable("seccomp"),
    ]  # fmt: skip
    listed = {kind for kind in vars(errors).values() if isinstance(kind, type) and kind.__module__ == errors.__name__}
    assert {type(problem) for problem in made} == listed
    for problem in made:
        assert problem.slug() in catalogue(language)
        words = say(problem.slug(), problem.facts(), language)
        assert "{" not in words.detail
        assert all(str(fact) in words.detail for fact in problem.facts().values())
