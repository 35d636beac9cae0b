"""Glue to read the pages of an audit by pypdf: FILE, run in .venv/oracles. Prints what a reader of it finds."""

import json
import sys
from pathlib import Path

from pypdf import PdfReader

read = PdfReader(Path(sys.argv[1]), strict=True)
told = {
    "language": read.trailer["/Root"]["/Lang"],
    "title": read.metadata.title,
    "outline": [one.title for one in read.outline],
    "widths": sorted({round(float(page.mediabox.width)) for page in read.pages}),
    "text": "\n".join(page.extract_text() for page in read.pages),
    "fonts": sorted({str(font["/BaseFont"]) for page in read.pages for font in page["/Resources"]["/Font"].values()}),
}
print(json.dumps(told))
