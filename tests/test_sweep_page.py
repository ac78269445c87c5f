"""The page of a sweep, as a person uses it: failures first, sorted, searched, offline."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import browser
import pytest
import sweeps
from matplotlib.figure import Figure

from tradelib.report.execution import Outcome
from tradelib.report.execution.plan import jobs_of
from tradelib.report.sweep import sweep

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tradelib.report.execution import Job

pytestmark = [pytest.mark.slow, browser.needed]
RUNS = 200


def leave_figures(jobs: Iterable[Job], folder: Path) -> Iterator[Outcome]:
    """Write the files of notebooks: figures, and a result that falls as the start rises; one run in fifty fails."""
    figure = Figure(figsize=(3, 2))
    figure.add_subplot().plot([1, 2, 1])
    figure.savefig(folder.parent / "figure.png")
    drawn = (folder.parent / "figure.png").read_bytes()
    for number, job in enumerate(jobs):
        place = folder / job.place
        (place / "figures").mkdir(parents=True)
        (place / "notebook.ipynb").write_text("{}")
        if number % 50 == 7:
            yield Outcome(job, 1.0, f"cell 3: ValueError: <no> at {number}")
            continue
        for name in ("path", "cycle"):
            (place / "figures" / f"{name}.png").write_bytes(drawn)
            (place / "figures" / f"{name}.svg").touch()
        items = [
            {"kind": "figure", "name": name, "title": "T", "alt": "A", "reading": ""} for name in ("path", "cycle")
        ]
        results = {
            "size": RUNS - number + 0.5,
            "few": 3 if number == 5 else None,
            "step_down": -number - 0.5,
            "told": f"run {number} " * 9,
        }
        (place / "results.json").write_text(json.dumps(sweeps.record(items=items, results=results)))
        yield Outcome(job, 1.0)


def test_a_person_finds_failures_sorts_and_searches(tmp_path: Path) -> None:
    rows = [{"start": f"{1993 + n // 12}-{n % 12 + 1:02}"} for n in range(RUNS)]
    jobs = jobs_of("trend", [row | {"vintage": "2024-04-04"} for row in rows])
    made = sweep(jobs, tmp_path / "s", executor=leave_figures)
    assert (made.folder / "index.html").stat().st_size < 300_000
    with browser.opened(made.folder / "index.html") as (page, requests, messages):
        texts = lambda selector: [text.strip() for text in page.locator(selector).all_inner_texts()]  # noqa: E731
        assert texts("h1") == ["Trend: 200 runs, 4 of them failed"]
        assert texts("h2") == ["Failed", "Parameters and key results", "Figures"]
        assert "ValueError: <no> at 57" in texts(".failed li")[1]
        assert len(texts("tbody tr")) == RUNS
        assert len(texts(".figures li")) == RUNS - 4
        links = page.eval_on_selector_all("tbody a, .failed a", "all => all.map(one => one.getAttribute('href'))")
        assert len(links) == RUNS + 4
        assert all((made.folder / link).is_file() for link in links)

        assert "_" not in "".join(texts("thead th"))
        assert "\N{MINUS SIGN}12.5" in texts("tbody tr")[12].split()
        page.get_by_label("Find").fill("-12.5")
        assert len(page.locator("tbody tr:visible").all()) == 1
        page.get_by_label("Find").fill("")
        page.get_by_role("button", name="size").click()
        assert texts("tbody tr")[0].split()[1] == "2009-08"  # the smallest, of the last run
        assert "2009-08" in texts(".figures li")[0]
        page.get_by_role("button", name="size").click()
        assert texts("tbody tr")[0].split()[1] == "1993-01"
        assert page.locator("[aria-sort]").get_attribute("aria-sort") == "descending"
        page.get_by_role("button", name="few").click()
        assert texts("tbody tr")[0].split()[1] == "1993-06"

        page.get_by_label("Find").fill("2001 OK")
        assert len(page.locator("tbody tr:visible").all()) == 11
        assert len(page.locator(".figures li:visible").all()) == 11
        assert len(page.locator(".failed li:visible").all()) == 0
        assert texts("#shown") == ["11 of 200 runs"]
        page.get_by_label("Figure").select_option("cycle")
        images = page.locator(".figures li:visible img")
        images.first.scroll_into_view_if_needed()
        page.wait_for_function("() => document.querySelector('.figures li:not([hidden]) img').naturalWidth > 0")
        assert images.first.get_attribute("src").endswith("/figures/cycle.png")
        assert images.first.evaluate("image => image.parentElement.getAttribute('href')").endswith("cycle.svg")
        page.get_by_label("Find").fill("")
        assert max(browser.overflow(page, width) for width in (1100, 390)) <= 0
    assert (requests, messages) == ([], [])
