"""No role loads at its start what only few requests need."""

import subprocess
import sys


def test_neither_scim_nor_fonts_are_loaded_at_the_start() -> None:
    names = "{'scim2_models', 'fpdf', 'fontTools'}"
    code = f"import sys, reelm.web.app, reelm.worker; print(*{names}.intersection(sys.modules))"
    said = subprocess.run((sys.executable, "-c", code), check=True, capture_output=True, text=True).stdout
    assert said.split() == []
