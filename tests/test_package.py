"""The monthly package: every workbook is read, or named with the reason why not."""

from __future__ import annotations

import zipfile

import layouts
import layouts_real
import official
import pytest
from workbooks import xls, xlsx

from tradelib.errors import SourceError
from tradelib.sources import read_any, read_package

NAMES = [
    *(f"exh{number}" for number in range(1, 21)), "exh14a", "exh16a", "exh17a", "exh20a", "exh20b",
    "exh1s", "exh2s", "exh2as", "exh3s", "exh4s", "exh4as",
]  # fmt: skip
"""The 31 workbooks of a package."""


def exhibit1():
    table = official.bundled()
    table = official.Table(*({at: row for at, row in part.items() if 2022 <= at[0] <= 2023}
                             for part in (table.months, table.annual)))  # fmt: skip
    return official.exhibit1_rows(table, table.months[2023, 11])


def months_across(number):
    """Return a made-up table of another shape: months across, no stub of periods."""
    return [
        [f"Exhibit {number}. Something by Partner"], ["In millions of dollars."],
        ["", "December 2023", "November 2023"], ["Balance"], ["Canada", -5.5, -4.25],
    ]  # fmt: skip


def moving_averages():
    """Return a made-up table without annual lines, whose figures have fractions."""
    heads = [["Exhibit 2. Three-Month Moving Averages"], ["In millions of dollars. Seasonally adjusted."]]
    months = [[name, 10.25 * n, 4.5 * n] for n, name in enumerate(layouts.LONG, 1)]
    return [*heads, ["Period", "Exports", "Imports"], ["2023", "", ""], *months, ["NOTE: none"]]


@pytest.fixture
def files():
    known = {
        "exh1": xlsx({"1": exhibit1()}),
        "exh2": xlsx({"2": moving_averages()}),
        "exh3": xls({"3": layouts.plain_exhibit()}),
        "exh11": xlsx({"11": layouts_real.petroleum()}),
    }
    return {f"{name}.xlsx": known.get(name) or xlsx({name[3:]: months_across(name[3:])}) for name in NAMES}


def packed(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return path


def test_a_package_of_31_workbooks_is_read_as_far_as_it_goes(tmp_path, files):
    got = read_package(packed(tmp_path / "ft900xlsx_2312.zip", files))
    assert set(got.read) == {"exh1.xlsx", "exh2.xlsx", "exh3.xlsx", "exh11.xlsx"}
    assert set(got.read) | set(got.unread) == set(files)
    assert str(got.statistical_month) == "2023-12"
    first, *rest = got.summary()
    assert first == "4 of 31 workbooks read, 501 figures"  # 243 + 24 + 78 + 156
    assert len(rest) == 27
    assert all("months across are not read" in line for line in rest)
    assert any(line.startswith("not read: exh14a.xlsx, sheet '14a', row 1: found 'Exhibit 14a.") for line in rest)


def test_fractions_and_tables_without_annual_lines_are_read_as_they_stand(tmp_path, files):
    path = tmp_path / "exh2.xlsx"
    path.write_bytes(files["exh2.xlsx"])
    facts = read_any(path)
    assert facts.counts() == {"figures": 24, "missing": 0, "marked": 0}
    assert facts.wide().loc["2023-03"].tolist() == [30.75, 13.5]


def test_exhibits_about_two_months_are_refused(tmp_path, files):
    files["exh12.xlsx"] = xlsx({"12": layouts.exhibit12()})
    with pytest.raises(SourceError, match="exhibits about 2023-02, 2023-12; expected one statistical month"):
        read_package(packed(tmp_path / "package.zip", files))


def test_a_package_without_a_known_exhibit_is_refused(tmp_path, files):
    with pytest.raises(SourceError, match="no exhibit of a known shape"):
        read_package(packed(tmp_path / "package.zip", {"exh14.xlsx": files["exh14.xlsx"]}))


def test_a_package_is_not_taken_for_a_workbook(tmp_path, files):
    with pytest.raises(SourceError, match="found an archive of workbooks; expected one file; read_package reads"):
        read_any(packed(tmp_path / "exh1.xlsx", files))


def test_a_workbook_is_not_taken_for_a_package(tmp_path, files):
    path = tmp_path / "package.zip"
    path.write_bytes(files["exh1.xlsx"])
    with pytest.raises(SourceError, match="no workbook in it"):
        read_package(path)
