"""A figure draws only the data exported with it, names its source, and describes in its output what it shows."""

import base64
import itertools
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib import image, pyplot as plt

from tradelib.report.look import figures
from tradelib.report.look.export import description, not_in
from tradelib.report.notebook import CheckFailed, Record
from tradelib.report.parameters import notebooks

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("[0-9]*.ipynb"))
MONTHS = pd.period_range("2020-01", periods=12, freq="M")
DATA = pd.DataFrame({"a": np.arange(12.0) - 3, "b": np.arange(12.0) ** 2}, index=MONTHS)


def line(values):
    fig, ax = plt.subplots()
    ax.plot(figures.dates(MONTHS), values, label="balance")
    ax.axhline(77)  # a rule shows no data
    return fig


def bars(values):
    fig, ax = plt.subplots()
    ax.bar(range(12), values)
    return fig


def area(values):
    fig, ax = plt.subplots()
    ax.fill_between(range(12), values, 0)
    ax.fill_between(range(12), 0, 1, transform=ax.get_xaxis_transform())  # a band over the full height shows no data
    return fig


def dots(values):
    fig, ax = plt.subplots()
    ax.scatter(range(100, 112), values)
    return fig


def picture(values):
    fig, ax = plt.subplots()
    ax.imshow(values.to_numpy().reshape(3, 4))
    return fig


@pytest.mark.parametrize("draw", [line, bars, area, dots, picture])
def test_every_drawn_value_must_be_in_the_data(draw):
    assert not_in(draw(DATA["b"]), DATA) == ""
    assert "draws" in not_in(draw(2.5 * DATA["b"] + 0.25), DATA)
    plt.close("all")


def test_values_in_the_index_count_as_data():
    fig, ax = plt.subplots()
    ax.plot([5.0, 6.0, 7.0], [1, 2, 3])
    assert not_in(fig, pd.DataFrame({"size": [1.0, 2.0, 3.0]}, index=[5.0, 6.0, 7.0])) == ""
    plt.close(fig)


def test_a_figure_is_described_by_its_texts_and_by_its_lines_and_data_in_numbers():
    fig = figures.finish(line(DATA["a"]), title="It rose", unit="Billions", source="BEA", alt="a line")
    assert description(fig, DATA).split("\n") == [
        "It rose", "Billions", "Source: BEA", "line balance: 12 values, first -3, last 8, least -3, most 8",
        "data a: 12 values, first -3, last 8, least -3, most 8",
        "data b: 12 values, first 0, last 121, least 0, most 121",
    ]  # fmt: skip
    plt.close(fig)


def test_the_record_refuses_a_figure_that_draws_something_else_and_exports_what_it_draws(tmp_path):
    record = Record(notebooks()["23_trend"](output=str(tmp_path)), title="t", question="q")
    finished = {"title": "It rose", "unit": "Billions", "source": "BEA", "alt": "a line"}
    with pytest.raises(CheckFailed, match="line 'balance' draws -6, which is not in the data"):
        record.figure(line(2 * DATA["a"]), "wrong", DATA[["a"]], **finished)
    record.figure(line(DATA["a"]), "right", DATA, **finished)
    got = pd.read_csv(tmp_path / "figures" / "right.csv", index_col=0)
    np.testing.assert_allclose(got.to_numpy(), DATA.to_numpy())


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_committed_pictures_are_of_full_size_with_their_numbers_beside_them(path):
    outputs = [o for cell in json.loads(path.read_text())["cells"] for o in cell.get("outputs", [])]
    pictures = [output["data"] for output in outputs if "image/png" in output.get("data", {})]
    assert pictures
    for data in pictures:
        text = "".join(data["text/plain"])
        assert "Source: " in text
        assert "data " in text
        raw = base64.b64decode("".join(data["image/png"]))
        assert min(pixel_size(raw)) > 200
        assert len(raw) > 5000


def pixel_size(raw):
    return tuple(int.from_bytes(raw[at : at + 4], "big") for at in (16, 20))


def test_the_size_of_a_picture_of_one_pixel_is_recognized(tmp_path):
    image.imsave(tmp_path / "one.png", np.zeros((1, 1)))
    assert pixel_size((tmp_path / "one.png").read_bytes()) == (1, 1)


@pytest.mark.parametrize("width", [5.1, 7.2])
@pytest.mark.parametrize("words", [6, 14, 26])
def test_long_titles_and_units_are_wrapped_and_overlap_nothing(width, words):
    figures.style()
    fig, ax = plt.subplots(figsize=(width, 3.85))
    ax.plot([1, 2, 3])
    text = " ".join(["Exports"] * words)
    figures.finish(fig, title=text, unit=text, source=text, alt="Alt")
    fig.draw_without_rendering()
    boxes = [text.get_window_extent() for text in fig.texts]
    boxes.append(ax.get_tightbbox())
    assert not [pair for pair in itertools.combinations(boxes, 2) if pair[0].overlaps(pair[1])]
    assert all(box.x0 >= 0 and box.x1 <= fig.bbox.x1 and box.y0 >= 0 and box.y1 <= fig.bbox.y1 + 1 for box in boxes)
    got = {written.get_gid(): " ".join(written.get_text().split()) for written in fig.texts}
    assert got == {"title": text, "unit": text, "source": f"Source: {text}"}
    plt.close(fig)
