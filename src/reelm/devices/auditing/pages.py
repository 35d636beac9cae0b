"""How do the pages of an audit look? A4, one family of letters, few colours, and nothing said by colour alone.

The letters are Open Sans, which has those of every language of the Union; a sign that it lacks appears as `MISSING`.
Pages have a language, a title and an outline, and text that can be read aloud and copied. `fpdf2` does not tag
tables, so that these are no PDF/UA.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout, VAlign, XPos, YPos
from fpdf.fonts import FontFace, TTFFont
from fpdf.table import Row
from ttf_opensans import OPENSANS_BOLD, OPENSANS_REGULAR

MISSING = "\N{REPLACEMENT CHARACTER}"
MARGIN_MM, LINE_MM = 18, 5.0
INK, QUIET, RULE = (26, 31, 43), (92, 99, 112), (208, 212, 219)
Tone = Literal["plain", "quiet", "good", "bad", "unknown"]
_TONES: dict[Tone, tuple[int, int, int]] = {
    "plain": INK,
    "quiet": QUIET,
    "good": (22, 101, 60),
    "bad": (165, 29, 36),
    "unknown": (125, 78, 0),
}
_WASHES: dict[Tone, tuple[int, int, int]] = {"good": (232, 244, 237), "bad": (252, 235, 235)}


@dataclass(frozen=True)
class Cell:
    """A text of a table, and how it is shown."""

    text: str
    tone: Tone = "plain"
    bold: bool = False


class Pages(FPDF):
    """The pages. `footing` stands below each, with its number by `numbered`, where `{n}` and `{total}` are filled."""

    def __init__(self, *, title: str, language: str, at: datetime, footing: str, numbered: str) -> None:
        super().__init__(format="A4")
        self._footing, self._numbered = footing, numbered
        self.missed = False
        self.add_font("OpenSans", "", OPENSANS_REGULAR.path)
        self.add_font("OpenSans", "B", OPENSANS_BOLD.path)
        self._known = frozenset(cast("TTFFont", self.fonts["opensans"]).cmap)
        self.set_margin(MARGIN_MM)
        self.c_margin = 0
        self.set_auto_page_break(auto=True, margin=MARGIN_MM + 6)
        self.set_title(title)
        self.set_lang(language)
        self.set_creation_date(at)
        self.set_creator("Reelm")
        self.set_producer("fpdf2")
        self.set_display_mode("default", "continuous")
        self.alias_nb_pages("{total}")
        self.add_page()

    def footer(self) -> None:
        """What stands below every page."""
        self.set_y(-MARGIN_MM)
        self._write_with("", 7.5, "quiet")
        self.cell(self.epw * 0.75, 5, self.shown(self._footing))
        number = self._numbered.format(n=self.page_no(), total="{total}")
        self.cell(self.epw * 0.25, 5, number, align=Align.R)

    def shown(self, text: str) -> str:
        """The text with what these letters lack made visible."""
        shown = "".join(sign if sign in "\n" or ord(sign) in self._known else MISSING for sign in text)
        self.missed |= shown != text and MISSING in shown
        return shown

    def render(self) -> bytes:
        """All of it as PDF. Nothing can be written after it."""
        content = bytes(self.output())
        self.close_fonts()
        return content

    def close_fonts(self) -> None:
        """Let go of the files of its letters, which fpdf2 would keep open until they are collected."""
        for font in self.fonts.values():
            cast("TTFFont", font).close()

    def head(self, kicker: str, title: str, below: str) -> None:
        """The top of the first page."""
        self._paragraph(kicker.upper(), 8, "B", "quiet")
        self._paragraph(title, 19, "B", "plain", line_mm=8.5)
        self._paragraph(below, 10, "", "quiet")
        self.ln(4)

    def section(self, title: str, lead: str) -> None:
        """A heading in the outline, and what it is about. Never alone at the foot of a page."""
        if self.will_page_break(42):
            self.add_page()
        elif self.get_y() > self.t_margin:
            self.ln(7)
        self.start_section(self.shown(title))
        self._paragraph(title, 13, "B", "plain", line_mm=7)
        self._paragraph(lead, 9, "", "quiet")
        self.ln(2)

    def paragraph(self, text: str, tone: Tone = "plain") -> None:
        self._paragraph(text, 9, "", tone)

    def call_out(self, title: str, text: str, tone: Tone) -> None:
        """What nobody may read past."""
        lines = [(title, "B", 11, 6.0), *([(text, "", 9, LINE_MM)] if text else [])]
        wide, top = self.epw - 12, self.get_y()
        high = 6 + sum(line_mm * self._count_lines(words, wide, style, size) for words, style, size, line_mm in lines)
        self.set_fill_color(*_WASHES[tone])
        self.rect(self.l_margin, top, self.epw, high, style="F")
        self.set_fill_color(*_TONES[tone])
        self.rect(self.l_margin, top, 1.2, high, style="F")
        self.set_y(top + 3)
        for words, style, size, line_mm in lines:
            self.set_x(self.l_margin + 6)
            self._paragraph(words, size, style, tone, line_mm=line_mm, wide=wide)
        self.set_y(top + high + 5)

    def facts(self, rows: Iterable[tuple[str, str]]) -> None:
        """Names, and what each is."""
        shown = [(Cell(name, "quiet"), Cell(text)) for name, text in rows]
        self.grid((), shown, (28, 72))

    def grid(self, head: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[int]) -> None:
        """A table, whose head stands on every page that it goes on to."""
        self._write_with("", 8.5, "plain")
        self.set_draw_color(*RULE)
        self.set_fill_color(255)
        self.set_line_width(0.2)
        with self.table(
            col_widths=tuple(widths),
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            text_align="LEFT",
            v_align=VAlign.T,
            line_height=4.4,
            padding=(1.4, 2.5, 1.4, 0),
            first_row_as_headings=bool(head),
            headings_style=FontFace(family="OpenSans", emphasis="B", color=QUIET, size_pt=8),
        ) as table:
            if head:
                self._fill(table.row(), [Cell(one) for one in head], is_head=True)
            for row in rows:
                self._fill(table.row(), row)
        self.ln(1)

    def _fill(self, row: Row, cells: Iterable[Cell], *, is_head: bool = False) -> None:
        for one in cells:
            style = FontFace(family="OpenSans", emphasis="B" if one.bold else "", color=_TONES[one.tone])
            row.cell(self.shown(one.text), style=None if is_head else style)

    def _paragraph(
        self, text: str, size: float, style: str, tone: Tone, *, line_mm: float = LINE_MM, wide: float = 0
    ) -> None:
        self._write_with(style, size, tone)
        shown = self.shown(text)
        self.multi_cell(wide, line_mm, shown, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align=Align.L)

    def _count_lines(self, text: str, wide: float, style: str, size: float) -> int:
        self._write_with(style, size, "plain")
        return len(cast("list[str]", self.multi_cell(wide, LINE_MM, self.shown(text), dry_run=True, output="LINES")))

    def _write_with(self, style: str, size: float, tone: Tone) -> None:
        self.set_font("OpenSans", cast("Literal['', 'B']", style), size)
        self.set_text_color(*_TONES[tone])
