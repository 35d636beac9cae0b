"""The SQL also runs on a stock PostgreSQL 15, where Debian's is installed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

STOCK = Path("/usr/lib/postgresql/15/bin")
ROOT = Path(__file__).parents[2]
SUITES = ("tests/integration/social", "tests/integration/feed")
# What is refused asks no database, and how long learning takes is not PostgreSQL's doing.
FEW = "not refused and not ray and not in_a_process and not killed"


@pytest.mark.skipif(not (STOCK / "initdb").exists(), reason="Debian's postgresql-15 is not installed")
def test_feed_and_social_pass_on_a_stock_postgresql_15() -> None:
    env = os.environ | {"REELM_TEST_PG_BIN": str(STOCK)}
    command = (sys.executable, "-m", "pytest", "-q", *SUITES, "-k", FEW)
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
