"""Files that go with a report: a workbook of its tables, a PDF of its page, a feed of its headline."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from tradelib.quantity.errors import TradelibError

WORKBOOK, PDF, FEED = "report.xlsx", "report.pdf", "feed.json"
_EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""Replaces the time of writing, so that the same figures give the same bytes."""
PATIENCE = 120
"""Seconds that a browser may take to print a page."""
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")


class NoBrowserError(TradelibError):
    """No browser could print the page."""


def write_workbook(folder: Path, results: Mapping[str, Any], origin: str) -> None:
    """Write all tables of a report, unrounded, to one workbook; the first sheet has contents, the last one sources.

    ``origin`` is stored as the description in the workbook's properties.
    """
    buffer = BytesIO()
    tables = [(record, item) for record in results.values() for item in record["items"] if item["kind"] == "table"]
    if not tables:
        return
    contents, sources = [], []
    with pd.ExcelWriter(buffer, engine="openpyxl") as writer:
        pd.DataFrame().to_excel(writer, sheet_name="Contents")
        writer.book.properties.description = origin
        for number, (record, item) in enumerate(tables, 1):
            sheet = f"{number:02} {item['name']}"[:31]
            contents.append({"Sheet": sheet, "Chapter": record["title"], "Table": item["title"]})
            path = folder / "tables" / f"{record['notebook']}-{item['name']}.csv"
            pd.read_csv(path).to_excel(writer, sheet_name=sheet, index=False, freeze_panes=(1, 1))
        for record in results.values():
            sources += [
                {"Notebook": record["notebook"], "Name": name, **row} for name, row in record["sources"].items()
            ]
        pd.DataFrame(contents).to_excel(writer, sheet_name="Contents", index=False)
        pd.DataFrame(sources).to_excel(writer, sheet_name="Sources", index=False)
        for sheet in writer.sheets.values():
            for column in sheet.columns:
                widest = max(len(str(cell.value or "")) for cell in column)
                sheet.column_dimensions[column[0].column_letter].width = min(60, widest + 2)
    with zipfile.ZipFile(buffer) as made, zipfile.ZipFile(folder / WORKBOOK, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in made.namelist():
            text = made.read(name)
            if name == "docProps/core.xml":
                text = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", f"{_EPOCH:%Y-%m-%dT%H:%M:%SZ}".encode(), text)
            kept.writestr(zipfile.ZipInfo(name, _EPOCH.timetuple()[:6]), text, zipfile.ZIP_DEFLATED)


def write_feed(folder: Path, front: Mapping[str, Any], headline: str) -> None:
    """Write the headline as a JSON Feed (version 1.1) of one entry."""
    day = max((source["vintage"] for source in front["sources"].values()), default="")
    lead = next((item["reading"] for item in front["items"] if item["name"] == "answer"), "")
    # Releases are embargoed until 8:30 in Washington, which is on daylight saving time for two thirds of the year.
    published = pd.Timestamp(f"{day} 08:30", tz="America/New_York").isoformat()
    entry = {
        "id": f"tradelib-{front['results'].get('month', '')}-{day}", "url": "index.html", "title": headline,
        "content_text": re.sub(r"\[([^\]]*)\]\(#\w+\)", r"\1", lead), "date_published": published,
    }  # fmt: skip
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "U.S. Trade in Goods and Services"}
    text = json.dumps(feed | {"items": [entry]}, indent=2, ensure_ascii=False)
    (folder / FEED).write_text(f"{text}\n", encoding="utf-8")


def write_pdf(folder: Path) -> None:
    """Print the page to a PDF with an installed browser; the same page gives the same bytes.

    Raises
    ------
    NoBrowserError
        No supported browser is installed, or it printed nothing.
    """
    from pypdf import PdfWriter

    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        raise NoBrowserError(f"--pdf needs one of {', '.join(_BROWSERS)}: found none. Open index.html and print it")
    path = folder / PDF
    root = ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []  # Chromium has no sandbox for root
    flags = ["--headless", *root, "--disable-gpu", "--no-pdf-header-footer", f"--print-to-pdf={path}"]
    page = folder / ".print.html"  # on paper, folded parts cannot be opened
    text = (folder / "index.html").read_text(encoding="utf-8")
    page.write_text(text.replace("<details>", "<details open>"), "utf-8")
    try:
        command = [browser, *flags, page.absolute().as_uri()]
        done = subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise NoBrowserError(f"{browser} did not print the page within {PATIENCE} s") from None
    finally:
        page.unlink()
    if not path.exists():
        raise NoBrowserError(f"{browser} printed nothing: {done.stderr.decode(errors='replace')[-300:]}")
    # The browser numbers elements from an arbitrary start; numbered from 0, the same page gives the same bytes.
    pdf = path.read_bytes()
    rank = {name: at for at, name in enumerate(sorted(set(re.findall(rb"\(node\d{8}\)", pdf))))}
    pdf = re.sub(rb"\(node\d{8}\)", lambda name: b"(node%08d)" % rank[name[0]], pdf)
    writer = PdfWriter(BytesIO(pdf))
    origin = re.search(r'<script type="application/json" id="origin">(.*?)</script>', text)
    date = f"D:{_EPOCH:%Y%m%d%H%M%S}"
    writer.add_metadata({"/CreationDate": date, "/ModDate": date, "/Subject": origin[1] if origin else ""})
    writer.write(path)
