"""Series under codes: downloads from FRED, responses of the BLS and Census APIs, and the bulk file of the release.

Every file is first turned into one long table of its texts: place, code, period, value and notes.
``layouts/codes.toml`` declares which texts are valid and what each code means; the checks are the same for all files.
"""

from __future__ import annotations

import csv
import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradelib.quantity import Quantity
from tradelib.quantity.errors import SourceError
from tradelib.quantity.labels import slug
from tradelib.sources.facts import series_layout, series_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    from tradelib.sources.facts import Table

    Rows: TypeAlias = Sequence[tuple[str, list[str]]]

_FORMS: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "layouts" / "codes.toml").read_text(encoding="utf-8")
)
_LISTS = ("CATEGORIES", "DATA TYPES", "GEO LEVELS", "TIME PERIODS")
"""Sections of the bulk file that say what the numbers in its data section mean."""


def read_coded(file: str, text: str) -> Table | None:
    """Read a response of the BLS API, or a comma-separated file of coded series; return None for any other text.

    Raises
    ------
    SourceError
        A code, a period or a value is not as published; a period is missing, or occurs twice with different values; a
        series has no value; the API did not process the request (its messages are given); the text is truncated.
    """
    if text.lstrip().startswith("{"):
        return _table(file, "bls", _answer(file, text))
    lines = text.splitlines()
    heads = [head.strip() for head in next(csv.reader(lines[:1]), [])]
    kind = next((kind for kind, form in _FORMS.items() if _has(heads, form)), None)
    if kind is None:
        return None
    rows = [(f"line {at}", [cell.strip() for cell in row]) for at, row in enumerate(csv.reader(lines), 1)]
    if not text.endswith(("\n", "\r")):
        raise SourceError(file, rows[-1][0], found="no line end", expected="a line end; the file is cut short")
    if kind == "ftd":
        return _table(file, kind, _bulk(file, rows))
    frame = _frame(file, rows)
    if "dates" in _FORMS[kind]:
        dates, *codes = sorted(heads, key=lambda head: head not in _FORMS[kind]["dates"])
        cells = [(code, *row) for code in codes for row in frame[["place", dates, code]].itertuples(index=False)]
        frame = pd.DataFrame(cells, columns=["code", "place", "date", "value"], dtype=object)
    return _table(file, kind, frame)


def _has(heads: Sequence[str], form: Mapping[str, Any]) -> bool:
    """Return whether a file has all heads of a form, and other heads only if the form allows them."""
    has_all = all(any(re.fullmatch(pattern, head) for head in heads) for pattern in form["heads"])
    return has_all and (form["others"] or len(heads) == len(form["heads"]))


def _frame(file: str, rows: Rows) -> pd.DataFrame:
    """Return the non-empty rows, with the first as header and the place of each row as an extra column."""
    (_, heads), *body = [(place, cells) for place, cells in rows if any(cells)]
    for place, cells in body:
        if len(cells) != len(heads) or len(set(heads)) < len(heads):
            expected = f"{len(heads)}, as in the header, and each head once"
            raise SourceError(file, place, found=f"{len(cells)} cells", expected=expected)
    frame = pd.DataFrame([cells for _, cells in body], columns=heads, dtype=object)
    return frame.assign(place=[place for place, _ in body])


def _answer(file: str, text: str) -> pd.DataFrame:
    """Return the rows of a BLS API response, with the columns that a CSV file made from it has."""
    try:
        answer: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SourceError(file, None, found=f"damaged JSON ({error})", expected="complete JSON") from error
    if answer.get("status") != "REQUEST_SUCCEEDED":
        messages = "; ".join(map(str, answer.get("message") or [])) or "no message"
        found = f"{answer.get('status')} ({messages[:200]})"
        raise SourceError(file, None, found=found, expected="an answer of the BLS API, REQUEST_SUCCEEDED")
    try:
        rows = pd.json_normalize(answer["Results"]["series"], "data", "seriesID")
    except (KeyError, AttributeError, TypeError, NotImplementedError) as error:  # pandas: no list of mappings
        raise SourceError(file, None, found=f"other JSON ({error})", expected="Results with series and data") from error
    rows = rows.rename(columns={"seriesID": "series_id"})
    rows = rows.reindex(columns=_FORMS["bls"]["heads"]).map(str).astype(object)
    entries = rows.groupby("series_id").cumcount() + 1
    return rows.assign(place="series " + rows["series_id"] + ", entry " + entries.astype(str))


def _bulk(file: str, rows: Rows) -> pd.DataFrame:
    """Return the data of ``FTD-mf.csv``, with its numeric codes replaced by what its other sections say they mean."""
    sections: dict[str, list[tuple[str, list[str]]]] = {}
    for row in rows:
        if len(row[1]) == 1 and row[1][0].isupper():
            section = sections.setdefault(row[1][0], [])
        section.append(row)
    try:
        data = _frame(file, sections["DATA"][1:])
        for name in _LISTS:
            data = data.merge(_frame(file, sections[name][1:]).drop(columns="place"), how="left")
        data = data.fillna("no such number")
        adjusted = data["is_adj"] + data["geo_code"].replace("US", "")
        return data.assign(is_adj=adjusted)[["place", "dt_code", "cat_code", "is_adj", "per_name", "val"]]
    except (KeyError, ValueError) as error:
        expected = f"the sections {', '.join(_LISTS)} and DATA, as published"
        raise SourceError(file, None, found=f"no {error}", expected=expected) from error


def _table(file: str, kind: str, rows: pd.DataFrame) -> Table:
    """Return the rows as a table, after checking that every series has each period once and at least one value."""
    if rows.empty:
        raise SourceError(file, None, found="no figures", expected="at least one period")
    form = _FORMS[kind]
    texts = {name: rows[heads].to_numpy().tolist() for name, heads in form["columns"].items()}
    points = rows.assign(**{name: list(map(" ".join, cells)) for name, cells in texts.items()})
    codes = form["codes"] if kind != "enduse" else form["codes"] | _five_digits(points, form["codes"])

    def refuse(wrong: pd.Series, column: str, expected: str) -> None:
        if wrong.any():
            first = points[wrong].iloc[0]
            raise SourceError(file, first["place"], found=f"{column} {str(first[column])!r}", expected=expected)

    refuse(~points["code"].isin(codes), "code", f"one of {', '.join(form['codes'])}{form.get('or', '')}")
    for column in ("period", "value", "notes"):
        right = points[column].str.fullmatch(form[column]["pattern"], flags=re.ASCII)
        refuse(~right, column, form[column]["expected"])
    quantities = {code: Quantity(**fields) for code, fields in codes.items()}
    signed = points["code"].map(lambda code: quantities[code].flow == "balance")
    refuse(~signed & points["value"].str.match(r"-\d"), "value", "exports, imports and indexes above zero")
    parts = points["period"].str.extract(form["period"]["pattern"])
    figures = points["value"].str.extract(form["value"]["pattern"])["text"].fillna("")
    points = points.assign(
        period=pd.PeriodIndex(parts["year"] + "-" + parts["month"], freq=form["periods"]),
        text=list(map(_cell, figures, points["notes"])),
    )
    points = points[points["period"] >= form.get("since", "1900-01")].drop_duplicates(["code", "period", "text"])
    if points.empty:
        raise SourceError(file, None, found="no figures", expected="at least one period")
    refuse(points.duplicated(["code", "period"]), "period", "each period once, or with the same value")
    cells = pd.DataFrame({code: part.set_index("period")["text"] for code, part in points.groupby("code", sort=False)})
    span = pd.period_range(cells.index.min(), cells.index.max())
    cells = cells.reindex(span[~span.isin(pd.PeriodIndex(form.get("never", []), freq=form["periods"]))])
    if form.get("gaps"):
        cells = cells.fillna("")
    for code in cells:
        if (missing := cells.index[cells[code].isna()]).size:
            expected = f"every period from {span[0]} to {span[-1]}"
            raise SourceError(file, code, found=f"no {missing[0]}", expected=expected)
        if not cells[code].str.contains(r"\d").any():
            raise SourceError(file, None, found=f"no value of {code}", expected="at least one")
    name, title = (form[key].format(codes=mark.join(cells)) for key, mark in (("name", "_"), ("title", ", ")))
    layout = series_layout(name, title, form["publisher"], form["compilation"])
    columns = [(quantities[code], code) for code in cells]
    return series_table(layout, file, columns, cells.index, cells.to_numpy(object).tolist())


def _five_digits(points: pd.DataFrame, categories: dict[str, Any]) -> dict[str, Any]:
    """Return the meaning of five-digit codes: the first digit gives the category, the description the item in it."""
    fields = {}
    for code, text in dict(zip(points["code"], points["category_desc"], strict=True)).items():
        category, digits = categories.get(code[:-4]), re.fullmatch(r"\w+ \d{5}", code)
        if category and digits:
            fields[code] = category | {"item": f"{category['item']}/{slug(text)}"}
    return fields


def _cell(value: str, notes: str) -> str:
    """Return the text of a cell: a number, markers from its notes (after a number or alone), or nothing."""
    marks = [f"({sign})" for sign in re.findall(r"'code': '(\w+)'", notes)]
    return " ".join([*marks, "-"] if value == "-" else [value, *marks])
