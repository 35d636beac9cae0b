"""A fault in the files of policies leaves the rules before in force, and is said once."""

import logging
import os
import shutil
from datetime import date
from pathlib import Path

import pytest

from reelm import gateway
from reelm.gateway import Kind, Message, Rulebook, Rules, RulesMalformed, rulebook
from reelm.kernel.ids import RealmCode

TRANSFERS = Path("deploy/policies/transfers.toml").read_text()
ASSESSMENT = Path("deploy/policies/assessments/TIA-2026-1.md").read_text()
EVERYTHING = '@id("everything") permit (principal, action, resource);'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(rulebook, "LOOK_EVERY_S", 0.0)
    shutil.copytree("deploy/policies", tmp_path / "policies")
    return tmp_path / "policies"


SPOILT: dict[str, tuple[str, bytes | None, str]] = {
    "a syntax error": ("send.cedar", b"permit (principal", "send.cedar"),
    "an attribute that the schema does not have": (
        "send.cedar",
        b'@id("x") permit (principal, action == Action::"send", resource) when { context.colour == "red" };',
        "send.cedar",
    ),
    "an action that the schema does not have": (
        "more.cedar",
        b'@id("x") permit (principal, action == Action::"steal", resource);',
        "more.cedar",
    ),
    "a policy without an id": ("more.cedar", b"forbid (principal, action, resource);", "more.cedar"),
    "an id that another file has": (
        "more.cedar",
        b'@id("never") forbid (principal, action, resource) when { principal == resource };',
        "*.cedar",
    ),
    "no schema": ("schema.cedarschema", None, "schema.cedarschema"),
    "a schema with a syntax error": ("schema.cedarschema", b"entity ;;", "disclose.cedar"),
    "bytes that are no text": ("send.cedar", b"\xff\xfe", "send.cedar"),
    "no TOML": ("transfers.toml", b"[[transfer", "transfers.toml"),
    "TOML that is no text": ("transfers.toml", b"\xff", "transfers.toml"),
    "a purpose there is not": ("transfers.toml", TRANSFERS.replace('"support"', '"marketing"').encode(), ""),
    "a field there is not": ("transfers.toml", TRANSFERS.replace("law = ", "laws = ").encode(), ""),
    "a date there is not": ("transfers.toml", TRANSFERS.replace("2027-11-01", "2027-11-31").encode(), ""),
    "a route twice": ("transfers.toml", (TRANSFERS + TRANSFERS[TRANSFERS.index("[[") :]).encode(), ""),
    "an agreement that is not there": ("agreements/eu-and-us.md", None, "transfers.toml"),
    "an assessment that is not there": ("assessments/TIA-2026-1.md", None, "transfers.toml"),
    "an assessment of another route": (
        "assessments/TIA-2026-1.md",
        ASSESSMENT.replace("to `ca-qc`", "to `us`").encode(),
        "assessments/TIA-2026-1.md",
    ),
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_files_that_are_not_understood_leave_the_rules_before_in_force(
    spoilt: str, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    book = Rulebook(folder)
    before = book.rules
    name, content, blamed = SPOILT[spoilt]
    spoil(folder / name, content)
    with caplog.at_level(logging.ERROR):
        for _ in range(5):
            assert book.rules is before
    assert len(caplog.records) == 1, "said once, not each time somebody looks"
    assert book.fault is not None
    assert book.fault.file == (blamed or "transfers.toml")
    assert book.fault.fault


@pytest.mark.parametrize("spoilt", SPOILT)
def test_with_files_that_were_never_understood_nothing_is_decided(spoilt: str, folder: Path) -> None:
    name, content, _ = SPOILT[spoilt]
    spoil(folder / name, content)
    book = Rulebook(folder)
    assert book.find() is None
    with pytest.raises(RulesMalformed):
        _ = book.rules


def look(book: Rulebook) -> Rules:
    """The rules in force once a change has stood still."""
    assert book.find()
    return book.rules


def spoil(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)


def test_a_fault_that_is_mended_is_forgotten_and_the_new_rules_hold(folder: Path) -> None:
    book = Rulebook(folder)
    before, text = book.rules, (folder / "send.cedar").read_text()
    (folder / "send.cedar").write_text("permit (")
    assert look(book) is before
    assert book.fault
    (folder / "send.cedar").write_text(text + '\n@id("closed") forbid (principal, action, resource);\n')
    assert look(book).digest != before.digest
    assert book.fault is None
    assert not may_cross(book)


def test_each_new_fault_is_said(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    book = Rulebook(folder)
    assert book.rules
    for text in ("permit (", "permit (principal", "forbid"):
        (folder / "send.cedar").write_text(text)
        assert look(book)
    assert len(caplog.records) == 3


def test_an_assessment_that_was_taken_out_ends_its_route_at_once(folder: Path) -> None:
    book = Rulebook(folder)
    assert may_cross(book)
    path = folder / "transfers.toml"
    head, _, *others = TRANSFERS.split("[[transfer]]")
    path.write_text("[[transfer]]".join([head, *others]))
    assert not may_cross(book)


def may_cross(book: Rulebook) -> bool:
    message = Message(Kind.CLIP, {"id": "x"})
    eu, qc = RealmCode("eu"), RealmCode("ca-qc")
    return look(book).decide(message, from_=eu, to=qc, today=date(2026, 12, 1)).allowed


def test_a_changed_agreement_is_another_digest(folder: Path) -> None:
    book = Rulebook(folder)
    before = book.rules
    agreement = folder / "agreements" / "eu-and-us.md"
    agreement.write_text(agreement.read_text() + "\n7. More.\n")
    assert look(book).digest != before.digest
    assert {one.agreement for one in book.rules.transfers} != {one.agreement for one in before.transfers}


def test_half_of_a_change_decides_nothing(folder: Path) -> None:
    """A file is taken away and put there again, as some editors do."""
    book = Rulebook(folder)
    before, text = book.rules, (folder / "send.cedar").read_text()
    (folder / "send.cedar").unlink()
    assert book.rules is before
    (folder / "send.cedar").write_text(text + "// changed")
    assert book.rules is before
    assert look(book).digest != before.digest


def test_a_file_that_may_not_be_read_is_a_fault_and_no_crash(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = Rulebook(folder)
    before = book.rules
    real = Path.read_bytes

    def refuse(self: Path) -> bytes:
        if self.name == "send.cedar":
            raise PermissionError(13, "not yours", os.fspath(self))
        return real(self)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    (folder / "send.cedar").touch()
    assert look(book) is before
    assert book.fault is not None
    assert (book.fault.file, book.fault.fault) == ("send.cedar", "it can't be read")


def test_the_words_of_a_fault_name_the_file_and_what_to_do() -> None:
    assert gateway.RulesMalformed("send.cedar", "x").facts() == {"file": "send.cedar", "fault": "x"}
