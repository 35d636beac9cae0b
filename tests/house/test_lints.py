"""Each lint catches what it is for, and lets the right way pass."""

import pytest
from tests.house import lints
from tests.house.lints import Module

SURFACES = {
    "accounts": frozenset({"sign_up", "Person"}),
    "videos": frozenset({"Video"}),
    "feed.training": frozenset({"evaluate"}),
}
# Put together from parts, or this file itself would be refused.
REGISTRY_LINE = "https://files.python" + "hosted.org/packages/x.whl\n"
MIRROR_LINE = "deb http://deb.deb" + "ian.org/debian stable main\n"
HOME_LINE = "folder = /ho" + "me/ana/src\n"
CACHE_LINE = "see (/ro" + "ot/.cache)\n"
TASK_LINE = "# TO" + "DO: later\n"


def test_a_long_file_is_refused() -> None:
    assert list(lints.find_long_files("long.py", "x = 1\n" * 401))
    assert not list(lints.find_long_files("short.py", "x = 1\n" * 400))


@pytest.mark.parametrize(("lines", "refused"), [(49, False), (50, True)])
def test_a_long_function_is_refused(lines: int, refused: bool) -> None:
    text = "def act():\n" + "    x = 1\n" * lines
    assert bool(list(lints.find_long_functions(Module("m", text)))) is refused


def test_the_docstring_of_a_function_is_not_counted() -> None:
    text = 'def act():\n    """' + "words\n" * 60 + '    """\n    return 1\n'
    assert not list(lints.find_long_functions(Module("m", text)))


@pytest.mark.parametrize("part", ["utils", "feed_helpers", "base", "_misc"])
def test_a_vague_name_is_refused(part: str) -> None:
    assert list(lints.find_vague_names("m.py", [part]))
    assert not list(lints.find_vague_names("m.py", ["ladder", "database"]))


@pytest.mark.parametrize(
    "text",
    [
        "from reelm.accounts.store import accounts",
        "from reelm.accounts import store",
        "import reelm.accounts.tables",
        "from ..accounts.store import accounts",
        "from .. import accounts\naccounts.store.fetch_account",
        "from reelm import accounts\naccounts.store.fetch_account",
        "from reelm import accounts as people\npeople.handles",
        "from reelm.feed.training import fitting",
        "from reelm.feed.training.fitting import fit",
    ],
)
def test_a_reach_inside_another_package_is_refused(text: str) -> None:
    assert list(lints.find_reaches_inside(Module("reelm.videos.posts", text), SURFACES))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("reelm.videos.posts", "from reelm import accounts\naccounts.sign_up()"),
        ("reelm.videos.posts", "from reelm.accounts import Person"),
        ("reelm.videos.posts", "from reelm.videos.store import find_video"),
        ("reelm.videos.posts", "from .store import find_video"),
        ("reelm.videos.posts", "from ..accounts import Person"),
        ("reelm.videos.posts", "from reelm.infra.db.units import ReadUnit"),
        ("reelm.cli.feed", "from reelm.feed import training\nfrom reelm.feed.training import evaluate"),
    ],
)
def test_the_front_door_is_open(name: str, text: str) -> None:
    assert not list(lints.find_reaches_inside(Module(name, text), SURFACES))


@pytest.mark.parametrize("text", ["import urllib.request", "from urllib import request", "import http.client"])
def test_a_call_abroad_is_refused_outside_infra(text: str) -> None:
    assert list(lints.find_calls_abroad(Module("reelm.media.probe", text)))
    assert not list(lints.find_calls_abroad(Module("reelm.infra.blobs.s3", text)))


def test_what_is_offered_without_a_docstring_is_refused() -> None:
    package = Module("reelm.videos", '"""Posts."""\nfrom reelm.videos.posts import edit, show')
    posts = Module("reelm.videos.posts", 'def edit(): ...\ndef show():\n    """Shows."""\ndef inner(): ...')
    found = list(lints.find_undocumented(package, {"reelm.videos.posts": posts}))
    assert len(found) == 1
    assert "edit" in found[0]
    assert list(lints.find_undocumented(Module("reelm.videos", ""), {}))


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("def test_a():\n    act()", True),
        ("async def test_a():\n    await act()\nasync def act():\n    pass", True),
        ("def test_a():\n    assert act()", False),
        ("def test_a():\n    with pytest.raises(KeyError):\n        act()", False),
        ("def test_a():\n    look()\ndef look():\n    assert True", False),
        ("def test_a():\n    look()\ndef look():\n    raise AssertionError('no')", False),
    ],
)
def test_a_test_that_cannot_fail_is_refused(text: str, refused: bool) -> None:
    assert bool(list(lints.find_tests_that_cannot_fail([Module("tests/test_a.py", text)]))) is refused


def test_a_fixed_port_is_refused() -> None:
    assert list(lints.find_fixed_ports("t.py", 'get("http://127.0.0.1:8000/")'))
    assert list(lints.find_fixed_ports("t.py", "listen(port=8000)"))
    assert not list(lints.find_fixed_ports("t.py", "listen(port=0)"))
    assert not list(lints.find_fixed_ports("t.py", 'get(f"http://127.0.0.1:{port}/")'))


def test_a_registry_is_refused() -> None:
    assert list(lints.find_registries("any.lock", REGISTRY_LINE))
    assert list(lints.find_registries("Dockerfile", MIRROR_LINE))
    assert list(lints.find_registries("client/package-lock.json", '{"resolved": "https://x.example/a.tgz"}'))
    assert not list(lints.find_registries("README.md", "https://tus.io/protocols/resumable-upload"))


def test_a_folder_of_one_machine_is_refused() -> None:
    assert list(lints.find_machine_paths("any.md", HOME_LINE))
    assert list(lints.find_machine_paths("any.md", CACHE_LINE))
    assert not list(lints.find_machine_paths("any.md", "GET /api/v1/feed, $OUT/root/x, /usr/lib/postgresql"))


def test_what_is_left_for_later_is_refused() -> None:
    assert list(lints.find_left_for_later("any.py", TASK_LINE))
    assert not list(lints.find_left_for_later("any.py", "# methodology\n"))
