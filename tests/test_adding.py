"""A release is added whole or refused; the store is never half changed."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from official import Table, as_text, exhibit1_rows, history_rows, made, write_workbook

from tradelib import adding, archive, compiling, store, vintages
from tradelib.errors import ComparabilityError, ParameterError, SourceError
from tradelib.revisions import triangle

FIRST = 2018
DAY = {61: "2023-03-08", 62: "2023-04-05", 63: "2023-05-04", 64: "2023-06-07"}
"""Days of release by how many months since January 2018 the release knows."""


def at(number: int) -> tuple[int, int]:
    return FIRST + number // 12, number % 12 + 1


def table(months: int, revised: dict[int, int] | None = None) -> Table:
    """Return so many months; revised ones have that much more exports of goods."""
    parts = [[150_000 + 90 * n, 60_000 + 50 * n, 200_000 + 130 * n, 40_000 + 20 * n] for n in range(months)]
    for number, more in (revised or {}).items():
        parts[number][0] += more
    return made(FIRST, parts)


def history(folder: Path, months: int, revised: dict[int, int] | None = None) -> Path:
    path = folder / "history.txt"
    path.write_text(as_text(history_rows(table(months, revised))))
    return path


def exhibit(
    folder: Path, months: int, revised: dict[int, int] | None = None, *, marked=(), since=2021, print_=0
) -> Path:
    """Write Exhibit 1 with so many months; the foot repeats the month before as it was without revisions."""
    whole = table(months, revised)
    previous = table(months - 1, {months - 2: print_}).months[at(months - 2)]
    path = folder / "exh1.txt"
    path.write_text(as_text(exhibit1_rows(whole.since(since), previous, tuple(at(number) for number in marked))))
    return path


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file that a query can see."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): path.read_bytes() for path in files if ".partial" not in str(path)}


@pytest.fixture
def data(tmp_path, monkeypatch) -> Path:
    """Return a store with the history table of 62 months, until February 2023."""
    folder = tmp_path / "data"
    monkeypatch.setenv("TRADELIB_DATA", str(folder))
    adding.add(history(tmp_path, 62), DAY[62])
    return folder


def test_exhibit_1_is_told_by_its_title_and_read_whole(tmp_path):
    path = exhibit(tmp_path, 63, {61: -40}, marked=[61])
    [(family, files)] = compiling.read([path]).items()
    got = compiling.compile_release(family, files)
    assert (got.kind, family) == ("Exhibit 1", "census_history")
    expected = table(63, {61: -40}).since(2021)
    assert [list(row) for row in got.months.to_numpy()] == list(expected.months.values())
    assert [f"{first} {last}" for first, last in got.annual.index] == [
        "2021-01 2021-12", "2021-01 2021-03", "2022-01 2022-12", "2022-01 2022-03", "2023-01 2023-03",
    ]  # fmt: skip
    assert got.markers[["last", "marker"]].astype(str).to_numpy().tolist() == [["2023-02", "(R)"]]
    assert got.previous.index.astype(str).tolist() == ["2023-02"]
    assert got.previous.iloc[0].tolist() == table(62).months[2023, 2]


@pytest.mark.usefixtures("data")
def test_a_workbook_and_a_text_give_the_same_release(tmp_path):
    path = write_workbook(history_rows(table(62)), tmp_path / "history.xlsx")
    assert adding.add(path, DAY[62])[0].already


@pytest.mark.usefixtures("data")
def test_a_new_release_says_what_it_changes(tmp_path):
    [got] = adding.add(exhibit(tmp_path, 63, {60: 25, 61: -40}, marked=[61]), DAY[63])
    assert (got.against, got.new, got.compared, got.repeats) == (dt.date(2023, 4, 5), 1, 26, True)
    assert got.revisions.index.astype(str).tolist() == ["2023-01", "2023-02"]
    assert got.largest == ("balance_total_bop_sa", pd.Period("2023-02", freq="M"), -40)
    assert got.unmarked == (pd.Period("2023-01", freq="M"),)
    assert got.summary().splitlines() == [
        "Added census_history, released 2023-05-04, about 2023-03 (Exhibit 1).",
        "  Newest month: balance_total_bop_sa -30,620 million.",
        "  Against the release of 2023-04-05: 1 new, 2 of 26 months revised, 2023-01 to 2023-02.",
        "  Largest revision: balance_total_bop_sa 2023-02, -40 million.",
        "  The print of the month before, repeated at its foot, equals the release before.",
        "  Revised without (R): 2023-01.",
    ]


@pytest.mark.usefixtures("data")
def test_a_table_of_few_years_continues_the_history(tmp_path):
    old = vintages.load()
    adding.add(exhibit(tmp_path, 63, {61: -40}), DAY[63])
    got, expected = vintages.load(), table(63, {61: -40})
    assert got.to_numpy().tolist() == list(expected.months.values())
    assert "older months released 2023-04-05" in got.attrs["series"]["balance_total_bop_sa"]["source"]
    assert (
        got.attrs["series"]["balance_total_bop_sa"]["sha256"] != old.attrs["series"]["balance_total_bop_sa"]["sha256"]
    )
    pd.testing.assert_frame_equal(vintages.load(vintage="2023-05-03"), old)
    first = triangle.first_print(vintages.triangle("BOPGSTB"))
    assert first.dropna().index.astype(str).tolist() == ["2023-02", "2023-03"]


@pytest.mark.usefixtures("data")
def test_provenance_markers_and_the_repeated_print_are_kept(tmp_path):
    path = exhibit(tmp_path, 63, {61: -40}, marked=[61])
    adding.add(path, DAY[63])
    release = store.select("census_history")
    assert release.provenance["official_sha256"] == archive.sha256_of(path)
    assert release.provenance["official_file"] == "exh1.txt"
    markers = store.read_part(release, "markers")
    assert markers.astype(str).to_numpy().tolist() == [["2023-02", "2023-02", "", "(R)"]]
    assert store.read_part(release, "previous").iloc[0].tolist() == table(62).months[2023, 2]
    assert store.read_part(release, "annual").loc[("2023-01", "2023-03"), "exports_goods_bop_sa"] == 466_430


def test_a_table_that_was_changed_by_hand_is_refused(tmp_path, data):
    adding.add(exhibit(tmp_path, 63), DAY[63])
    for name in ("months", "annual", "previous"):
        path = data / "census_history" / DAY[63] / f"{name}.csv"
        path.write_text(path.read_text().replace("1", "2", 1))
        with pytest.raises(SourceError, match="sha256"):
            store.read_part(store.select("census_history"), name) if name != "months" else vintages.load()


def test_the_same_release_twice_changes_nothing(tmp_path, data):
    path = exhibit(tmp_path, 63, {61: -40})
    adding.add(path, DAY[63])
    before = snapshot(data)
    [got] = adding.add(path, DAY[63])
    assert got.already
    assert got.summary().startswith("The store already has census_history, released 2023-05-04")
    assert snapshot(data) == before


def broken(path: Path) -> Path:
    path.write_text(path.read_text().replace("155,580", "155,590", 1))
    return path


def foreign(folder: Path) -> Path:
    path = folder / "page.txt"
    path.write_text("Trade gap\t1\n")
    return path


REFUSED = {
    "other values on the same day": (lambda f: history(f, 62, {61: 1}), DAY[62], SourceError, "as the store has it"),
    "more months on the same day": (lambda f: history(f, 63), DAY[62], SourceError, "expected nothing, as the store"),
    "the same month again": (lambda f: history(f, 62), "2023-04-06", SourceError, "expected a month after 2023-02"),
    "a month further back": (lambda f: history(f, 61), "2023-05-04", SourceError, "expected a month after 2023-02"),
    "an older release": (lambda f: history(f, 61), DAY[61], ParameterError, "older than the newest one"),
    "another print at the foot": (
        lambda f: exhibit(f, 63, print_=7), DAY[63], SourceError,
        "balance_total_bop_sa 2023-02: found -30,603 repeated as the print of last month, -30,610 printed",
    ),
    "revisions in the first year shown": (
        lambda f: exhibit(f, 63, {37: 5}), DAY[63], SourceError, "revisions since 2021-02 in a table that starts"
    ),
    "years between that nobody knows": (
        lambda f: exhibit(f, 80, since=2024), "2024-10-08", SourceError, "months from 2024-01, while the release of"
    ),
    "a broken account": (lambda f: broken(exhibit(f, 63)), DAY[63], SourceError, "within"),
    "a page of something else": (foreign, DAY[63], SourceError, "an official table that tradelib knows"),
    "a month that was not over": (lambda f: exhibit(f, 63), "2023-03-31", ParameterError, "which was not over"),
    "a day to come": (lambda f: exhibit(f, 63), "2999-05-04", ParameterError, "in the future"),
    "no day": (lambda f: exhibit(f, 63), "May 2023", ParameterError, "is not a day like"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_contradicts_the_store_is_refused_and_changes_nothing(tmp_path, data, case):
    make, day, error, message = REFUSED[case]
    before = snapshot(data)
    path = make(tmp_path)
    with pytest.raises(error, match=message.replace("(", r"\(")):
        adding.add(path, day)
    assert snapshot(data) == before


@pytest.mark.usefixtures("data")
def test_an_unknown_family_is_told(tmp_path):
    with pytest.raises(ParameterError, match="unknown source family 'bea_fredd'; did you mean bea_fred"):
        adding.add(exhibit(tmp_path, 63), DAY[63], family="bea_fredd")


@pytest.mark.usefixtures("data")
def test_another_family_is_refused(tmp_path):
    with pytest.raises(ComparabilityError, match="belongs to census_history, not to bea_fred"):
        adding.add(exhibit(tmp_path, 63), DAY[63], family="bea_fred")


@pytest.mark.usefixtures("data")
def test_an_older_release_fills_the_past_only_when_meant_to(tmp_path):
    newest = vintages.load()
    [got] = adding.add(history(tmp_path, 61, {60: 9}), DAY[61], older=True)
    assert (got.against, got.new) == (None, 61)
    pd.testing.assert_frame_equal(vintages.load(), newest)
    assert vintages.load(vintage="2023-03-10").index[-1] == pd.Period("2023-01", freq="M")
    assert [str(r.statistical_month) for r in store.releases("census_history")] == ["2023-01", "2023-02"]


def test_an_older_release_must_equal_the_print_that_the_next_one_repeats(tmp_path, monkeypatch):
    monkeypatch.setenv("TRADELIB_DATA", str(tmp_path / "data"))
    adding.add(exhibit(tmp_path, 63, {61: -40}), DAY[63])
    with pytest.raises(SourceError, match="repeated as the print of last month"):
        adding.add(history(tmp_path, 62, {61: 1}), DAY[62], older=True)
    assert adding.add(history(tmp_path, 62), DAY[62], older=True)[0].new == 62


@pytest.mark.parametrize("between", [False, True])
def test_an_older_release_does_not_come_under_one_that_cannot_stand_on_it(tmp_path, monkeypatch, between):
    monkeypatch.setenv("TRADELIB_DATA", str(tmp_path / "data"))
    revised = {37: 5}
    if between:
        adding.add(exhibit(tmp_path, 63), DAY[63])
    adding.add(exhibit(tmp_path, 64, revised), DAY[64])
    before = snapshot(tmp_path / "data")
    said = rf"under the release of {DAY[64]} in the store .*: found revisions since 2021-02 in a table that starts"
    with pytest.raises(SourceError, match=said):
        adding.add(history(tmp_path, 62), DAY[62], older=True)
    assert snapshot(tmp_path / "data") == before
    if not between:
        assert adding.add(history(tmp_path, 62, revised), DAY[62], older=True)[0].new == 62


def test_an_older_release_leaves_no_years_that_nobody_knows(tmp_path, monkeypatch):
    monkeypatch.setenv("TRADELIB_DATA", str(tmp_path / "data"))
    adding.add(exhibit(tmp_path, 80, since=2024), "2024-10-08")
    with pytest.raises(SourceError, match="months from 2024-01, while the release of 2023-04-05 ends with 2023-02"):
        adding.add(history(tmp_path, 62), DAY[62], older=True)


class Killed(BaseException):
    """What a signal would do: nothing after it runs."""


STEPS = [("mkdtemp", 1), ("to_csv", 1), ("to_csv", 2), ("to_csv", 4), ("write_text", 1), ("chmod", 1), ("rename", 1)]


@pytest.mark.parametrize("cleans_up", [True, False])
@pytest.mark.parametrize(("step", "call"), STEPS)
def test_a_failure_at_any_step_leaves_the_store_as_it_was(tmp_path, data, monkeypatch, step, call, cleans_up):
    before, known = snapshot(data), vintages.load()
    owner = {"mkdtemp": archive.tempfile, "to_csv": pd.DataFrame}.get(step, Path)
    calls, original = 0, getattr(owner, step)

    def fail(*args, **kwargs):
        nonlocal calls
        calls += 1
        if calls >= call:
            raise Killed
        return original(*args, **kwargs)

    path = exhibit(tmp_path, 63, {61: -40}, marked=[61])
    with monkeypatch.context() as broken_step:
        broken_step.setattr(owner, step, fail)
        if not cleans_up:
            broken_step.setattr(archive.shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(Killed):
            adding.add(path, DAY[63])
    assert snapshot(data) == before
    pd.testing.assert_frame_equal(vintages.load(), known)
    assert store.families() == ["census_history"]
    if cleans_up:
        assert not list(data.rglob(".partial-*"))
    assert not adding.add(path, DAY[63])[0].already


def test_a_killed_process_leaves_the_store_as_it_was(tmp_path, data):
    path, before = exhibit(tmp_path, 63), snapshot(data)
    code = (
        "import os, pathlib\nfrom tradelib import adding\n"
        "pathlib.Path.rename = lambda *_: os.kill(os.getpid(), 9)\n"
        f"adding.add({str(path)!r}, {DAY[63]!r})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == -9
    assert list(data.rglob(".partial-*/release.toml"))
    assert snapshot(data) == before
    assert not adding.add(path, DAY[63])[0].already


def test_real_official_files_are_added_and_read_back(official_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("TRADELIB_DATA", str(tmp_path / "data"))
    days = {"exh1_2021-07-02.xlsx": 0, "exh1_2022-02-08.xlsx": 5, "exhibit_history_2023-02-07.xlsx": 36}
    for name, revised in days.items():
        [got] = adding.add(official_folder / name, name[-15:-5])
        assert len(got.revisions) == revised
    prints = triangle.prints_of(vintages.triangle("BOPGSTB"), "2021-05")
    assert prints["value"].tolist() == [-71240, -67354, -66633]
    assert store.read_part(store.select("census_history", "2022-02-08"), "previous").loc["2021-11"].iloc[0] == -80172
    assert vintages.load(vintage="2022-02-08").index[0] == pd.Period("2019-01", freq="M")
