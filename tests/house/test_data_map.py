"""Every column says what it holds and what of it may cross, every table why it is held; policies and words agree."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import cedarpy
import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text
from tests.house.catalogue import ROOT, list_tables

from reelm.accounts.sessions import SESSION_LASTS
from reelm.bootstrap import COLLECTIONS
from reelm.infra.db import column, held
from reelm.infra.db.data_map import draw_data_map, find_unmapped, map_table
from reelm.infra.settings import Settings
from reelm.kernel.data_classes import DataClass, RealmRule
from reelm.kernel.holdings import DataUse, Keep, LegalBasis, Place, Receiver, Subject, Until

HELD = held("A sample.", purpose=DataUse.SERVICE, legal_basis=LegalBasis.CONTRACT, keep=Keep(Until.ACCOUNT, "so"))
POLICIES = ROOT / "deploy" / "policies"
# What data crosses for in the ordinary run of things; a move and staff abroad have rules of their own.
ORDINARY = ("service", "public-act", "statistics")
LANGUAGES = ("en", "fr-CA")


def test_every_table_says_why_it_is_held_and_every_column_what_may_cross() -> None:
    assert list(find_unmapped(list_tables())) == []


def test_a_column_without_class_or_realm_rule_and_a_table_without_a_reason_are_found() -> None:
    bad = Table(
        "bad",
        MetaData(),
        column("fine", Integer, data=DataClass.SYSTEM, primary_key=True),
        Column("bare", Text),
        Column("half", Text, info={"data_class": DataClass.EMAIL}),
    )
    found = "\n".join(find_unmapped([bad]))
    assert "bad does not say why it is held" in found
    assert "bad.bare has no data class" in found
    assert "bad.bare has no realm rule" in found
    assert "bad.half has no realm rule" in found
    assert "fine" not in found
    with pytest.raises(ValueError, match=r"bad\.half has no realm rule"):
        map_table(bad)


def test_a_table_that_says_everything_is_mapped() -> None:
    good = Table("good", MetaData(), column("id", Integer, data=DataClass.SYSTEM, primary_key=True), info=HELD)
    assert [one.name for one in map_table(good).columns] == ["id"]


@pytest.mark.parametrize("data", list(DataClass))
@pytest.mark.parametrize("rule", list(RealmRule))
def test_a_column_may_narrow_the_rule_of_its_class_and_never_widen_it(data: DataClass, rule: RealmRule) -> None:
    if data.realm_rule.allows(rule):
        assert column("x", Text, data=data, realm_rule=rule).info["realm_rule"] is rule
    else:
        with pytest.raises(ValueError, match="lets more cross"):
            column("x", Text, data=data, realm_rule=rule)


@pytest.mark.parametrize("data", list(DataClass))
def test_only_what_is_about_nobody_is_called_so(data: DataClass) -> None:
    if data.is_personal:
        assert data.realm_rule is not RealmRule.NOT_PERSONAL


def test_a_time_without_an_end_or_with_two_is_refused() -> None:
    for until, at_most in ((Until.TIME, None), (Until.ACCOUNT, timedelta(days=1))):
        with pytest.raises(ValueError, match="a longest time"):
            Keep(until, "so long", at_most)


def test_periods_are_those_that_the_code_keeps() -> None:
    kept = {table.name: table.holding.keep.at_most for table in draw_data_map()}
    assert kept["sessions"] == SESSION_LASTS
    assert kept["uploads"] == timedelta(hours=Settings().upload_ttl_h)


def test_staff_are_named_as_receivers_exactly_where_they_can_be_given_access() -> None:
    readable = {
        table.name
        for private in COLLECTIONS
        for part in private.collection.parts
        for table in part.statement.get_final_froms()
        if isinstance(table, Table)
    }
    assert {one.name for one in draw_data_map() if Receiver.STAFF in one.holding.receivers} == readable


def test_each_column_is_received_only_by_those_who_may() -> None:
    for table in draw_data_map():
        for one in table.columns:
            given = set(one.receivers)
            assert not (one.data_class.is_private and Receiver.EVERYBODY in given), (table.name, one.name)
            assert not (one.realm_rule is RealmRule.STAYS_HOME and Receiver.REALMS in given), (table.name, one.name)
            assert not one.data_class.is_secret or given <= {Receiver.PERSON}, (table.name, one.name)
    accounts = next(table for table in draw_data_map() if table.name == "accounts")
    columns = {one.name: set(one.receivers) for one in accounts.columns}
    assert columns["email"] == {Receiver.PERSON, Receiver.STAFF}
    assert columns["password_hash"] == {Receiver.PERSON}
    assert columns["bio"] == {Receiver.PERSON, Receiver.EVERYBODY, Receiver.STAFF, Receiver.REALMS}


def test_other_realms_are_named_as_receivers_exactly_where_something_may_cross() -> None:
    stays = (RealmRule.STAYS_HOME, RealmRule.NOT_PERSONAL)
    for table in draw_data_map():
        crosses = any(column.realm_rule not in stays for column in table.columns)
        assert crosses is (Receiver.REALMS in table.holding.receivers), table.name


def _may_cross(data: DataClass, purpose: str) -> bool:
    request: dict[str, Any] = {
        "principal": 'Realm::"eu"',
        "action": 'Action::"disclose"',
        "resource": 'Realm::"us"',
        "context": {"class": data.value, "purpose": purpose, "minor": False, "assessed": True},
    }
    policies = (POLICIES / "disclose.cedar").read_text("utf-8")
    ask = cast("Callable[..., cedarpy.AuthzResult]", cedarpy.is_authorized)  # pyright: ignore[reportUnknownMemberType]
    return ask(request, policies, [], (POLICIES / "schema.cedarschema").read_text("utf-8")).allowed


@pytest.mark.parametrize("data", list(DataClass))
def test_the_policies_let_no_more_cross_than_the_realm_rule(data: DataClass) -> None:
    crosses = {purpose for purpose in ORDINARY if _may_cross(data, purpose)}
    match data.realm_rule:
        case RealmRule.STAYS_HOME:
            assert crosses == set()
        case RealmRule.AGGREGATE_ONLY:
            assert crosses <= {"statistics"}
        case RealmRule.PSEUDONYM_MAY_CROSS:
            assert crosses <= {"public-act"}
        case RealmRule.PUBLIC_COPY_MAY_CROSS | RealmRule.NOT_PERSONAL:
            assert "service" in crosses


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_are_told_of_every_table_in_their_language(language: str) -> None:
    """The page `/data-map` has words for whatever the map names."""
    words = json.loads((ROOT / "client" / "src" / "lib" / "i18n" / f"{language}.json").read_text("utf-8"))
    tables = draw_data_map()
    wanted = {f"table.{table.name}" for table in tables}
    wanted |= {f"tableWhat.{table.name}" for table in tables}
    wanted |= {f"class.{one}" for one in DataClass}
    wanted |= {f"use.{one}" for one in DataUse} | {f"basis.{one}" for one in LegalBasis}
    wanted |= {f"leaves.{one}" for one in RealmRule} | {f"receives.{one}" for one in Receiver}
    wanted |= {f"until.{one}" for one in Until if one is not Until.TIME} | {f"place.{one}" for one in Place}
    wanted |= {f"about.{one}" for one in Subject}
    assert wanted - words.keys() == set()
