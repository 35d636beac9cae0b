"""A look shows one person's rows and the classes in scope, whatever the collection and the scope."""

from typing import Any, cast
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql

from reelm.access.policy import CLASSES
from reelm.access.store import Collection, Part, narrow
from reelm.accounts.tables import accounts
from reelm.bootstrap import COLLECTIONS, PrivateData
from reelm.kernel.data_classes import DataClass
from reelm.kernel.ids import AccountId

SUBJECT = AccountId(UUID("018f3c1e-0000-7000-8000-000000000001"))


@given(st.sampled_from(COLLECTIONS), st.frozensets(st.sampled_from(CLASSES)))
def test_only_columns_in_scope_are_selected(private: PrivateData, scope: frozenset[DataClass]) -> None:
    collection = private.collection
    narrowed = narrow(collection, SUBJECT, scope)
    assert {kind for kind in narrowed.classes if kind.is_private} == collection.classes & scope
    assert narrowed.is_empty == (not collection.classes & scope)
    for statement, fields in zip(narrowed.statements, narrowed.fields, strict=True):
        assert [str(column.key) for column in statement.selected_columns] == [name for name, _ in fields]
        sql = statement.compile(dialect=cast("Any", postgresql).dialect())
        assert SUBJECT in sql.params.values()
        assert " LIMIT " in str(sql) or collection.is_single


def test_every_collection_can_be_asked_for_and_every_class_is_somewhere() -> None:
    names = [private.name for private in COLLECTIONS]
    assert names == [
        *("profile", "sign-ins", "watch-history", "feed-choices", "likes-and-follows", "blocks-and-mutes"),
        "private-clips",
    ]
    found = {one for private in COLLECTIONS for one in private.collection.classes}
    assert found == set(CLASSES)


def test_a_collection_takes_plain_columns_only() -> None:
    """A value worked out of a column would lose its class, and so would be shown to anybody."""
    hidden = Collection("hidden", (Part(select(func.lower(accounts.c.email)), of=accounts.c.id),))
    with pytest.raises(TypeError):
        narrow(hidden, SUBJECT, frozenset())
    with pytest.raises(TypeError):
        _ = hidden.classes
