"""Writing a release into the store: whole or not at all."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w

from tradelib.paths import data_folder

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

LICENCE = "Work of the United States government, public domain (17 U.S.C. 105)"


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_release(
    months: pd.DataFrame,
    provenance: dict[str, Any],
    *,
    annual: pd.DataFrame | None = None,
    markers: pd.DataFrame | None = None,
    previous: pd.DataFrame | None = None,
) -> Path:
    """Write one release into the store and return its folder.

    The folder is written under a hidden name, which no query sees, and renamed when it is whole.

    Parameters
    ----------
    months : pandas.DataFrame
        Monthly ``PeriodIndex`` by series name, as published.
    provenance : dict
        ``family``, ``released`` (a date), ``producer``, ``title``, ``unit``, ``basis``, ``adjustment`` and what
        identifies the official file. Statistical month, licence and hashes are filled in here.
    annual, markers, previous : pandas.DataFrame, optional
        Annual lines, markers and the previous print as an ``Exhibit`` has them.

    Raises
    ------
    FileExistsError
        The store already has a release of that family and day.
    """
    released: dt.date = provenance["released"]
    family: str = provenance["family"]
    final = data_folder() / family / released.isoformat()
    if final.exists():
        raise FileExistsError(f"{final} exists")
    final.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=final.parent))
    try:
        told = provenance | {
            "statistical_month": str(months.index[-1]),
            "months": f"{months.index[0]} to {months.index[-1]}",
            "licence": LICENCE,
        }
        _write_csv(months, partial / "months.csv")
        told["table_sha256"] = sha256_of(partial / "months.csv")
        for name, table in {"annual": annual, "markers": markers, "previous": previous}.items():
            if table is not None and len(table):
                _write_csv(table, partial / f"{name}.csv", index=name != "markers")
                told[f"{name}_sha256"] = sha256_of(partial / f"{name}.csv")
        (partial / "release.toml").write_text(tomli_w.dumps(told), encoding="utf-8")
        partial.chmod(0o755)
        partial.rename(final)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return final


def _write_csv(frame: pd.DataFrame, path: Path, *, index: bool = True) -> None:
    frame.to_csv(path, index=index, float_format="%.12g", lineterminator="\n")
