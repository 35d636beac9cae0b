"""Programs of others read an audit: OSCAL by compliance-trestle, its pages by pypdf."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.house.catalogue import ROOT
from tests.unit.devices.audited import device, excepted, facts, filed, person, probed

from reelm.devices import Enrolment, Platform
from reelm.devices.auditing import Facts
from reelm.devices.auditing.pack import make_files
from reelm.devices.probing import Outcome

ORACLE = ROOT / ".venv" / "oracles" / "bin" / "python"
GLUE = ROOT / "tests" / "conformance" / "outside"


def _ask(glue: str, content: bytes, folder: Path) -> tuple[int, str]:
    file = folder / "content"
    file.write_bytes(content)
    done = subprocess.run([ORACLE, GLUE / glue, file], capture_output=True, text=True, timeout=120, check=False)
    if "ModuleNotFoundError" in done.stderr:
        pytest.skip("other people's programs are not installed: run make test")
    return done.returncode, done.stdout or done.stderr


def _facts() -> Facts:
    of = filed()
    devices = [device(1), device(2, Platform.WINDOWS, Enrolment.UNMANAGED), device(3, has_app=True, excepted=True)]
    probes = probed(of, resolver=Outcome.CLOSED, address=Outcome.OPEN, embed=Outcome.NOT_MEASURED)
    return facts(*devices, decision=of, exceptions=[excepted(3)], people=[person(1)], probes=probes)


@pytest.mark.parametrize("told", [_facts(), facts()], ids=["with everything", "with nothing"])
def test_trestle_reads_our_assessment_results(told: Facts, tmp_path: Path) -> None:
    code, said = _ask("oscal.py", make_files(told, "en")["oscal.json"], tmp_path)
    assert code == 0, said
    read = json.loads(said)
    assert read["oscal"] == "1.2.1"
    assert read["findings"]["m-23-13.process-for-exceptions"] == "satisfied"
    assert read["findings"]["m-23-13.contract-clauses"] == "not-satisfied"
    assert read["risks"] > 0


def test_trestle_refuses_what_is_no_oscal(tmp_path: Path) -> None:
    content: Any = json.loads(make_files(_facts(), "en")["oscal.json"])
    content["assessment-results"]["results"][0]["compliance"] = "all of it"
    code, said = _ask("oscal.py", json.dumps(content).encode(), tmp_path)
    assert (code, "Extra inputs are not permitted" in said) == (1, True)


@pytest.mark.parametrize(
    ("language", "title", "said"),
    [
        ("en", "Audit: Shortvideo, suspended by Example Institution", "Not known to be compliant: 1 of 3 devices"),
        (
            "fr-CA",
            "Audit : Shortvideo, suspendue par Example Institution",
            "Conformité non connue : 1 sur 3 appareils",
        ),
    ],
)
def test_the_pages_have_a_language_a_title_an_outline_and_text(
    language: Any, title: str, said: str, tmp_path: Path
) -> None:
    code, told = _ask("pdf.py", make_files(_facts(), language)["audit.pdf"], tmp_path)
    assert code == 0, told
    read = json.loads(told)
    text = read["text"].replace("\N{NO-BREAK SPACE}", " ")
    assert (read["language"], read["title"].replace("\N{NO-BREAK SPACE}", " ")) == (language, title)
    assert (len(read["outline"]), read["widths"]) == (7, [595])
    assert said in text
    assert all("OpenSans" in font for font in read["fonts"])
    if language == "fr-CA":
        assert "l’information de l’institution" in text
