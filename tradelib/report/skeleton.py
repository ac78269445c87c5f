"""The skeleton of a new notebook, which report, sweep and tests include from the start."""

from __future__ import annotations

import re
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from string import Template

from tradelib.quantity.errors import ParameterError
from tradelib.store import notebook_folder


def write_skeleton(word: str) -> Path:
    """Write a notebook about the first series that a word finds, with the next number, 30 or higher.

    Raises
    ------
    ParameterError
        The word is not a valid name, a notebook of that name exists, or the word finds no monthly series in the
        newest release.
    """
    from tradelib import store

    if not re.fullmatch(r"[a-z][a-z_]*", name := word.lower().replace(" ", "_")):
        raise ParameterError(f"{word!r} is no name for a notebook; expected a word like steel")
    stems = [path.stem for path in notebook_folder().glob("[0-9]*.ipynb")]
    if taken := [stem for stem in stems if stem.partition("_")[2] == name]:
        raise ParameterError(f"there is a notebook {taken[0]}; give another name")
    release, listed = store.release_of(), store.series(word.replace("_", " ")).index
    names = []
    for series in listed:
        with suppress(ParameterError):  # annual, quarterly, or of another release
            names += [series] if len(release.series(series).dropna()) > 1 else []
    number = max((int(stem[:2]) for stem in stems), default=0)
    path = notebook_folder() / f"{max(number + 1, 30)}_{name}.ipynb"
    if not names:
        raise ParameterError(f"the release of {release.released} has no months of a series about {word!r}")
    values = {"title": word.replace("_", " ").capitalize(), "word": word, "name": path.stem, "series": names[0]}
    text = (files("tradelib.report") / "templates" / "skeleton.ipynb").read_text(encoding="utf-8")
    path.write_text(Template(text).substitute(values), encoding="utf-8")
    return path
