"""Our logs, checked by programs nobody here wrote and nobody here changed."""

import shutil
from pathlib import Path

import pytest
from tests.conformance.ledger.logs import SIZES, Logs, make_entry, make_logs
from tests.conformance.ledger.tools import Answer, Question, list_tools

TOOLS = ("sumdb", "tlog-scales", "aics-tlog")


@pytest.fixture(scope="module")
async def logs(tmp_path_factory: pytest.TempPathFactory) -> Logs:
    return await make_logs(tmp_path_factory.mktemp("logs"))


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tools")


def ask(tool: str, question: Question, workshop: Path) -> Answer:
    return list_tools(workshop)[tool](question)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("tool", TOOLS)
def test_signature_root_inclusion_and_consistency_hold(tool: str, size: int, logs: Logs, workshop: Path) -> None:
    leaves = {index: make_entry(index) for index in sorted({0, size // 2, size - 1})}
    before = [smaller for smaller in SIZES if smaller <= size]
    for old in before[-3:]:
        question = Question(str(logs.at(size)), logs.vkey, logs.checkpoint(old), leaves)
        answer = ask(tool, question, workshop)
        assert answer.holds, answer.said


@pytest.mark.parametrize("tool", ["sumdb", "tlog-scales"])
def test_an_entry_that_is_not_there_is_not_found(tool: str, logs: Logs, workshop: Path) -> None:
    question = Question(str(logs.at(1_000)), logs.vkey, leaves={7: make_entry(8)})
    assert not ask(tool, question, workshop).holds


@pytest.mark.parametrize("name", ["tile/0/000", "tile/0/003.p/232", "tile/1/000.p/3"])
@pytest.mark.parametrize("tool", TOOLS)
def test_one_flipped_bit_in_a_tile_is_refused(
    tool: str, name: str, logs: Logs, workshop: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    shutil.copytree(logs.at(1_000), log)
    content = bytearray((log / name).read_bytes())
    content[35] ^= 4
    (log / name).write_bytes(content)
    question = Question(
        str(log), logs.vkey, logs.checkpoint(257), {index: make_entry(index) for index in (0, 300, 999)}
    )
    assert not ask(tool, question, workshop).holds


@pytest.mark.parametrize("tool", TOOLS)
def test_a_fork_signed_by_the_same_key_is_refused(tool: str, logs: Logs, workshop: Path) -> None:
    assert ask(tool, Question(str(logs.fork), logs.vkey, logs.checkpoint(257)), workshop).holds
    answer = ask(tool, Question(str(logs.fork), logs.vkey, logs.checkpoint(1_000)), workshop)
    assert not answer.holds, answer.said


@pytest.mark.parametrize("tool", TOOLS)
def test_a_signature_of_another_key_is_refused(tool: str, logs: Logs, workshop: Path) -> None:
    name, _, rest = logs.vkey.partition("+")
    another = "reelm.test/ledger+136c00ae+AdqZCcRZ01UwtkZoSzdBTdnzRtHiikwyBNbFMJ7fJfqB"
    assert another.startswith(name)
    assert rest not in another
    assert not ask(tool, Question(str(logs.at(257)), another), workshop).holds


def test_the_glue_is_no_program_of_its_own() -> None:
    assert len((Path(__file__).parent / "outside" / "main.go").read_text().splitlines()) <= 30
