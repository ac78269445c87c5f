"""A notebook declares its parameters once, in its tagged cell; in the folder, it is part of report and sweep."""

import nbformat
import pytest

from tradelib.quantity.errors import ParameterError
from tradelib.report.execution import planned
from tradelib.report.parameters import Chapter, Parameters, asked, check, declared, notebooks
from tradelib.store import notebook_folder

CELL = """vintage = None  # the release
output = None  # folder
largest = 10  # rows of the lists, 3 to 40
# Needs exhibits 7 and 8.
"""
NOTEBOOKS = sorted(notebook_folder().glob("[0-9]*.ipynb"))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return an empty folder of notebooks, and a function that writes a notebook into it."""
    monkeypatch.setenv("TRADELIB_NOTEBOOKS", str(tmp_path))

    def write(source, name="30_mine", tags=("parameters",)):
        cell = nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)})
        path = tmp_path / f"{name}.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Mine"), cell]), path)
        return path

    return write


def cell_of(notebook):
    """Return the tagged cell of a notebook of the project, with single quotes around texts."""
    [path] = [path for path in NOTEBOOKS if path.stem == notebook]
    cells = nbformat.read(path, as_version=4).cells
    [source] = [cell.source for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    return source.replace('"', "'")


def test_the_parameters_of_a_chapter_are_those_in_its_cell(folder):
    model = declared(folder(CELL))
    assert issubclass(model, Chapter)
    assert (model.notebook, model.exhibits) == ("30_mine", ("7", "8"))
    assert {name: field.default for name, field in model.model_fields.items()} == {
        "vintage": None, "output": None, "largest": 10,
    }  # fmt: skip
    assert check(model, {"largest": 40}).largest == 40
    with pytest.raises(ParameterError, match="largest=41: Input should be less than or equal to 40"):
        check(model, {"largest": 41})
    with pytest.raises(ParameterError, match="valid integer"):
        check(model, {"largest": "ten"})
    with pytest.raises(ParameterError, match="unknown parameter 'larges'; did you mean largest"):
        check(model, {"larges": 5})


@pytest.mark.parametrize(
    ("notebook", "values", "message"),
    [
        ("42_news_or_noise", {"few": 0}, "few=0: Input should be greater than or equal to 1"),
        ("42_news_or_noise", {"lags": 61}, "lags=61: Input should be less than or equal to 60"),
        ("42_news_or_noise", {"rejected": 5.0}, "rejected=5.0: Input should be less than or equal to 1"),
        ("25_revisions", {"shown": 5}, "shown=5: Input should be greater than or equal to 6"),
        ("24_real_vs_nominal", {"episode_start": "2020"}, "'2020' is not a month"),
    ],
)
def test_bounds_are_those_of_the_cell(notebook, values, message):
    with pytest.raises(ParameterError, match=message):
        asked(notebook, **values)


@pytest.mark.parametrize(
    ("notebook", "line", "other", "expected"),
    [
        ("24_real_vs_nominal", "reference_year = 2017", "reference_year = 2015", 2015),
        ("27_forecasts", "horizon = 12", "horizon = 6", 6),
        ("27_forecasts", "series = 'balance_total_bop_sa'", "series = 'BOPGEXP'", "exports_goods_bop_sa"),
        ("29_own_adjustment", "start = None", "start = '2005-01'", "2005-01"),
    ],
)
def test_the_default_of_the_cell_counts_even_if_the_model_requires_more_of_the_data(
    folder, notebook, line, other, expected
):
    cell = cell_of(notebook)
    assert line in cell
    folder(cell.replace(line, other), notebook)
    assert getattr(check(notebooks()[notebook], {}), other.partition(" =")[0]) == expected


@pytest.mark.parametrize(
    ("line", "other", "message"),
    [
        ("1 to 24", "1 to 6", "horizon=12: Input should be less than or equal to 6"),
        ("horizon = 12", "horizon = 25", "horizon=25: Input should be less than or equal to 24"),
        ("horizon = 12  # months ahead, 1 to 24", "", "horizon=.*Field required"),
        ("origin = None", "origin = '2024'", "'2024' is not a month"),
    ],
)
def test_a_default_is_checked_like_any_other_value(folder, line, other, message):
    folder(cell_of("27_forecasts").replace(line, other), "27_forecasts")
    with pytest.raises(ParameterError, match=message):
        check(notebooks()["27_forecasts"], {})


def test_with_a_span_it_is_an_analysis_whose_series_and_months_are_checked(folder):
    model = declared(folder(CELL + "start = None\nend = None\nseries = 'BOPGSTB'\nmonth = None\n"))
    assert issubclass(model, Parameters)
    assert check(model, {"series": "BOPTEXP", "month": "2024-02"}).series == "exports_total_bop_sa"
    with pytest.raises(ParameterError, match="unknown series 'BOPGSTX'"):
        check(model, {"series": "BOPGSTX"})
    assert check(model, {"month": "2024-2"}).month == "2024-02"
    with pytest.raises(ParameterError, match="'2024-13' is not a month"):
        check(model, {"month": "2024-13"})


def test_a_folder_without_notebooks_is_named_with_its_variable(folder, tmp_path):
    folder(CELL).unlink()
    for ask in (notebooks, lambda: planned({})):
        with pytest.raises(ParameterError, match=f"no notebook in {tmp_path} .TRADELIB_NOTEBOOKS"):
            ask()


def test_a_notebook_in_the_folder_is_planned_or_left_out_if_its_exhibits_are_missing(folder):
    folder(CELL)
    folder("vintage = None\noutput = None\n", "31_other")
    assert list(notebooks()) == ["30_mine", "31_other"]
    assert [job.notebook for job in planned({"largest": 5})[0]] == ["30_mine", "31_other"]
    assert planned({"vintage": "2024-02"})[1] == {
        "30_mine": "the release of 2024-04-04 about 2024-02 has no exhibit 7 and no 8"
    }
    assert asked("30_mine", vintage="2025-03", output=None, largest=3).largest == 3


def test_a_changed_file_is_read_again(folder):
    folder(CELL)
    assert "most" not in notebooks()["30_mine"].model_fields
    folder(CELL + "most = 2.5  # a number, 1 to 3\n")
    assert check(notebooks()["30_mine"], {"most": 3.0}).most == 3.0


@pytest.mark.parametrize(
    ("source", "tags", "message"),
    [
        (CELL, (), "has no cell tagged parameters"),
        ("largest = max(3, 10)\n", ("parameters",), "must assign plain values to names"),
        ("import os\n", ("parameters",), "must assign plain values to names"),
        ("largest = \n", ("parameters",), "must assign plain values to names"),
    ],
)
def test_a_cell_that_declares_nothing_is_refused_by_name(folder, source, tags, message):
    with pytest.raises(ParameterError, match=rf"30_mine\.ipynb.*{message}"):
        declared(folder(source, tags=tags))


def test_a_file_that_is_no_notebook_is_refused_by_name(folder):
    path = folder(CELL)
    path.write_text("{")
    with pytest.raises(ParameterError, match=r"30_mine\.ipynb is no notebook"):
        declared(path)


@pytest.mark.parametrize("notebook", [path.stem for path in NOTEBOOKS])
def test_every_parameter_says_what_it_may_be(notebook):
    lines = cell_of(notebook).splitlines()
    assert [line for line in lines if "=" in line.split("#")[0] and "  # " not in line] == []
