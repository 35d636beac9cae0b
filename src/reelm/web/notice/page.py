"""How does the notice look? HTML from a template, with everything the decision says escaped, and no script."""

import html
import tomllib
from datetime import datetime
from functools import cache
from importlib.resources import files
from string import Template
from urllib.parse import quote

from starlette.responses import HTMLResponse, Response

from reelm import devices
from reelm.kernel.words import Language


def render_notice(notice: devices.register.Notice, url: str, language: Language) -> Response:
    """The page, with status 403; 451 where the law demands it (RFC 7725)."""
    decision, words = notice.decision, _words()[language]
    organisation = decision.authority.organisation
    fill = {name: text.format(organisation=organisation, digest=notice.digest, at=_day(notice.review_due, language))
            for name, text in words.items()}  # fmt: skip
    rows = [
        (fill["decided_by"], f"{decision.authority.body}, {decision.authority.signatory}"),
        (fill["legal_basis"], "; ".join(f"{one.title}, {one.citation}" for one in decision.legal_basis)),
        (fill["reason"], _in(decision.reason.public, language)),
        (fill["evidence"], _in(decision.reason.evidence, language)),
        (fill["since"], _day(decision.stages.deadline_at, language)),
        (fill["review"], fill["review_until"]),
        (fill["reply"], fill["reply_words"]),
    ]
    shown = [(name, html.escape(text)) for name, text in rows]
    shown.insert(-1, (fill["contact"], _as_link(decision.contact.email)))
    rendered = "\n".join(f"<div><dt>{html.escape(name)}</dt><dd>{text}</dd></div>" for name, text in shown)
    told = {name: html.escape(text) for name, text in fill.items()}
    text = _template().substitute(told, lang=language, rows=rendered, url=html.escape(url))
    status = 451 if notice.is_legal_demand else 403
    return HTMLResponse(text, status, {"Cache-Control": "no-store", "Content-Language": language})


def _as_link(email: str) -> str:
    return f'<a href="mailto:{html.escape(quote(email, safe="@"))}">{html.escape(email)}</a>'


def _in(words: dict[str, str], language: Language) -> str:
    return words[devices.register.choose_language(words, language)]


_MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "fr-CA": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
}


def _day(at: datetime, language: Language) -> str:
    r"""A day in words, and the time in UTC, by which decisions are dated.

    >>> from datetime import UTC
    >>> _day(datetime(2027, 6, 1, 22, 0, tzinfo=UTC), "en"), _day(datetime(2027, 6, 1, 22, 0, tzinfo=UTC), "fr-CA")
    ('1 June 2027, 22:00 UTC', '1er juin 2027, 22\xa0h\xa000 UTC')
    """
    month = _MONTHS[language][at.month - 1]
    if language == "en":
        return f"{at.day} {month} {at.year}, {at:%H:%M} UTC"
    day, gap = "1er" if at.day == 1 else at.day, "\N{NO-BREAK SPACE}"
    return f"{day} {month} {at.year}, {at.hour}{gap}h{gap}{at:%M} UTC"


@cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("reelm.web.notice") / "words.toml").read_text("utf-8"))


@cache
def _template() -> Template:
    return Template((files("reelm.web.notice") / "page.html").read_text("utf-8"))
