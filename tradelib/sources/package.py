"""The monthly package: one archive with a workbook for each exhibit, read as far as the exhibits have a known shape."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tradelib import unpack
from tradelib.errors import SourceError
from tradelib.sources.recognise import read_any

if TYPE_CHECKING:
    import pandas as pd

    from tradelib.sources.tidy import Facts


@dataclass(frozen=True)
class Package:
    """What a package says, and what in it was not read.

    Attributes
    ----------
    file : str
        Name of the archive.
    statistical_month : pandas.Period
        The one month that all its exhibits are about.
    read : dict of str to Facts
        By name of the workbook.
    unread : dict of str to SourceError
        Workbooks that were not read, and why.
    notes : tuple of str
        What else is worth telling about the archive.
    """

    file: str
    statistical_month: pd.Period
    read: dict[str, Facts] = field(repr=False)
    unread: dict[str, SourceError] = field(repr=False)
    notes: tuple[str, ...] = ()

    def summary(self) -> list[str]:
        """Return how much was read, and a line for each workbook that was not, with the reason."""
        figures = sum(facts.counts()["figures"] for facts in self.read.values())
        count = f"{len(self.read)} of {len(self.read) + len(self.unread)} workbooks read, {figures:,} figures"
        return [count, *(f"not read: {error}" for error in self.unread.values()), *self.notes]


def read_package(path: str | Path) -> Package:
    """Read the workbooks of a monthly package (``ft900xlsx_YYMM.zip``).

    Parameters
    ----------
    path : str or Path
        The archive. It is checked first, and nothing in it is written outside a temporary folder.

    Returns
    -------
    Package
        Every exhibit that has a known shape (a stub of years and months); the others with the reason.

    Raises
    ------
    SourceError
        No whole archive, a harmful one, one without an exhibit that can be read, or exhibits about several months.
    """
    path = Path(path)
    notes = unpack.check_archive(path)
    read: dict[str, Facts] = {}
    unread: dict[str, SourceError] = {}
    with tempfile.TemporaryDirectory(prefix="tradelib-") as folder:
        for workbook in sorted(unpack.unpack(path, Path(folder))):
            try:
                read[workbook.name] = read_any(workbook)
            except SourceError as error:
                unread[workbook.name] = error
    months = sorted({facts.statistical_month for facts in read.values()})
    if len(months) != 1:
        found = f"exhibits about {', '.join(map(str, months))}" if months else "no exhibit of a known shape"
        raise SourceError(path.name, None, found=found, expected="one statistical month")
    return Package(path.name, months[0], read, unread, tuple(notes))
