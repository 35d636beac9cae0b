"""Each policy is shown as it is written, and none is lost."""

from pathlib import Path

import pytest

from reelm.gateway import Rules, read_rules

FOLDER = Path("deploy/policies")
FILES = {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in FOLDER.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def rules() -> Rules:
    return read_rules(FILES)


def test_every_policy_is_shown_with_its_id_and_effect(rules: Rules) -> None:
    assert [one.id for one in rules.policies] == list(rules.ids.values())
    shown = {one.id: one for one in rules.policies}
    assert shown["never"].effect == "forbid"
    assert shown["comment"].effect == "permit"
    assert shown["moving"].text.startswith("// Somebody who moves takes everything of theirs along.")
    assert all(one.text.endswith(";") for one in rules.policies)


def test_a_semicolon_in_a_comment_or_a_string_ends_no_policy() -> None:
    tricky = b"""
// one; two; "three
@id("odd")
permit (principal, action == Action::"send", resource)
when { context.message == "a;b" }; // the end; really
"""
    rules = read_rules({"schema.cedarschema": FILES["schema.cedarschema"], "x.cedar": tricky})
    (odd,) = rules.policies
    assert odd.text.endswith('when { context.message == "a;b" };')


def test_the_texts_are_those_of_the_files(rules: Rules) -> None:
    assert {name: text.encode() for name, text in rules.texts.items()} == FILES
