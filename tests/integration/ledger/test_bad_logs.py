"""Logs that were changed, cut, rolled back or never were logs: each is refused, naming what is wrong."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.integration.ledger import serving as servers
from tests.integration.ledger.serving import serving
from tests.ledgers import KEY, ORIGIN, OTHER_KEY, Book, flip, make_book, sign, write_log

from reelm import ledger
from reelm.infra import fetch
from reelm.infra.fetch import AddressNotAnswering
from reelm.kernel.errors import Problem
from reelm.ledger.checkpoint import Checkpoint
from reelm.ledger.errors import (
    BundleMalformed,
    CheckpointMalformed,
    CheckpointUnsigned,
    CountsDiffer,
    EntryInvalid,
    EntryTooLong,
    FileMissing,
    LogForked,
    LogOfAnotherOrigin,
    LogShrunk,
    NoteMalformed,
    RootDiffers,
    SealBroken,
    SequenceGap,
    SignatureWrong,
    TileDiffers,
    TileMalformed,
    VkeyMalformed,
)
from reelm.ledger.sealed import commit_to
from reelm.ledger.tiles import pack_bundle, unpack_bundle

BOOK = make_book(700)


async def verify(where: Path | str, **asked: Any) -> ledger.Verified:
    async with ledger.open_source(str(where)) as source:
        return await ledger.verify(source, ledger.Asked(**asked))


async def refusal(where: Path | str, **asked: Any) -> Problem:
    """What `verify` raises, as a problem."""
    try:
        await verify(where, **asked)
    except ledger.Split as split:
        return split.problem
    except Problem as problem:
        return problem
    raise AssertionError("nothing was refused")


@pytest.mark.parametrize("size", [256, 300, 700])
async def test_one_bit_flipped_in_any_file_is_found_in_that_file(size: int, tmp_path: Path) -> None:
    write_log(tmp_path, BOOK.entries[:size])
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == {256: 5, 300: 7, 700: 9}[size]
    for path in files:
        sound = path.read_bytes()
        for place in (0, len(sound) // 2, len(sound) - 1):
            flip(path, place)
            found = await refusal(tmp_path, keys=[KEY.verifier] if path.name == "checkpoint" else [])
            name = path.relative_to(tmp_path).as_posix()
            if name.startswith("tile/"):
                assert isinstance(found, TileDiffers)
                assert found.path == name
            elif name == "checkpoint":
                assert isinstance(found, SignatureWrong | CheckpointUnsigned | NoteMalformed | CheckpointMalformed)
            else:
                assert isinstance(found, VkeyMalformed | CheckpointUnsigned)
            path.write_bytes(sound)
    await verify(tmp_path)


@pytest.mark.parametrize("keep", [0, 1, 31, -1, -32])
async def test_a_truncated_file_is_refused_by_name(keep: int, tmp_path: Path) -> None:
    write_log(tmp_path, BOOK.entries)
    for path in (path for path in (tmp_path / "tile").rglob("*") if path.is_file()):
        sound = path.read_bytes()
        path.write_bytes(sound[:keep])
        found = await refusal(tmp_path)
        assert isinstance(found, TileMalformed | TileDiffers)
        assert found.path == path.relative_to(tmp_path).as_posix()
        path.write_bytes(sound)


async def test_a_file_with_something_behind_it_is_refused_by_name(tmp_path: Path) -> None:
    write_log(tmp_path, BOOK.entries)
    for path in (path for path in (tmp_path / "tile").rglob("*") if path.is_file()):
        sound = path.read_bytes()
        path.write_bytes(sound + bytes(32))
        found = await refusal(tmp_path)
        assert isinstance(found, TileMalformed | TileDiffers)
        assert found.path == path.relative_to(tmp_path).as_posix()
        path.write_bytes(sound)


async def test_a_missing_file_is_named(tmp_path: Path) -> None:
    write_log(tmp_path, BOOK.entries)
    for path in [path for path in tmp_path.rglob("*") if path.is_file()]:
        moved = tmp_path.parent / "moved"
        path.rename(moved)
        found = await refusal(tmp_path)
        assert isinstance(found, FileMissing)
        assert found.path == path.relative_to(tmp_path).as_posix()
        moved.rename(path)


async def test_a_log_that_was_rolled_back_or_forked_is_refused(tmp_path: Path) -> None:
    write_log(tmp_path, BOOK.entries)
    saved = (tmp_path / "checkpoint").read_bytes()
    write_log(tmp_path, BOOK.entries[:600])
    assert isinstance(await refusal(tmp_path, against=saved), LogShrunk)
    other = [*BOOK.entries[:650], *make_book(50).entries]
    for entries in (other, [*other, *other[:30]]):
        write_log(tmp_path, entries)
        assert isinstance(await refusal(tmp_path, against=saved), LogForked)


async def test_a_changed_tile_is_not_taken_for_a_fork(tmp_path: Path) -> None:
    write_log(tmp_path, BOOK.entries[:100])
    saved = (tmp_path / "checkpoint").read_bytes()
    write_log(tmp_path, BOOK.entries)
    flip(tmp_path / "tile" / "0" / "000", 40 * 32)
    found = await refusal(tmp_path, against=saved)
    assert isinstance(found, TileDiffers)
    assert found.path == "tile/0/000"


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        (b"<!doctype html>\n<title>Welcome</title>\n", NoteMalformed),
        (b"", NoteMalformed),
        (b"\xff\xfe\n\n", NoteMalformed),
        (Checkpoint(ORIGIN, 700, bytes(32)).format().encode(), NoteMalformed),
        (sign(Checkpoint(ORIGIN, 700, bytes(32)), OTHER_KEY), CheckpointUnsigned),
        (sign(Checkpoint("other.example", 700, bytes(32)), KEY), CheckpointUnsigned),
        (sign(Checkpoint(ORIGIN, 700, bytes(32)), KEY), RootDiffers),
        (sign(Checkpoint(ORIGIN, 2**63 - 1, bytes(32)), KEY), FileMissing),
        (sign(Checkpoint(ORIGIN, 2**56, bytes(32)), KEY), FileMissing),
        (sign(Checkpoint(ORIGIN, 2**63, bytes(32)), KEY), CheckpointMalformed),
        (sign(Checkpoint(ORIGIN, 0, bytes(32)), KEY), RootDiffers),
    ],
)
async def test_a_checkpoint_that_is_none_or_of_others_or_too_large(
    note: bytes, expected: type[Problem], tmp_path: Path
) -> None:
    write_log(tmp_path, BOOK.entries)
    (tmp_path / "checkpoint").write_bytes(note)
    assert isinstance(await refusal(tmp_path, keys=[KEY.verifier]), expected)


@pytest.mark.parametrize(
    ("path", "answer", "fault"),
    [
        ("/checkpoint", servers.say_500, "500"),
        ("/tile/0/001", servers.say_500, "500"),
        ("/tile/0/001", servers.stall, "timeout"),
        ("/checkpoint", servers.never_end, "too-large"),
        ("/tile/0/000", servers.never_end, "too-large"),
        ("/tile/entries/000", servers.never_end, "too-large"),
        ("/checkpoint", servers.send_elsewhere, "redirect"),
        ("/checkpoint", servers.send_round, "redirect"),
    ],
)
async def test_a_server_that_misbehaves_is_given_up(
    path: str, answer: servers.Answer, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "SILENCE_S", 0.2)
    write_log(tmp_path, BOOK.entries)
    with serving(tmp_path) as server:
        server.answers[path] = answer
        found = await refusal(server.url)
    assert isinstance(found, AddressNotAnswering)
    assert found.fault == fault


async def test_a_page_instead_of_a_checkpoint_or_nobody_there_is_refused(tmp_path: Path) -> None:
    write_log(tmp_path, BOOK.entries)
    with serving(tmp_path) as server:
        server.answers["/checkpoint"] = servers.say_html
        assert isinstance(await refusal(server.url), NoteMalformed)
        gone = server.url
    assert isinstance(await refusal(gone), AddressNotAnswering)


def test_an_entry_over_the_limit_gets_into_no_bundle_and_out_of_none() -> None:
    assert unpack_bundle(pack_bundle([bytes(65_535)]), 1) == [bytes(65_535)]
    with pytest.raises(EntryTooLong):
        pack_bundle([bytes(65_536)])
    with pytest.raises(BundleMalformed):
        unpack_bundle(b"\xff\xff" + bytes(65_536), 1)


def spoil(change: Callable[[dict[str, Any]], None], at: int = 300) -> list[bytes]:
    """A book's entries with one of them changed."""
    entry = json.loads(BOOK.entries[at])
    change(entry)
    changed = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return [*BOOK.entries[:at], changed, *BOOK.entries[at + 1 :]]


@pytest.mark.parametrize(
    "entries",
    [
        spoil(lambda entry: entry.update(note="asked by ana@mail.example")),
        spoil(lambda entry: entry["fact"].update(reason="ana asked for help")),
        spoil(lambda entry: entry["fact"].update(collection="Ana's profile")),
        spoil(lambda entry: entry.update(subject="ana")),
        spoil(lambda entry: entry.update(subject=None)),
        spoil(lambda entry: entry.update(actor="ana@mail.example" + "a" * 27)),
        spoil(lambda entry: entry.update(kind="said-something")),
        spoil(lambda entry: entry["fact"].update(classes=["Ana"])),
        spoil(lambda entry: entry["fact"].update(fields="3")),
        [*BOOK.entries[:300], BOOK.entries[300] + b" ", *BOOK.entries[301:]],
        [*BOOK.entries[:300], json.dumps(json.loads(BOOK.entries[300])).encode(), *BOOK.entries[301:]],
        [*BOOK.entries[:300], b"ana was here", *BOOK.entries[301:]],
    ],
)
async def test_an_entry_with_personal_data_or_of_another_form_is_refused(
    entries: list[bytes], tmp_path: Path
) -> None:
    write_log(tmp_path, entries)
    found = await refusal(tmp_path)
    assert isinstance(found, EntryInvalid)
    assert (found.path, found.index) == ("tile/entries/001", 300)


async def test_an_entry_left_out_doubled_or_moved_shows(tmp_path: Path) -> None:
    left_out = [*BOOK.entries[:300], *BOOK.entries[301:]]
    doubled = [*BOOK.entries[:301], *BOOK.entries[300:]]
    moved = [*BOOK.entries[:300], BOOK.entries[305], *BOOK.entries[301:305], BOOK.entries[300], *BOOK.entries[306:]]
    for entries in (left_out, doubled, moved):
        write_log(tmp_path, entries)
        found = await refusal(tmp_path)
        assert isinstance(found, SequenceGap)
        assert found.writer == "w00"
        assert found.found != found.due


async def test_entries_left_out_at_the_end_of_a_writer_show_by_the_count(tmp_path: Path) -> None:
    book = make_book(50)
    book.count(w03=99)
    write_log(tmp_path, book.entries)
    found = await refusal(tmp_path)
    assert isinstance(found, CountsDiffer)
    assert (found.writer, found.told, found.found, found.index) == ("w03", 99, 10, 50)


async def test_a_log_that_says_it_is_another_is_refused(tmp_path: Path) -> None:
    book = Book()
    book.add("log-opened", {"origin": "0" * 64, "vkey": "0" * 64, "retention": "for-ever"})
    write_log(tmp_path, book.entries)
    assert isinstance(await refusal(tmp_path), LogOfAnotherOrigin)


CONTENT = {"accounts": 3, "country": "FR", "instrument": "warrant", "outcome": "complied", "received": "2026-01-05"}
NONCE = "ab" * 32


def seal(opened: dict[str, Any] | None) -> Book:
    """A book with one request sealed, and perhaps opened as something."""
    book = Book()
    sealed = {"commitment": commit_to(NONCE, CONTENT), "opens_by": "2026-02-01"}
    id = book.add("government-request-sealed", sealed)
    if opened is not None:
        book.add("government-request-opened", {"sealed": id, "nonce": NONCE} | opened)
    return book


async def test_a_request_opened_as_it_was_sealed_holds_and_one_that_was_changed_does_not(tmp_path: Path) -> None:
    write_log(tmp_path, seal(CONTENT).entries)
    assert not (await verify(tmp_path)).overdue_seals
    for changed in ({"accounts": 2}, {"nonce": "ac" * 32}, {"sealed": "A" * 22}):
        write_log(tmp_path, seal(CONTENT | changed).entries)
        assert isinstance(await refusal(tmp_path), SealBroken)


async def test_a_request_that_stayed_sealed_too_long_is_told_of(tmp_path: Path) -> None:
    book = seal(None)
    write_log(tmp_path, book.entries)
    assert list((await verify(tmp_path)).overdue_seals) == [json.loads(book.entries[0])["id"]]
