"""What is in the pack that an auditor takes away? Files of which each follows from the facts, in a ZIP. Pure.

The same facts make the same bytes: entries are in one order, and dated as ZIP's own beginning.
"""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

import orjson

from reelm.devices.auditing.checklist import make_checklist
from reelm.devices.auditing.layers import list_kinds, show_layers
from reelm.devices.auditing.model import Facts
from reelm.devices.auditing.oscal import make_assessment
from reelm.devices.auditing.sheets import make_exceptions, make_states, make_told
from reelm.kernel.words import Language

_BEGINNING = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16


def make_files(facts: Facts, language: Language) -> dict[str, bytes]:
    """Every file by its name, README.txt first; it has the digest of each other one."""
    from reelm.devices.auditing.pdf import make_pdf  # noqa: PLC0415 - loads fonts, which nothing else needs

    decision = facts.filed.decision
    keys = {"keys": [orjson.loads(key.jwk) for key in facts.keys]}
    made = {
        "decision.json": facts.filed.document,
        "decision.keys.json": _write(keys),
        "checklist.json": _write(make_checklist(facts)),
        "oscal.json": _write(make_assessment(facts)),
        "states.csv": make_states(facts),
        "exceptions.csv": make_exceptions(facts, language),
        "told.csv": make_told(facts),
        "coverage.json": _write(show_layers(decision, list_kinds(facts.standings))),
        "audit.pdf": make_pdf(facts, language),
    }
    if facts.probes is not None:
        made["probes.json"] = _write(facts.probes.model_dump(mode="json"))
    return {"README.txt": _write_readme(facts, language, made), **made}


def make_pack(facts: Facts, language: Language) -> bytes:
    """The files in one ZIP."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in make_files(facts, language).items():
            entry = zipfile.ZipInfo(name, _BEGINNING)
            entry.external_attr, entry.create_system = _READABLE, 3
            entry.compress_type = zipfile.ZIP_DEFLATED
            pack.writestr(entry, content)
    return written.getvalue()


def _write(told: Any) -> bytes:
    """Ids that come from the database are of a class of its own, which is written as text."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS
    return orjson.dumps(told, default=str, option=options)


def _write_readme(facts: Facts, language: Language, made: Mapping[str, bytes]) -> bytes:
    decision = facts.filed.decision
    digests = "\n".join(f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in made.items())
    return (
        _readme(language)
        .substitute(
            app=decision.app.name,
            organisation=decision.authority.organisation,
            domain=decision.authority.domain,
            code=facts.organisation,
            decision=decision.id,
            at=facts.at.isoformat(timespec="seconds"),
            log=facts.log,
            digests=digests,
        )
        .encode()
    )


@cache
def _readme(language: Language) -> Template:
    return Template((files("reelm.devices.auditing") / f"readme.{language}.txt").read_text("utf-8"))
