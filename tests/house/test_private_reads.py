"""Private data is read with eyes only, or in a decision of the machine that is listed here with its reason."""

import pytest
from tests.house import private_reads
from tests.house.catalogue import list_tables
from tests.house.lints import Module
from tests.house.test_source import read_modules, refuse

# Functions that read private columns without anybody looking: nothing of it is shown, or only as said.
MACHINE_READS = {
    "reelm.accounts.store.fetch_birth_dates": "what a minor does stays in their realm; only yes or no is used",
    "reelm.accounts.store.count_residents": "how many live where tells how many have to move; nobody is named",
    "reelm.accounts.store.find_credentials": "sign-in compares the hash of the password",
    "reelm.accounts.store.fetch_password_hash": "a change of password compares the hash of the old one",
    "reelm.accounts.store.fetch_position": "whether staff may look depends on their own country; entries tell it",
    "reelm.social.store.list_follows_abroad": "other realms are told that a follow ends whose follower is erased",
    "reelm.accounts.store.fetch_residence": "which law holds for somebody follows from where they live",
    "reelm.accounts.store.find_residence": "moves the person it is about, to the realm of where they live",
    "reelm.accounts.store.list_residences": "which realm each person belongs to follows from where they live",
    "reelm.accounts.passkeys.store.find_held": "a passkey says whose it is; its signature is checked by it",
    "reelm.accounts.passkeys.store.find_handle": "tells a person's next passkey what the others call them",
    "reelm.accounts.passkeys.store.list_credential_ids": "tells a device which of its holder's passkeys are there",
    "reelm.accounts.passkeys.store.take_challenge": "tells whoever signs what they were asked",
    "reelm.accounts.store.find_hits": "the age gate looks up refusals under a keyed hash that names nobody",
    "reelm.accounts.store.count_hit": "rate limits count tries under a keyed hash that names nobody",
    "reelm.devices.enrolling.enrolment_store.find_by_code": "tells a device with another key from none",
    "reelm.devices.mdm.mdm_store.find_kept": "decides what is declared to a device; nobody else is shown it",
    "reelm.devices.enrolling.enrolment_store.find_device": "decides whose profile has an address that was guessed",
    "reelm.devices.mdm.mdm_store.list_commands": "tells a device what it is to do; nobody else is shown it",
    "reelm.devices.enrolling.enrolment_store.find_by_thumbprint": "tells a device what it is",
    "reelm.devices.enrolling.enrolment_store.find_in": "decides whether a code is made",
    "reelm.devices.enrolling.enrolment_store.hold_code": "tells whoever has its code",
    "reelm.devices.organisations.token_store.list_holders": "names keys of zone transfers by their digests",
    "reelm.devices.register.subjects_store._find_excepted": "decides who is refused, by thumbprints",
    "reelm.devices.register.subjects_store.fetch_fleet": "makes an organisation's own files",
    "reelm.devices.register.subjects_store.find_device": "chooses somebody's language",
    "reelm.devices.register.subjects_store.find_subjects": "decides who is refused, by thumbprints",
    "reelm.devices.register.subjects_store.list_states": "counts devices by state",
    "reelm.devices.roll.member_store.list_groups_of": "compares a list of devices with the groups that they are in",
    "reelm.devices.roll.member_store.list_members": "tells an organisation's directory what it has put in itself",
    "reelm.devices.roll.store.find_entry": "tells an organisation's directory what it has put in itself",
    "reelm.devices.roll.store.list_by_name": "compares a list of devices with what the directory has",
    "reelm.devices.roll.store.list_entries": "tells an organisation's directory what it has put in itself",
    "reelm.devices.signalling.store.list_queued": "tells whoever an organisation lets hear of its devices",
    "reelm.feed.event_store.find_before": "compares a report with the one before it to count a clip's views",
    "reelm.feed.event_store.recognise": "recognises sessions by the hashes of their tokens",
    "reelm.feed.choice_store.forget_learned": "counts how many clips count as seen no more, for whom it is about",
    "reelm.feed.event_store.hold_people": "decides whether anything of a report may be stored with a name",
    "reelm.feed.learning_store.count_sources": "counts which source showed how much, over everybody",
    "reelm.feed.store.fetch_standing": "chooses the viewer's own next clips, and marks what they like",
    "reelm.feed.store.fetch_told": "says of public clips which language they are in, by that of their authors",
    "reelm.feed.store.find_account": "recognises a session by the hash of its token",
    "reelm.feed.store.find_viewer": "chooses the viewer's own next clips, and marks what they like",
    "reelm.feed.store.list_told": "says of public clips which language they are in, by that of their authors",
    "reelm.feed.store.list_following": "chooses the viewer's own next clips: of those they follow",
    "reelm.feed.store.sum_likes": "sums over many people, told to other realms with noise only",
    "reelm.feed.store.sum_views": "sums over many people, told to other realms with noise only",
    "reelm.feed.training.export_store.has_news": "whether anybody watched anything: yes or no",
    "reelm.feed.training.export_store.list_learners": "decides of whom a feed may learn, and names pseudonyms only",
    "reelm.feed.training.export_store.list_showings": "learned from under pseudonyms, shown to nobody",
    "reelm.feed.training.export_store.list_watches": "learned from under pseudonyms, shown to nobody",
    "reelm.gateway.store.find_oldest_waiting": "tells the doctor since when something waits, and nothing of what",
    "reelm.gateway.store.list_numbered": "sends what a person told another realm, as they were told on the screen",
    "reelm.gateway.store.list_unnumbered": "decides whether what a person told another realm may leave",
    "reelm.ledger.store.fetch_keys": "makes the commitments of an entry; `GET /me/ledger/key` gives people their own",
    "reelm.moving.store.find_move": "moves somebody who asked for it; what they see of it is their own",
    "reelm.moving.store.find_newest": "shows a person their own move",
    "reelm.moving.store.hold_move": "moves somebody who asked for it; what they see of it is their own",
    "reelm.moving.store.list_parts": "puts what came of somebody who moves into its tables; nobody is shown it",
    "reelm.social.block_store.list_blocked_either_way": "leaves out of what somebody is shown whom a block parts",
    "reelm.social.store.end_follows_across_blocks": "ends follows of somebody who has come; nothing is returned",
    "reelm.social.store.count_regard": "two numbers that every clip shows",
    "reelm.social.store.list_liked": "counts one like less on each clip, when somebody goes to another realm",
    "reelm.social.store.rename_followed": "leaves out who follows both names of one person; nothing is returned",
    "reelm.social.store.rename_follower": "leaves out whom both names of one person follow; nothing is returned",
    "reelm.social.store.count_follows": "two numbers that every profile shows",
    "reelm.videos.public_clips.fetch_public_clips": "reads public clips: when each was made, not its author",
}

SAMPLE = {"accounts": frozenset({"email", "birth_date"}), "seen": frozenset({"video_id"})}


def private_columns() -> dict[str, frozenset[str]]:
    return {
        table.name: frozenset(column.name for column in table.columns if column.info["data_class"].is_private)
        for table in list_tables()
    }


def test_private_data_is_read_with_eyes_only_or_by_a_listed_decision() -> None:
    private = private_columns()
    found = {
        name: columns
        for module in read_modules().values()
        for name, columns in private_reads.find_private_reads(module, private).items()
    }
    unlisted = {name: sorted(columns) for name, columns in found.items() if name not in MACHINE_READS}
    assert unlisted == {}, "take Eyes, or say here why not"
    assert MACHINE_READS.keys() - found.keys() == set(), "listed, but reads nothing private"


def test_eyes_are_made_in_few_places() -> None:
    refuse(line for module in read_modules().values() for line in private_reads.find_made_eyes(module))


READER = "from x import accounts, ReadUnit\n"


@pytest.mark.parametrize(
    "text",
    [
        "async def f(unit: ReadUnit): return await unit.all(select(accounts.c.email))",
        "async def f(unit: WriteUnit): return await unit.all(select(accounts))",
        "async def f(unit: ReadUnit): return await unit.all(select(func.lower(accounts.c.email)))",
        "async def f(unit: ReadUnit): return await unit.all(update(accounts).returning(accounts.c.email))",
        "from x import accounts as a\nasync def f(unit: ReadUnit): return await unit.all(select(a.c.email))",
        "async def f(unit: ReadUnit):\n    a = accounts.alias()\n    return await unit.all(select(a.c.email))",
        "_X = (accounts.c.id, accounts.c.email)\nasync def f(unit: ReadUnit): return await unit.all(select(*_X))",
        "_X = select(accounts.c.email)\nasync def f(unit: ReadUnit): return await unit.all(_X.where(True))",
        "def _b(): return select(accounts)\nasync def f(unit: ReadUnit): return await unit.all(_b())",
        "async def f(unit: ReadUnit):\n    a = accounts.c\n    return await unit.all(select(a.email))",
        "async def f(unit: ReadUnit):\n    x = [accounts.c.email]\n    return await unit.all(select(*x))",
        "_X = 'SELECT email FROM accounts'\nasync def f(pool: HotPool): return await pool.fetch(_X)",
        "async def f(pool: HotPool): return await pool.fetch('UPDATE seen SET at = 1 RETURNING video_id')",
        "class A:\n    async def f(self): return await self._unit.all(select(accounts.c.email))",
        "async def f(id: AccountId, eyes: Eyes, unit: ReadUnit): return await unit.all(select(accounts.c.email))",
    ],
)
def test_a_private_column_read_without_eyes_is_found(text: str) -> None:
    assert private_reads.find_private_reads(Module("reelm.accounts.store", READER + text), SAMPLE)


@pytest.mark.parametrize(
    "text",
    [
        "async def f(eyes: Eyes): return await eyes.look(accounts)",
        "async def f(eyes: OwnEyes): return await eyes.all(select(accounts.c.email), accounts.c.id)",
        "async def f(eyes: access.Eyes): return await eyes.all(select(accounts.c.email), accounts.c.id)",
        "async def f(unit: ReadUnit): return await unit.all(select(accounts.c.handle))",
        "async def f(unit: ReadUnit): return await unit.all(select(accounts.c.id).where(accounts.c.email == 1))",
        "async def f(unit: WriteUnit): await unit.write(update(accounts).values(email=1))",
        "async def f(pool: HotPool): return await pool.fetch('SELECT id FROM accounts')",
        "def _b(): return select(accounts)",
    ],
)
def test_the_right_way_to_read_passes(text: str) -> None:
    assert not private_reads.find_private_reads(Module("reelm.accounts.store", READER + text), SAMPLE)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("reelm.web.v1.me", "from reelm.access import OwnEyes\nOwnEyes(unit, id)"),
        ("reelm.web.v1.me", "from reelm import access\naccess.StaffEyes(desk, caller, request, id)"),
        ("reelm.web.v1.me", "from reelm import access\naccess.own_eyes(unit, id)"),
        ("reelm.web.v1.me", "from reelm.access import own_eyes\nown_eyes(unit, id)"),
        ("reelm.web.v1.me", "from reelm import accounts\naccounts.Viewer(id, session)"),
        ("reelm.feed.store", "class MyEyes(Eyes): ..."),
        ("reelm.feed.store", "unit.all(PROFILE.parts[0].statement)"),
    ],
)
def test_eyes_made_elsewhere_are_found(name: str, text: str) -> None:
    assert list(private_reads.find_made_eyes(Module(name, text)))


def test_eyes_of_whoever_was_recognised_pass() -> None:
    text = "from reelm import accounts\naccounts.own_eyes(unit, viewer)"
    assert not list(private_reads.find_made_eyes(Module("reelm.web.v1.me", text)))
