"""What every ffmpeg command holds, whatever the clip: whitelists, limits, nothing of the source's tags."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.media import commands
from reelm.media.model import AudioTrack, Container, FrameStrip, Gain, Limits, Probe, Rendition

FFMPEG, SOURCE, OUT = Path("/bin/ffmpeg"), Path("/in/-i x.mp4"), Path("/out/480.mp4")
LIMITS = Limits()
AUDIO = AudioTrack(index=1, is_first=True, codec="aac", channels=2, sample_rate=48000)
RENDITION = Rendition(480, 480, 854, Fraction(30000, 1001), crf=24, maxrate_kbps=1600)

colours = st.sampled_from([None, "bt709", "smpte170m", "bt2020nc", "smpte2084", "arib-std-b67", "bt2020", "smpte432"])
probes = st.builds(
    Probe,
    width=st.integers(2, 4000),
    height=st.integers(2, 4000),
    duration_ms=st.integers(1, 180_000),
    container=st.sampled_from(Container),
    video_index=st.integers(0, 9),
    color_transfer=colours,
    color_primaries=colours,
    color_matrix=colours,
    full_range=st.booleans(),
    interlaced=st.booleans(),
    audio=st.none() | st.just(AUDIO),
)


def encode(probe: Probe, gain: Gain | None = None, strip: FrameStrip | None = None) -> list[str]:
    return commands.plan_encode(
        FFMPEG, SOURCE, probe, RENDITION, gain=gain or Gain(), limits=LIMITS, out=OUT, strip=strip
    )


def value(argv: list[str], option: str) -> str:
    return argv[argv.index(option) + 1]


def opening(argv: list[str]) -> list[str]:
    return argv[: argv.index("-i") + 2]


@given(probes)
def test_one_file_is_opened_by_one_demuxer_through_the_file_protocol(probe: Probe) -> None:
    argv = encode(probe)
    assert argv.count("-i") == 1
    given_to_input = opening(argv)
    assert value(given_to_input, "-i") == f"file:{SOURCE}"
    assert value(given_to_input, "-f") == value(given_to_input, "-format_whitelist") == probe.container
    assert value(given_to_input, "-protocol_whitelist") == "file"
    assert value(given_to_input, "-max_pixels") == str(LIMITS.max_pixels)
    assert float(value(given_to_input, "-t")) <= LIMITS.max_duration_s + 1
    assert {"-nostdin", "-xerror"} <= set(given_to_input)


@given(probes)
def test_nothing_but_picture_and_sound_is_kept(probe: Probe) -> None:
    argv = encode(probe)
    after = argv[argv.index("-i") :]
    assert value(after, "-map_metadata") == value(after, "-map_chapters") == "-1"
    assert {"-sn", "-dn"} <= set(after)
    assert [after[i + 1] for i, part in enumerate(after) if part == "-map"] == [
        "[v]",
        *(["[a]"] if probe.audio else []),
    ]
    assert "filter_units=remove_types=6" in after
    assert "sidedata=mode=delete" in value(after, "-filter_complex")


@given(probes)
def test_pixels_end_square_and_the_colours_bt709(probe: Probe) -> None:
    chain = commands.video_chain(probe, RENDITION)
    assert chain.endswith(",setsar=1")
    assert "format=yuv420p" in chain
    assert ("tonemap" in chain) == probe.is_hdr
    argv = encode(probe)
    assert [value(argv, option) for option in ("-color_primaries", "-color_trc", "-colorspace")] == ["bt709"] * 3


@given(probes)
def test_frames_are_made_steady_before_they_are_scaled(probe: Probe) -> None:
    chain = commands.video_chain(probe, RENDITION)
    assert chain.index("fps=30000/1001") < chain.index("scale=480:854")


def test_gops_are_closed_and_two_seconds_long() -> None:
    argv = encode(Probe(1080, 1920, 15_000))
    assert value(argv, "-g") == value(argv, "-keyint_min") == "60"
    assert value(argv, "-sc_threshold") == "0"
    assert "open-gop=0" in value(argv, "-x264-params")
    assert value(argv, "-movflags") == "+faststart"


def test_the_strip_of_frames_is_a_second_output_of_the_same_decoding() -> None:
    strip = FrameStrip(Path("/out/frames.raw"), 81, 144, Fraction(2))
    argv = encode(Probe(1080, 1920, 15_000), strip=strip)
    assert argv.count("-i") == 1
    assert argv[-1] == "file:/out/frames.raw"
    assert "fps=2,scale=81:144" in value(argv, "-filter_complex")


@pytest.mark.parametrize(
    ("gain", "has", "has_not"),
    [
        (Gain(), [], ["volume", "alimiter"]),
        (Gain(db=-6.5), ["volume=-6.50dB"], ["alimiter"]),
        (Gain(db=4.0, limit=True), ["volume=4.00dB", "alimiter=limit=0.7943", "aresample=192000"], []),
    ],
)
def test_sound_is_changed_only_as_far_as_needed(gain: Gain, has: list[str], has_not: list[str]) -> None:
    chain = commands.audio_chain(gain)
    assert all(step in chain for step in has)
    assert not any(step in chain for step in has_not)


@pytest.mark.parametrize(
    ("matrix", "size", "expected"),
    [
        ("bt709", (320, 240), "bt709"),
        ("smpte170m", (1080, 1920), "bt601"),
        ("bt2020nc", (1080, 1920), "bt2020"),
        (None, (1080, 1920), "bt709"),
        (None, (360, 640), "bt601"),
    ],
)
def test_colours_a_file_is_silent_about_are_guessed_by_size(
    matrix: str | None, size: tuple[int, int], expected: str
) -> None:
    probe = Probe(*size, duration_ms=1, color_matrix=matrix)
    assert f"in_color_matrix={expected}:out_color_matrix=bt709" in commands.video_chain(probe, RENDITION)


def test_a_picture_is_opened_by_its_own_demuxer_alone() -> None:
    argv = commands.plan_avatar(FFMPEG, SOURCE, "png_pipe", side=256, limits=LIMITS, out=OUT)
    given_to_input = opening(argv)
    assert value(given_to_input, "-f") == value(given_to_input, "-format_whitelist") == "png_pipe"
    assert value(argv, "-map_metadata") == "-1"
