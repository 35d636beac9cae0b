"""The demo's footage and script: same frames every time, words within the product's limits."""

from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from reelm.cli.demo import render, script, tones
from reelm.cli.demo.film import HEIGHT, WIDTH, Film
from reelm.cli.demo.marks import SIDE, draw_mark
from reelm.cli.demo.script import CLIPS, PEOPLE, DemoClip

SMALL = 0.08
HANDLES = {person.handle for person in PEOPLE}


@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.slug)
def test_the_first_second_of_a_clip_is_the_same_every_time(clip: DemoClip) -> None:
    film = clip.make(SMALL)

    first, second = (list(islice(film.draw(), film.fps)) for _ in range(2))

    for one, two in zip(first, second, strict=True):
        assert one.shape == (film.height, film.width, 3)
        assert one.dtype == np.uint8
        assert np.array_equal(one, two)
    assert len(first) == film.fps
    assert first[0].std() > 4, "a clip opens on a picture, not on a flat colour"
    assert not np.array_equal(first[0], first[-1]), "a clip moves"


@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.slug)
def test_a_clip_has_the_shape_and_length_the_product_expects(clip: DemoClip) -> None:
    film = clip.make(1.0)

    assert 6 <= film.seconds <= 12
    assert 24 <= film.fps <= 30
    assert abs(film.width / film.height - WIDTH / HEIGHT) < 0.01


def test_music_is_the_same_every_time_and_never_clips() -> None:
    film = CLIPS[0].make(1.0)

    first, second = film.play(2.0), film.play(2.0)

    assert first.shape == (2, 2 * tones.RATE)
    assert np.array_equal(first, second)
    assert np.abs(first).max() < 0.9
    assert np.sqrt(np.square(first).mean()) > 0.05
    assert np.abs(first[:, -1]).max() < 0.001


def test_the_script_is_twelve_clips_by_three_people_who_answer_each_other() -> None:
    assert len(CLIPS) == len({clip.slug for clip in CLIPS}) == 12
    assert len(PEOPLE) == len(HANDLES) == 3
    assert Counter(clip.author_handle for clip in CLIPS) == dict.fromkeys(HANDLES, 4)
    for clip in CLIPS:
        assert clip.author_handle not in clip.likes
        assert set(clip.likes) <= HANDLES
        assert {handle for handle, _ in clip.comments} <= HANDLES
        assert any(handle != clip.author_handle for handle, _ in clip.comments)


def test_words_fit_the_product_and_say_that_the_clips_are_computed() -> None:
    honest = ("generated", "computed", "drawn", "no camera", "générée", "dessinée")
    for clip in CLIPS:
        assert len(clip.caption) <= 300
        assert "#" in clip.caption
        assert any(word in clip.caption.lower() for word in honest), clip.slug
        assert all(0 < len(text) <= 300 for _, text in clip.comments)
    for person in PEOPLE:
        assert len(person.bio) <= 160
        assert (person.region is None) == (person.country != "CA")
    assert [person.locale for person in PEOPLE].count("fr-CA") == 1


def test_every_person_has_a_mark_of_their_own() -> None:
    marks = [draw_mark(person.handle) for person in PEOPLE]

    assert all(mark.shape == (SIDE, SIDE, 3) for mark in marks)
    assert not np.array_equal(marks[0], marks[1])
    assert not np.array_equal(marks[1], marks[2])


def test_a_clip_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    def short(_scale: float) -> Film:
        film = script.sunrise(SMALL)
        return Film(film.width, film.height, film.fps, 0.25, lambda: islice(film.draw(), 6), film.play)

    def broken(_scale: float) -> Film:
        return Film(0, 0, 24, 0.25, lambda: iter(()), script.sunrise(SMALL).play)

    heard: list[float] = []
    whole, missing = tmp_path / "whole.mp4", tmp_path / "missing.mp4"

    render.render_clip(DemoClip("short", "", "", (), (), short), whole, on_progress=heard.append)
    with pytest.raises(render.FootageFailed):
        render.render_clip(DemoClip("broken", "", "", (), (), broken), missing)

    assert whole.stat().st_size > 1000
    assert heard[-1] == 1.0
    assert list(tmp_path.iterdir()) == [whole]
