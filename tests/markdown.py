"""How is a page in docs/reference written?"""

from collections.abc import Iterable

REMAKE = ".venv/bin/python -m tests.generated"


def page(title: str, intro: str, body: Iterable[str]) -> str:
    """A whole page, which says that it is made."""
    note = f"<!-- Made from the code by `{REMAKE}`; change the code, not this page. -->"
    return "\n".join((f"# {title}", "", note, "", intro, "", *body)).rstrip() + "\n"


def row(*cells: str) -> str:
    """One line of a table."""
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def table(*columns: str) -> list[str]:
    """The head of a table."""
    return [row(*columns), "|" + "---|" * len(columns)]
