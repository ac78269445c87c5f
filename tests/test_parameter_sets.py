"""Every notebook with parameters that its defaults never meet: short spans, single series, old vintages.

Whatever is asked for, the sentences are grammatical, signed and complete, and a number of each set is worked out
here anew, with plain arithmetic on the figures of the store.
"""

import re
import warnings

import pandas as pd
import pytest
from page import record_of

from tests.rounding_by_hand import billions
from tradelib import store
from tradelib.quantity.errors import ParameterError
from tradelib.report.parameters import asked

MINUS = "\N{MINUS SIGN}"
CHINA = "imports_goods_china_census_nsa"
IMPORT_PRICES = "imports_goods_bls_nsa_base2000_index"
TRAVEL = "exports_services_travel_bop_sa"
MEASURES = ("period", "month", "year", "three_months", "annualised")


def as_read(text):
    """Return a text as a reader sees it, without links, emphasis and marks of code."""
    text = re.sub(r"\[([^\]]*)\]\(#p\w+\)", r"\1", text).replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"\*+|`", "", text)


# The figures of the store, and amounts in words, by arithmetic that owes nothing to the package.


def figures(series, vintage=None):
    """Return what a release says of a series, by month as text."""
    values = store.release_of(series, vintage).series(series)
    return {str(month): float(value) for month, value in values.dropna().items()}


def loaded(series, vintage="2025-03", start="first"):
    """Return a series known by a release, by month as text; the longest unless a first month is named."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", store.StoreWarning)
        values = store.load(series, start=start, vintage=vintage)[series].dropna()
    return {str(month): float(value) for month, value in values.items()}


def of_bea(release):
    """Return the balance as BEA's tables of a release have it, by month; empty where it has none of them."""
    known = store.triangle("balance_total_bop_sa", "bea").T.droplevel("statistical_month").T
    return known.get(str(release.released), pd.Series(dtype=float)).dropna()


def back(month, months):
    """Return the month so many months before another, both as text."""
    number = int(month[:4]) * 12 + int(month[5:]) - 1 - months
    return f"{number // 12}-{number % 12 + 1:02}"


def money(millions, *, sign=False):
    """Return an amount of dollars as the notebooks print it."""
    size = billions(millions)
    mark = "" if not sign or size == "0.0" else "+" if millions > 0 else MINUS
    return f"{mark}${size} billion"


def balance_moved(name, now, before):
    """Return how a balance moved that has the same side in both months."""
    assert now * before > 0
    verb = {True: ("narrowed", "widened"), False: ("rose", "fell")}[now < 0][now < before]
    return f"{name} {'deficit' if now < 0 else 'surplus'} {verb} {money(now - before)} to {money(now)}"


def flow_moved(name, now, before):
    """Return how a flow moved, with its percentage and its level."""
    verb = "rose" if now > before else "fell"
    tenths = int(abs(now - before) / before * 1000 + 0.5)
    return f"{name} {verb} {money(now - before)} ({tenths // 10}.{tenths % 10} percent) to {money(now)}"


def signed(number, decimals=1):
    """Return a number with a true sign; its value is nowhere near a tie."""
    return f"{number:+.{decimals}f}".replace("-", MINUS)


# What each set must say. Every function gets the parameters of its set.


def of_balance(series, name):
    def expected(vintage, month=None, **_):
        values = figures(series, vintage)
        month = month or max(values)
        return balance_moved(name, values[month], values[back(month, 1)])

    return expected


def of_flow(series, name):
    def expected(vintage, **_):
        values = figures(series, vintage)
        return flow_moved(name, values[max(values)], values[back(max(values), 1)])

    return expected


def largest_since(vintage, month, **_):
    values = figures("balance_total_bop_sa", vintage)
    larger = max(other for other in values if other < month and values[other] <= values[month])
    return f"It is the largest deficit since {in_words(larger)}."


def average_moved(vintage, **_):
    values = figures("balance_total_bop_sa", vintage)
    now, before = (sum(values[back(max(values), n + lag)] for n in range(3)) / 3 for lag in (0, 1))
    return balance_moved("average goods and services", now, before)


def widest_partner(vintage, **_):
    release = store.release_of(vintage=vintage)
    at = str(release.month)
    names = {"China": "china", "Mexico": "mexico", "Ireland": "ireland", "Vietnam": "vietnam", "Canada": "canada"}
    balances = {name: figures(f"balance_goods_{slug}_census_sa", vintage)[at] for name, slug in names.items()}
    widest = min(balances, key=balances.get)
    return f"The largest deficit in goods is with {widest}: {money(balances[widest])}"


def cars_from_mexico(vintage, **_):
    values = figures("imports_goods_vehicles_mexico_census_nsa", vintage)
    return f"The largest source of vehicles and parts is Mexico: {money(values[max(values)])}"


def price_of_a_barrel(vintage, **_):
    name = "imports_goods_energy_petroleum_crude_oil_census_nsa"
    value, barrels = figures(name, vintage), figures(f"{name}_quantity", vintage)
    return f"A barrel cost ${value[max(value)] / barrels[max(value)]:.2f} after"


def first_and_new_release(vintage, **_):
    names = [f"{flow}_{item}_bop_sa" for item in ("goods", "services") for flow in ("exports", "imports")]
    then = {name: figures(name, "2023-04") for name in names}
    now = {name: figures(name, vintage) for name in names}
    differ = sum(now[name][month] != then[name][month] for name in names for month in set(now[name]) & set(then[name]))
    return f"{differ} monthly figures of goods and services differ from the release of June 7, 2023"


def cover(vintage, month, **_):
    goods, services = (figures(f"balance_{item}_bop_sa", vintage)[month] for item in ("goods", "services"))
    return f"The services surplus covers {int(-100 * services / goods + 0.5)} percent of the goods deficit"


def right_balance(vintage, **_):
    values = figures("balance_total_bop_sa", vintage)
    return f"${billions(values[max(values)])} billion"


def share_of_year(series, end, **_):
    """Growth over a year, as the notebook on trend has it."""
    values = loaded(series)
    return f"Over a year the growth is {signed(100 * (values[end] / values[back(end, 12)] - 1))}%;"


def change_of_year(series, end, vintage="2025-03", **_):
    values = loaded(series, vintage)
    return f"Over a year the change is {money(values[end] - values[back(end, 12)], sign=True)};"


def three_months(series, end, vintage="2025-03", **_):
    values = loaded(series, vintage)
    average = money(sum(values[back(end, n)] for n in range(3)) / 3, sign=series.startswith("balance"))
    return f"The average of the three months to {in_words(end)} is {average}"


def goods_over_year(end, vintage="2025-03", **_):
    flows = {flow: loaded(f"{flow}_goods_bop_sa", vintage) for flow in ("exports", "imports")}
    now, before = (flows["exports"][month] - flows["imports"][month] for month in (end, back(end, 12)))
    return balance_moved("the goods", now, before)


def value_since(start, end, vintage="2025-03", **_):
    values = loaded("imports_goods_bop_sa", vintage)
    return f"imports: value {signed(100 * (values[end] / values[start] - 1))}%"


def first_print_of(example, **_):
    value = figures("balance_total_bop_sa", example)[example]
    return f"of {in_words(example)} was {MINUS}{billions(value)}, on 2025-05-06."


def typical_change(series, start, end, **_):
    values = loaded(series)
    months = [month for month in values if start < month <= end]
    sizes = sorted(abs(values[month] - values[back(month, 1)]) for month in months)
    middle = len(sizes) // 2
    median = sizes[middle] if len(sizes) % 2 else (sizes[middle - 1] + sizes[middle]) / 2
    return f"a typical change of a single month is {money(median)}"


def taken_out_in(month):
    """What the agency took out of exports in a calendar month, on average."""

    def expected(start, end="2025-03", **_):
        raw, adjusted = (loaded(f"exports_goods_census_{kind}", start=start) for kind in ("nsa", "sa"))
        months = [m for m in raw if start <= m <= end and m.endswith(month)]
        mean = sum(100 * (raw[m] / adjusted[m] - 1) for m in months) / len(months)
        return f"exports were lowest in Jan ({signed(mean)})"

    return expected


def without_moves(record, **_):
    """Six years have no first five and last five: neither figure nor sentence on what moved."""
    assert "pattern_moved" not in {item["name"] for item in record["items"]}
    assert not any("moved" in text for _, text in statements(record))
    return "In percent of the adjusted level, 2013 to 2018: exports were lowest in Jan"


def one_verdict(record, **_):
    """A p-value below 0.05 on its own is one of nine: sentence, table and result have one verdict."""
    assert record["results"]["verdict"] == "not proven"
    assert record["results"]["p_value"] < 0.05
    assert "In question after the correction, of 9 series: none" in "".join(text for _, text in statements(record))
    return "residual seasonality is not proven (p = 0.046, 0.41 after the correction for 9 series"


def without_season(record, **_):
    """What is measured over one and three months has the season taken out, and says so."""
    *_, table = (item for item in record["items"] if item["name"] == "growth")
    row = dict(zip(table["columns"], table["rows"][-1], strict=True))
    assert list(row) == [name if name in {"period", "year"} else f"{name}_without_season" for name in MEASURES]
    assert -25 < as_number(row["annualised_without_season"]) < 0  # with it, -32 percent
    return "its monthly changes, the season taken out, by"


def only_the_year(record, **_):
    """In less than three years the season cannot be told from the rest: only the change over a year is free of it."""
    *_, table = (item for item in record["items"] if item["name"] == "growth")
    assert table["columns"] == ["period", "year"]
    return "Over a year the growth is"


def lines_do_not_meet(record, **_):
    assert not any("meet" in text for _, text in statements(record))
    return "From January 2021 to December 2023"


def rows_of(record, name):
    """Return the rows of a table of the record, each a dict by the name of the column."""
    [table] = [item for item in record["items"] if item["name"] == name]
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


def as_number(text):
    return float(text.replace(MINUS, "-").replace(",", ""))


def in_words(month):
    """Return a month as text in words."""
    names = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
    return f"{names[int(month[5:]) - 1]} {month[:4]}"


def first_regime(record, series, end, **_):
    """The mean of the first of ten years' regimes, and the month in which the next would begin."""
    values = loaded(series)
    first = rows_of(record, "break_dates")[0]
    months = [back(end, n) for n in range(120)]
    regime = [values[month] for month in months if month < first["first_month"]]
    assert abs(sum(regime) / len(regime) / 1000 - as_number(first["before"])) < 0.051
    return f"New regimes would begin in {in_words(first['first_month'])}"


def expects_the_difference(record, **_):
    """What is expected of the balance is exports less imports."""
    row = rows_of(record, "expected")[0]
    exports, imports, balance = (as_number(row[name]) for name in ("Exports", "Imports", "Balance"))
    assert abs(exports - imports - balance) < 0.11
    return f"For {in_words(row['period'])} the combination expects {money(1000 * balance, sign=True)}"


def came_since(record, **_):
    """How many outcomes lay in the band that the table prints."""
    flows = {flow: loaded(f"{flow}_services_bop_sa") for flow in ("exports", "imports")}
    inside = 0
    for row in rows_of(record, "expected"):
        came = (flows["exports"][row["period"]] - flows["imports"][row["period"]]) / 1000
        inside += as_number(row["low 80%"]) <= came <= as_number(row["high 80%"])
    return f"Of the three months since then, {inside or 'none'} lay in the 80% band"


def within_the_band(record, series, **_):
    """What is expected lies above both lower bounds; an index has no unit."""
    amount = str if series == IMPORT_PRICES else lambda billions: f"${billions} billion"
    row = rows_of(record, "expected")[0]
    assert as_number(row["low 95%"]) < as_number(row["low 80%"]) < as_number(row["Imports"])
    return f"For {in_words(row['period'])} the combination expects {amount(row['Imports'])}"


def published_and_measured(record, **_):
    """Exports of goods as published lay in the band; its share of past outcomes is that of the table of sides."""
    row = rows_of(record, "expected")[0]
    came = loaded("exports_goods_census_nsa", vintage="2026-03-12")[row["period"]] / 1000
    assert as_number(row["low 80%"]) < came < as_number(row["high 80%"])
    sides = {(each["Flow"], each["Outcomes in"]): each for each in rows_of(record, "sides")}
    for each in sides.values():
        for level in ("80%", "95%"):
            assert abs(sum(as_number(each[f"{level}: {side}"]) for side in ("below", "in", "above")) - 100) < 0.16
    shares = [as_number(sides["exports", part]["80%: in"]) for part in ("all", "since 2013")]
    assert all(abs(share - 80) < 3 for share in shares)
    return f"such intervals contained {shares[0]:.0f}% of past outcomes, {shares[1]:.0f}% since 2013"


def beaten(record, **_):
    """What the page says of naive is what the column of p-values says, and on which side the error lies."""
    rows = {next(iter(each.values())): each for each in rows_of(record, "accuracy")}
    differ = [name for name, each in rows.items() if name != "naive" and as_number(each["p, exports"]) < 0.05]
    assert differ == ["drift", "combination"]
    assert all(as_number(rows[name]["Exports"]) < 0.95 for name in differ)
    return "at 5% the test finds drift and the combination better than naive. Naive can be beaten here"


def first_prints(start="1992-01", **_):
    """How many first prints were revised upwards, by the releases themselves."""
    issues = [issue for issue in store.releases() if "balance_total_bop_sa" in issue.quantities]
    newest = of_bea(issues[-1])
    moved = []
    for issue in issues[:-1]:
        values = of_bea(issue)
        if str(issue.month) >= start and issue.month in values.index:
            moved.append(float(newest[issue.month]) - float(values[issue.month]))
    average = money(sum(abs(move) for move in moved) / len(moved))
    return f"First prints moved by {average} on average, {sum(move > 0 for move in moved)} of {len(moved)} upwards"


def flips(record, **_):
    """How many changes of the balance had the other sign in the first print; one that prints as 0.0 has none."""
    values, rows = loaded("balance_total_bop_sa"), rows_of(record, "printed")
    for row in rows:
        assert abs((values[row["month"]] - values[back(row["month"], 1)]) / 1000 - as_number(row["final"])) < 0.051
    issues = {row["month"]: figures("balance_total_bop_sa", row["month"]) for row in rows}
    first = {month: issue[month] - issue[back(month, 1)] for month, issue in issues.items()}
    rows = [row for row in rows if abs(first[row["month"]]) >= 50 and as_number(row["final"])]
    flipped = sum((first[row["month"]] > 0) != (as_number(row["final"]) > 0) for row in rows)
    assert (flipped, len(rows)) == (0, 4)
    return "The sign flipped in none of four months with a direction"


def without_gold(vintage, month=None, **_):
    """Each line of metal shapes taken out alone, because gold's part of either may be all or nothing."""
    lines = [f"goods_industrial_supplies_{line}_census_sa" for line in ("nonmonetary_gold", "finished_metal_shapes")]
    names = ["balance_total_bop_sa", *(f"{flow}_{line}" for line in lines for flow in ("exports", "imports"))]
    known = store.release(vintage)
    month = month or str(known.month)
    balance, gold_out, gold_in, shapes_out, shapes_in = (float(known.series(name)[month]) for name in names)
    ends = (balance - gold_out + gold_in - shapes_out, balance - gold_out + gold_in + shapes_in)
    return f"the balance without gold lies between {' and '.join(money(end, sign=True) for end in ends)}."


def record_of_exports(vintage, **_):
    values = figures("exports_total_bop_sa", vintage)
    assert values[max(values)] == max(values.values())
    return f"Exports: largest amount, {money(max(values.values()))}"


def largest_revision(vintage, **_):
    now, then = figures("balance_total_bop_sa", vintage), figures("balance_total_bop_sa", "2023-04")
    revisions = {month: now[month] - then[month] for month in now if month in then}
    month = max(revisions, key=lambda month: abs(revisions[month]))
    return f"Balance, {in_words(month)}: {money(revisions[month], sign=True)}"


def right_number(vintage, text, **_):
    values = figures("balance_total_bop_sa", vintage)
    assert money(values[max(values)]) in text
    return "No numbers are wrong; one was checked"


def parts_of_the_balance(end=None, vintage="2025-03", **_):
    """The three newest months of goods and of services, averaged."""
    flows = {item: loaded(f"balance_{item}_bop_sa", vintage) for item in ("goods", "services")}
    end = end or max(flows["goods"])
    goods, services = (sum(values[back(end, n)] for n in range(3)) / 3 for values in flows.values())
    return f"A goods deficit of {money(goods)} and a services surplus of {money(services)} make a deficit of"


def distance_of_ends(record, **_):
    """How far apart the trends of the table end."""
    rows = rows_of(record, "ends")
    ends = [as_number(row["Newest trend"]) for row in rows]
    [item] = [item for item in record["items"] if item["name"] == "answer"]
    number = as_number(re.search(r"disagree by \$?([\d.,]+)", as_read(item["title"]))[1])
    assert abs(number - (max(ends) - min(ends))) < 0.061
    for low, end, high in ((row["low"], row["Newest trend"], row["high"]) for row in rows if row["low"]):
        assert as_number(low) <= as_number(end) <= as_number(high)
    assert all(0 <= as_number(row["held, percent"]) <= 100 for row in rows if as_number(row["of ends"]))
    return "past ends moved by"


def largest_step(series, start, end=None, **_):
    """The month with the largest change: of a balance, in percent of mean trade in the month before."""
    values = loaded(series)
    if series.startswith("balance"):
        exports, imports = (loaded(series.replace("balance", flow)) for flow in ("exports", "imports"))
        sizes = {}
        for month in (month for month in values if start < month <= (end or max(values))):
            then = back(month, 1)
            sizes[month] = 200 * (values[month] - values[then]) / (exports[then] + imports[then])
        month = max(sizes, key=lambda each: abs(sizes[each]))
        moved = f"{'rise' if sizes[month] > 0 else 'fall'} of {abs(sizes[month]):.1f} percent of trade"
        return f"{in_words(month)}, a {moved}."
    return "The largest change was that of"


def mean_revision(start, **_):
    """What prints of months since a first one were revised by on average, by the releases themselves."""
    issues = [issue for issue in store.releases() if "balance_total_bop_sa" in issue.quantities]
    newest, moved = of_bea(issues[-1]), []
    for issue in issues[:-1]:
        values = of_bea(issue)
        if str(issue.month) >= start and issue.month in values.index:
            moved.append(float(newest[issue.month]) - float(values[issue.month]))
    hundredths = int(abs(sum(moved) / len(moved)) / 10 + 0.5)
    return f"The mean revision is +${hundredths // 100}.{hundredths % 100:02} billion"


def year_of_export_prices(end, **_):
    values = loaded("exports_goods_bls_nsa_base2000_index")
    rate = 100 * (values[end] / values[back(end, 12)] - 1)
    return f"export prices {'rose' if rate > 0 else 'fell'} {abs(rate):.1f} percent"


SETS = [
    ("01_overview", {"vintage": "2023-04"}, of_balance("balance_total_bop_sa", "The goods and services")),
    ("01_overview", {"vintage": "2024-02", "month": "2020-04"}, largest_since),
    ("02_averages", {"vintage": "2023-04"}, average_moved),
    ("02_averages", {"vintage": "2025-03"}, average_moved),
    ("03_goods", {"vintage": "2023-04", "largest": 3}, of_flow("exports_goods_census_sa", "Exports of goods")),
    ("03_goods", {"vintage": "2025-03", "largest": 40}, of_flow("imports_goods_census_sa", "Imports of goods")),
    ("04_services", {"vintage": "2023-04", "largest": 3}, of_balance("balance_services_bop_sa", "The services")),
    ("04_services", {"vintage": "2025-03", "largest": 20}, of_flow("imports_services_bop_sa", "Imports of services")),
    ("07_real_goods", {"vintage": "2023-04"}, of_balance("balance_goods_census_sa_chained2017", "The real goods")),
    ("07_real_goods", {"vintage": "2025-03"}, of_flow("exports_goods_census_sa_chained2017", "Real exports of goods")),
    ("08_partners", {"vintage": "2023-04", "largest": 3}, widest_partner),
    ("08_partners", {"vintage": "2025-03", "largest": 20}, widest_partner),
    (
        "09_technology",
        {"vintage": "2023-04", "largest": 3},
        of_balance("balance_goods_advanced_technology_census_nsa", "The advanced technology"),
    ),
    (
        "09_technology",
        {"vintage": "2025-03", "largest": 20},
        of_flow("imports_goods_advanced_technology_census_nsa", "Imports"),
    ),
    ("10_petroleum", {"vintage": "2023-04"}, price_of_a_barrel),
    ("11_motor_vehicles", {"vintage": "2023-04", "largest": 3}, cars_from_mexico),
    ("11_motor_vehicles", {"vintage": "2025-03", "largest": 20}, cars_from_mexico),
    ("12_method", {"vintage": "2023-04"}, lambda **_: "no earlier release of goods and services in the same"),
    ("12_method", {"vintage": "2025-02"}, lambda **_: "no earlier release of goods and services in the same"),
    ("12_method", {"vintage": "2024-02"}, first_and_new_release),
    ("13_in_proportion", {"vintage": "2024-02", "month": "2020-04"}, cover),
    ("13_in_proportion", {"vintage": "2025-03", "month": "1992-02"}, cover),
    ("13_in_proportion", {"vintage": "2025-03"}, without_gold),
    ("13_in_proportion", {"vintage": "2025-03", "month": "2025-02"}, without_gold),
    ("14_changes", {"vintage": "2024-02", "largest": 1}, record_of_exports),
    ("14_changes", {"vintage": "2024-02", "largest": 2}, largest_revision),
    ("14_changes", {"vintage": "2023-04"}, lambda **_: "No earlier release is of the same compilation."),
    ("31_check_a_text", {"vintage": "2024-02"}, right_balance),
    (
        "31_check_a_text",
        {"vintage": "2025-03", "text": "The deficit widened to $140.5 billion in March."},
        right_number,
    ),
    ("31_check_a_text", {"vintage": "2024-02", "text": "Nothing about trade."}, lambda **_: "No number to check"),
    ("22_seasonal", {"series": "balance_total_bop_sa", "start": "2008-01", "end": "2020-04"}, typical_change),
    ("22_seasonal", {"series": "imports_goods_census_sa", "start": "2006-01", "end": "2014-12"}, taken_out_in("01")),
    ("22_seasonal", {"series": "balance_services_bop_sa", "start": "2012-01"}, taken_out_in("01")),
    ("22_seasonal", {"series": "imports_services_bop_sa", "start": "2016-05"}, one_verdict),
    ("22_seasonal", {"series": "exports_goods_bop_sa", "start": "2013-01", "end": "2018-12"}, without_moves),
    (  # X-13 would take second differences of it
        "22_seasonal", {"series": "imports_services_government_bop_sa"}, lambda **_: "Over the whole span QS is 20.44 ",
    ),
    ("23_trend", {"series": "balance_total_bop_sa", "start": "2018-04", "end": "2020-04"}, change_of_year),
    ("23_trend", {"series": TRAVEL, "start": "2019-01", "end": "2021-06"}, share_of_year),
    ("23_trend", {"series": IMPORT_PRICES, "start": "2018-01", "end": "2020-04"}, share_of_year),
    ("23_trend", {"series": CHINA, "start": "2018-01", "end": "2022-12"}, three_months),
    ("23_trend", {"series": "imports_goods_census_nsa", "end": "2023-01"}, without_season),
    ("23_trend", {"series": CHINA, "start": "2020-12", "end": "2023-01"}, only_the_year),
    (
        "23_trend",
        {"series": "balance_services_bop_sa", "start": "2022-01", "end": "2024-02", "vintage": "2024-02"},
        three_months,
    ),
    ("24_real_vs_nominal", {"start": "2019-04", "end": "2020-04"}, goods_over_year),
    ("24_real_vs_nominal", {"start": "2022-01", "end": "2024-02", "vintage": "2024-02"}, value_since),
    ("24_real_vs_nominal", {"start": "2021-01", "end": "2023-12"}, lines_do_not_meet),
    (
        "24_real_vs_nominal",
        {
            "start": "2007-01", "end": "2009-12", "reference_year": 2005, "episode_start": "2008-07",
            "episode_end": "2009-02", "adjust_prices": True,
        },
        goods_over_year,
    ),
    ("25_revisions", {"series": "balance_total_bop_sa", "example": "2025-03"}, first_print_of),
    ("25_revisions", {"shown": 6, "start": "2024-06"}, first_prints),
    (  # the months that have both, although nine have the first and seven others the last
        "25_revisions", {},
        lambda **_: "six months had moved by $1.9 billion after a quarter and by $2.7 billion after half a year.",
    ),
    ("25_revisions", {"vintage": "2025-05-06"}, lambda **_: "Too few months have prints of two ages"),
    ("20_deficit", {"start": "2008-01", "end": "2020-04"}, parts_of_the_balance),
    ("20_deficit", {"end": "2016-01"}, lambda **_: "The three-month average deficit was nearly unchanged in a year\n"),
    ("32_gdp_bridge", {"end": "2016-08"}, lambda **_: "Trade hardly moved nominal growth in 2016Q3\n"),
    ("32_gdp_bridge", {"end": "2020-04"}, lambda **_: "Trade took 0.6 points from nominal growth in 2020Q2\n"),
    ("20_deficit", {"start": "2024-01", "vintage": "2024-02"}, parts_of_the_balance),
    ("40_newest_trend", {"series": TRAVEL, "start": "2019-01", "end": "2021-06"}, distance_of_ends),
    ("40_newest_trend", {"series": IMPORT_PRICES, "start": "2018-01", "end": "2020-04"}, distance_of_ends),
    ("40_newest_trend", {"end": "2009-03"}, distance_of_ends),
    ("41_turbulence", {"series": CHINA, "start": "2010-01"}, largest_step),
    ("41_turbulence", {"series": "balance_total_bop_sa", "start": "2012-01", "end": "2019-12"}, largest_step),
    ("41_turbulence", {"end": "2016-08"}, lambda **_: "Two kinds of months are not preferred to one: BIC rises by 4.1"),
    (
        "41_turbulence", {"series": IMPORT_PRICES, "end": "2010-01"},
        lambda **_: "turbulence came in three spells, too few to say how long it lasts",
    ),
    ("42_news_or_noise", {"few": 5, "start": "2024-06"}, mean_revision),
    ("43_one_index", {"end": "2024-01", "reference_year": 2012}, lambda **_: "two months cannot tell what the method"),
    ("44_terms_of_trade", {"start": "2005-01", "end": "2020-04"}, year_of_export_prices),
    ("26_breaks", {"series": "balance_total_bop_sa", "start": "2018-01", "end": "2020-04"}, first_regime),
    ("26_breaks", {"start": "2013-05", "end": "2016-08"}, lambda **_: "That holds for the balance."),
    ("26_breaks", {"series": TRAVEL, "start": "2016-01", "end": "2020-04"}, first_regime),
    ("26_breaks", {"series": IMPORT_PRICES, "start": "2019-01"}, lambda **_: "the import price index for goods"),
    ("27_forecasts", {"start": "2012-01", "end": "2020-04", "horizon": 1}, expects_the_difference),
    (
        "27_forecasts",
        {"series": "balance_services_bop_sa", "start": "2016-01", "horizon": 3, "origin": "2020-04"},
        came_since,
    ),
    ("27_forecasts", {"series": CHINA, "start": "2010-01", "horizon": 1}, within_the_band),
    (
        "27_forecasts",
        {"series": "exports_goods_census_nsa", "start": "2012-01", "horizon": 3, "origin": "2020-02"},
        lambda **_: "Of the three months since then, none lay in the 80% band",
    ),
    ("27_forecasts", {"series": IMPORT_PRICES, "start": "2016-01", "horizon": 6}, within_the_band),
    ("27_forecasts", {"series": "exports_goods_census_nsa", "vintage": "2023-03-08"}, published_and_measured),
    ("27_forecasts", {"series": "exports_services_bop_sa", "end": "2019-12", "horizon": 3}, beaten),
    pytest.param(
        "28_agency_way", {"start": "2021-01", "end": "2022-12"}, lambda **_: "January 2021 to December 2022",
        marks=pytest.mark.nightly,
    ),
    ("29_own_adjustment", {"start": "2010-01", "end": "2020-04", "engine": "stl"}, lambda **_: "STL has no such card"),
    ("29_own_adjustment", {"series": CHINA, "engine": "x11"}, lambda **_: "Outliers of 2020"),
    ("30_first_adjustment", {"years": 3, "start": "2010-01", "end": "2020-04"}, flips),
]  # fmt: skip


NOUNS = "months|years|figures|numbers|steps|blocks|changes|breaks|releases|quarters|turning points|origins"
FAULTS = {
    "a value that is missing": r"\b(nan|NaN|None|NaT|inf)\b(?! of )|np\.",
    "a count of nothing or of one as of many": rf"\b0% of the\b|\bof the 1 |\b(1|one) ({NOUNS})\b|\bno \w+ or more\b",
    "a blank or a stop too many": r"(?<!\n)  |\.\.|,\.|\s[,;.]",
    "a small letter after a full stop": r"(?<!U\.S)\. [a-z]",
    "a hyphen for a minus": r"(?<![\w,-])-\$?\d",
    "a signed zero": rf"[+{MINUS}]\$?0\.0+(?!\d)",
    "a deficit or a surplus with a sign": rf"(deficit|surplus) (of|was|is) [+{MINUS}]",
    "a percent sign without a number": r"(?<![\d,] )(?<!\d)%",
    "billions without a dollar sign": r"(?<![$\d.,])\d+(,\d{3})*(\.\d+)? billion\b",
    "a change without an amount": r"(widened|narrowed|rose|fell) (to|in|by) (?!\$|a )",
}


def statements(record):
    """Return every text that a reader meets, its place before it."""
    for item in record["items"]:
        place = f"{item['kind']} {item['name']}"
        for part in ("title", "alt", "unit", "reading"):
            yield f"{place}, {part}", as_read(item.get(part) or "")
        if item["kind"] == "tiles":
            yield place, as_read("; ".join(" | ".join(row) for row in item["rows"]))


def must_read_well(place, text):
    faults = {fault: match[0] for fault, pattern in FAULTS.items() if (match := re.search(pattern, text))}
    assert not faults, f"{place}: {faults} in {text!r}"
    assert not re.match(r"[a-z]", text) or place.endswith("unit"), f"{place}: {text!r}"


def sides_must_fit(place, text):
    """A deficit that widened is at least as large as what it widened by; what leads a rise rose."""
    for side, verb, change, level in re.findall(
        r"(deficit|surplus) (widened|narrowed|rose|fell) \$([\d.,]+) billion to \$([\d.,]+) billion", text
    ):
        assert verb in (("widened", "narrowed") if side == "deficit" else ("rose", "fell")), f"{place}: {text!r}"
        grew = verb in {"widened", "rose"}
        assert not grew or float(change) <= float(level) + 0.1, f"{place}: {text!r}"
    for verb, leaders in re.findall(r"(rose|fell) [^;]*?, led by (.+?)(?:\.\s|\.$|;)", text):
        got = set(re.findall(rf"\(([+{MINUS}])\$", leaders))
        assert got == {"+" if verb == "rose" else MINUS}, f"{place}: {text!r}"


def identifier(value):
    return value if isinstance(value, str) else "-".join(map(str, value.values())) if isinstance(value, dict) else ""


@pytest.mark.slow
@pytest.mark.parametrize(("stem", "parameters", "expected"), SETS, ids=identifier)
def test_what_a_notebook_says_of_a_set_of_parameters(stem, parameters, expected):
    record = record_of(stem, **parameters)
    for place, text in statements(record):
        must_read_well(place, text)
        sides_must_fit(place, text)
    for item in record["items"]:
        named = item["kind"] == "tiles" or 0 < len(as_read(item["title"])) <= 110
        assert named, f"{item['name']}: {len(item['title'])} characters: {item['title']!r}"
        assert item["kind"] != "figure" or (item["alt"] and item["reading"]), item["name"]
    assert [check for check in record["checks"] if not check["holds"]] == []
    tables = [cell for item in record["items"] if item["kind"] == "table" for row in item["rows"] for cell in row]
    everything = "\n".join([*(text for _, text in statements(record)), *map(as_read, tables)])
    phrase = expected(record=record, **parameters)
    assert phrase in everything, f"{phrase!r} is not in:\n{everything}"


def test_models_get_the_months_of_the_span_from_the_release_that_has_it():
    """The release that reaches back farthest ends two years before the one with the newest months."""
    parameters = asked("40_newest_trend", series=CHINA, start="2018-01")
    span = parameters.load(CHINA)[CHINA].dropna()
    got = parameters.load_long().index
    assert (got[-1], len(got)) == (span.index[-1], 120)
    assert asked("40_newest_trend", series=CHINA, start="2021-01", end="2024-12").load_long().index[-1] == got[-1] - 2


@pytest.mark.parametrize(
    ("stem", "parameters", "reason"),
    [
        ("02_averages", {"vintage": "2024-02"}, "has no exhibit 1 and no 2"),
        ("13_in_proportion", {"vintage": "2025-03", "month": "1992-01"}, "not 1992-01 and the month before"),
        ("22_seasonal", {"start": "2020-01", "end": "2020-04"}, "are 4 months; the tests need"),
        ("23_trend", {"start": "2019-01", "end": "2020-04"}, "has 16 months; expected at least 24"),
        ("24_real_vs_nominal", {"start": "2019-05", "end": "2020-04"}, "are 12 months; a change over a year needs 13"),
        ("25_revisions", {"end": "2024-05"}, "2 months with print 1 and a later one .*; expected at least 5"),
        ("25_revisions", {"example": "1991-12"}, "example 1991-12 is none of the months measured: 2022-02, "),
        ("25_revisions", {"print_number": 99}, "print 99 of 2013-12 to 2017-11 .*; expected .* a smaller print_number"),
        ("42_news_or_noise", {"print_number": 99}, "print 99 of .*; expected .* a smaller print_number"),
        ("42_news_or_noise", {"rejected": 0.1}, "rejected=0.1: expected less than doubtful=0.05"),
        ("27_forecasts", {"start": "1992-01", "end": "1998-01"}, "has 73 months; expected at least 92"),
        ("28_agency_way", {"start": "2021-01", "end": "2022-11"}, "found 23 months .*; expected 24"),
        ("29_own_adjustment", {"start": "2019-01", "end": "2020-04"}, "are 16 months; the tests need"),
        ("29_own_adjustment", {"end": "1996-12"}, "1992-01 to 1996-12 are 60 months; the tests need 72"),
    ],
    ids=lambda value: value if isinstance(value, str) and value[0].isdigit() else "",
)
def test_a_notebook_that_can_say_nothing_is_left_out_with_its_reason(stem, parameters, reason):
    with pytest.raises(ParameterError, match=reason):
        asked(stem, **parameters)
