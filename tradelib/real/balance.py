"""The goods balance in prices and volumes: what moved it, and what it is at constant prices.

Chained components do not add up. Nothing here adds them without showing the residual that is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tradelib import guard
from tradelib.quantity.errors import ComparabilityError, SeriesError

if TYPE_CHECKING:
    from tradelib.real import PriceVolume


def balance_split(exports: PriceVolume, imports: PriceVolume, over: int = 12) -> pd.DataFrame:
    """Split the change of the nominal balance into the prices and volumes of both flows.

    Returns
    -------
    pandas.DataFrame
        ``total``, ``export_prices``, ``export_volumes``, ``import_prices``, ``import_volumes``: the four parts
        add to the total; an increase of imports counts negative.

    Raises
    ------
    ComparabilityError
        The two differ in basis, adjustment, vintage or reference year.
    """
    _require_alike(exports, imports)
    x, m = exports.split(over), imports.split(over)
    return pd.DataFrame({
        "total": x["total"] - m["total"],
        "export_prices": x["price"],
        "export_volumes": x["volume"],
        "import_prices": -m["price"],
        "import_volumes": -m["volume"],
    })  # fmt: skip


def balance_growth(exports: PriceVolume, imports: PriceVolume, over: int = 1) -> pd.DataFrame:
    """Return real and nominal percent changes of deficit, exports and imports, as a release's real paragraph has them.

    Parameters
    ----------
    exports, imports : PriceVolume
        Of the same reference year.
    over : int
        Months between the two that are compared.

    Returns
    -------
    pandas.DataFrame
        By month; columns ``(flow, "real")`` and ``(flow, "nominal")`` for ``balance``, ``exports``, ``imports``.
        The change of the balance is that of the deficit: negative when it shrinks. Missing where the balance
        changed sign.

    Raises
    ------
    ComparabilityError
        Reference years, basis, adjustment or vintage differ.
    """
    _require_alike(exports, imports)
    levels = {
        (flow, kind): values
        for kind, x, m in (("real", exports.volume, imports.volume), ("nominal", exports.nominal, imports.nominal))
        for flow, values in (("balance", x - m), ("exports", x), ("imports", m))
    }
    table = pd.DataFrame(levels)
    before = table.shift(over)
    growth = 100 * (table / before - 1).where(table * before > 0)
    return growth[[(flow, kind) for flow in ("balance", "exports", "imports") for kind in ("real", "nominal")]]


def real_balance(chained: pd.DataFrame) -> pd.DataFrame:
    """Return exports minus imports in chained dollars, item by item, with the residual that the items leave.

    Parameters
    ----------
    chained : pandas.DataFrame
        Exports and imports of the total ``goods``, the end uses and the published ``residual``, in chained
        dollars of one reference year.

    Returns
    -------
    pandas.DataFrame
        One column an item, the total first; the last, ``balance_residual_...``, is what the end uses leave.

    Raises
    ------
    ComparabilityError
        Exports and imports differ in basis, adjustment, reference year or vintage.
    SeriesError
        An item stands on one side only.

    Notes
    -----
    A difference of two chained aggregates is not itself a chained aggregate: away from the reference year its
    level depends on that year, and so does its percent change.
    """
    found = {name: guard.quantity(chained[name]) for name in chained}
    exports = [name for name, q in found.items() if q.flow == "exports"]
    columns = {}
    for x in exports:
        m = str(x).replace("exports_", "imports_", 1)
        if m not in chained:
            others = [name for name, q in found.items() if q.flow == "imports" and q.item == found[x].item]
            for other in others:
                guard.require_same(chained[x], chained[other], ("basis", "adjustment", "price_basis", "vintage"))
            raise SeriesError(f"found {x} without {m}; expected every item of both flows")
        guard.reference_year(chained[x])
        columns[str(x).replace("exports_", "balance_", 1)] = chained[x] - chained[m]
    return pd.DataFrame(columns)


def command_basis(exports: PriceVolume, imports: PriceVolume) -> pd.DataFrame:
    """Return the balance by volumes and by what exports can buy, and the trading gain between the two.

    Parameters
    ----------
    exports, imports : PriceVolume
        Of the same reference year.

    Returns
    -------
    pandas.DataFrame
        ``volume_balance`` (export volume - import volume), ``command_balance`` (exports deflated by import prices -
        import volume), ``trading_gain`` (the second minus the first: what better terms of trade are worth).

    Raises
    ------
    ComparabilityError
        Reference years, basis, adjustment or vintage differ.

    Notes
    -----
    Exports deflated by the import price are BEA's command-basis exports: E. F. Denison, "International
    Transactions in Measures of the Nation's Production", *Survey of Current Business*, May 1981. The trading gain
    with the import price as numeraire: *System of National Accounts 2008*, paragraph 15.188.
    """
    _require_alike(exports, imports)
    volume = exports.volume - imports.volume
    command = 100 * exports.nominal / imports.price - imports.volume
    return pd.DataFrame({"volume_balance": volume, "command_balance": command, "trading_gain": command - volume})


def _require_alike(exports: PriceVolume, imports: PriceVolume) -> None:
    guard.require_flows(exports.nominal, imports.nominal)
    guard.require_same(exports.nominal, imports.nominal, ("item", "basis", "adjustment", "vintage"))
    if exports.reference_year != imports.reference_year:
        raise ComparabilityError(
            f"{exports.volume.name} ({exports.reference_year}) and {imports.volume.name} ({imports.reference_year}) "
            "differ in reference year; rebase one of them"
        )
