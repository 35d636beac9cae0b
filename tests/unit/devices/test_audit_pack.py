"""The pack is the same for the same facts, runs nothing in a spreadsheet, and its digests hold."""

import csv
import hashlib
import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from tests.unit.devices.audited import NOW, device, excepted, facts, filed, person, probed

from reelm.devices import read_decision
from reelm.devices.auditing import Facts, make_pack
from reelm.devices.auditing.model import Because, Item, Met
from reelm.devices.auditing.pack import make_files
from reelm.devices.auditing.pages import MISSING, Pages
from reelm.devices.auditing.pdf import read_words
from reelm.devices.auditing.sheets import make_exceptions
from reelm.devices.compliance import Compliance
from reelm.devices.fleet import Enrolment, Platform
from reelm.devices.model import InWords
from reelm.devices.probing import Outcome, ProbesMalformed, Way, read_probes
from reelm.devices.states import State
from reelm.kernel.words import LANGUAGES, Language


def everything() -> Facts:
    of = filed()
    devices = [device(1), device(2, Platform.ANDROID, Enrolment.UNMANAGED), device(3, has_app=None)]
    return facts(
        *devices,
        decision=of,
        exceptions=[excepted(1)],
        people=[person(1), person(2, told=True)],
        probes=probed(of, resolver=Outcome.CLOSED, embed=Outcome.NOT_MEASURED),
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_facts_make_the_same_pack_byte_for_byte(language: Language) -> None:
    told = everything()
    pack = make_pack(told, language)
    assert pack == make_pack(replace(told), language)
    assert pack != make_pack(replace(told, at=NOW + timedelta(seconds=1)), language)
    with zipfile.ZipFile(io.BytesIO(pack)) as opened:
        assert opened.namelist() == [
            *("README.txt", "decision.json", "decision.keys.json", "checklist.json", "oscal.json", "states.csv"),
            *("exceptions.csv", "told.csv", "coverage.json", "audit.pdf", "probes.json"),
        ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readme_has_the_digest_of_every_other_file(language: Language) -> None:
    files = make_files(everything(), language)
    readme = files.pop("README.txt").decode()
    assert "$" not in readme
    for name, content in files.items():
        assert f"{hashlib.sha256(content).hexdigest()}  {name}\n" in readme


def test_the_decision_is_in_the_pack_as_it_was_signed() -> None:
    told = everything()
    read = read_decision(make_files(told, "en")["decision.json"])
    assert (read.digest, read.signature) == (told.filed.digest, told.filed.signed.signature)


def test_a_spreadsheet_runs_nothing_of_a_sheet() -> None:
    words: list[InWords] = [{"en": '=HYPERLINK("http://others.example")'}, {"en": "+1"}, {"en": "@SUM(1)"}]
    of = filed(exceptions__mitigations=words)
    asked = [excepted(number, mitigations=(number,)) for number in range(3)]
    sheet = make_exceptions(facts(decision=of, exceptions=asked), "en").decode()
    rows = list(csv.DictReader(io.StringIO(sheet)))
    assert [row["mitigations"] for row in rows] == [f"'{one['en']}" for one in words]


def test_figures_can_be_counted_again_from_the_sheets() -> None:
    files = make_files(everything(), "en")
    rows = list(csv.DictReader(io.StringIO(files["states.csv"].decode())))
    checklist = json.loads(files["checklist.json"])
    for state, number in checklist["devices"]["states"].items():
        assert [row["state"] for row in rows].count(state) == number
    told = list(csv.DictReader(io.StringIO(files["told.csv"].decode())))
    assert [row["status"] for row in told].count("not-told") == checklist["people"]["not_told"]
    kinds = {(row["platform"], row["enrolment"]) for row in rows}
    assert {(one["platform"], one["enrolment"]) for one in json.loads(files["coverage.json"])} == kinds


def test_the_pages_have_words_for_everything_in_both_languages() -> None:
    def shape(words: Any) -> Any:
        told = cast("dict[str, Any]", words)
        return {name: shape(one) for name, one in told.items()} if isinstance(words, dict) else None

    english, french = (read_words()[language] for language in LANGUAGES)
    assert shape(english) == shape(french)
    for name, enum in {
        "met": Met,
        "items": Item,
        "because": Because,
        "states": Compliance,
        "decision_state": State,
        "ways": Way,
        "outcomes": Outcome,
        "platforms": Platform,
        "enrolments": Enrolment,
    }.items():
        assert set(english[name]) == set(enum), name


def test_a_sign_that_the_letters_lack_is_shown_as_missing_and_no_other() -> None:
    pages = Pages(title="t", language="en", at=NOW, footing="", numbered="{n} {total}")
    told = "Œuvre d’art, Główny Urząd, Υπουργείο, Министерство"
    assert (pages.shown(told), pages.missed) == (told, False)
    assert (pages.shown("抖音"), pages.missed) == (MISSING * 2, True)
    pages.close_fonts()


def test_probes_of_another_decision_or_version_or_day_are_not_taken() -> None:
    of = filed()
    told = probed(of, resolver=Outcome.CLOSED).model_dump_json().encode()
    assert read_probes(told, decision=of.decision.id, sha256=of.digest, now=NOW).probes
    for wrong in ({"decision": f"urn:uuid:{'0' * 8}"}, {"sha256": "0" * 64}, {"now": NOW - timedelta(days=1)}):
        expected: dict[str, Any] = {"decision": of.decision.id, "sha256": of.digest, "now": NOW} | wrong
        with pytest.raises(ProbesMalformed):
            read_probes(told, **expected)
    with pytest.raises(ProbesMalformed):
        read_probes(b'{"probes": 1}', decision=of.decision.id, sha256=of.digest, now=NOW)
