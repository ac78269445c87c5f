"""Texts about the trade figures: what each number is about, and whether it is right."""

import cProfile
import csv
import re
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from tradelib.quantity.errors import ParameterError, SourceError
from tradelib.words import checking
from tradelib.words.checking import grammar, statements, vocabulary
from tradelib.words.checking.statements import Subject

MARCH, APRIL = "2025-05-06", "2023-06-07"
A, W, R, N = "agrees", "wrong", "revised since", "not understood"

RIGHT = [
    ("The U.S. trade deficit hit a record $140.5 billion in March 2025.", MARCH, [A, A]),
    ("America's trade gap ballooned to $140.5bn in March 2025, up 14% from the month before.", MARCH, [A, A]),
    ("Imports jumped 4.4% to an all-time high of $419 billion in March 2025; exports edged up 0.2% to $278.5 billion.",
        MARCH, [A, A, A, A, A],
    ),
    ("Goods imports climbed by $17.8 billion to $346.8 billion in March 2025.", MARCH, [A, A]),
    ("Pharmaceutical imports surged $20.9 billion in March 2025.", MARCH, [A]),
    ("Imports of passenger cars rose $2.1 billion in March 2025.", MARCH, [A]),
    ("March 2025: the deficit with China narrowed to $24.8bn; the gap with Ireland widened by $15.3bn to $29.3bn.",
        MARCH, [A, A, A],
    ),
    ("In March 2025 the services surplus slipped to $23.0 billion, $0.8 billion less than in February.", MARCH, [A, A]),
    ("The shortfall in goods widened to $163.5 billion in March 2025 from a revised $147.0 billion in February.", MARCH,
     [A, A]),
    ("For the year to date, the deficit is up $189.6 billion, or 92.6 per cent, through March 2025.", MARCH, [A, A]),
    ("The three-month average deficit rose $14.1 billion to $131.4 billion in March 2025.", MARCH, [A, A]),
    ("Adjusted for inflation, the real goods deficit was $150.9 billion in March 2025.", MARCH, [A]),
    ("Exports of services fell 0.9 percent to US$95.2 billion in March 2025.", MARCH, [A, A]),
    ("The March 2025 deficit of about $140 billion was the largest on record.", MARCH, [A, A]),
    ("In March 2025 the trade gap was 140.5 billion dollars.", MARCH, [A]),
    ("Travel exports dropped $1.3 billion in March 2025.", MARCH, [A]),
    ("Crude oil imports declined $1.2 billion in March 2025.", MARCH, [A]),
    ("The U.S. trade deficit widened by $14.0 billion to $74.6 billion in April 2023.", APRIL, [A, A]),
    ("In April 2023 the trade deficit widened 23% to $74.6bn from $60.6bn in March.", APRIL, [A, A, A]),
    ("Exports tumbled 3.6% to $249.0 billion in April 2023; imports increased 1.5% to $323.6 billion.", APRIL,
     [A, A, A, A]),
    ("The goods deficit rose $14.5 billion to $96.1 billion in April 2023.", APRIL, [A, A]),
    ("The deficit with China was $24.2 billion in April 2023.", APRIL, [A]),
]  # fmt: skip
PLANTED = [
    ("The U.S. trade deficit was up $14.9 billion in April 2023.", APRIL, [W]),
    ("The trade deficit widened to $74.6 billion in April 2023 from $68.6 billion in March.", APRIL, [A, W]),
    ("The trade deficit was $145.0 billion in March 2025.", MARCH, [W]),  # digits
    ("Exports fell $0.5 billion to $278.5 billion in March 2025.", MARCH, [W, A]),  # sign
    ("The trade deficit was $140.5 billion in February 2025.", MARCH, [W]),  # month
    ("Exports rose to $419.0 billion in March 2025.", MARCH, [W]),  # flow
    ("On a Census basis, the goods deficit was $163.5 billion in March 2025.", MARCH, [W]),  # basis
    ("Imports of goods rose to $419.0 billion in March 2025.", MARCH, [W]),  # goods for total
    ("Imports rose 17.8% to $419.0 billion in March 2025.", MARCH, [W, A]),  # percent for dollars
    ("The services surplus increased $0.8 billion to $23.0 billion in March 2025.", MARCH, [W, A]),
    ("The gap with Mexico was $29.3 billion in March 2025.", MARCH, [W]),  # partner
    ("Imports of pharmaceuticals rose $2.9 billion in March 2025.", MARCH, [W]),
    ("The real goods deficit increased $16.5 billion in March 2025.", MARCH, [W]),  # real for nominal
    ("The three-month average deficit was $140.5 billion in March 2025.", MARCH, [W]),
    ("Year-to-date, the deficit increased $17.3 billion in March 2025.", MARCH, [W]),
    ("The U.S. posted a goods surplus of $163.5 billion in March 2025.", MARCH, [W]),
    ("The U.S. trade deficit was $122.7 billion in February 2025.", MARCH, [R]),
    ("Imports rose 4.4 percentage points in March 2025.", MARCH, [W]),
]
"""Errors of every kind: one number of each text is not what the release has."""
PRESS = [
    ("The deficit increased 14.0% from a revised $123.2 billion in February.", MARCH, [A, A]),
    ("The politically sensitive goods deficit with China fell to $24.8 billion in March 2025.", MARCH, [A]),
    ("Services exports slipped $0.9 billion in March 2025 as travel fell $1.3 billion.", MARCH, [A, A]),
    ("Goods exports climbed 0.7 percent to $183.2 billion in March 2025.", MARCH, [A, A]),
    ("The three-month average deficit climbed to $131.4 billion in March 2025.", MARCH, [A]),
    ("The deficit with the EU hit $48.3 billion in March 2025.", MARCH, [A]),
    ("In real terms, the goods deficit widened to $150.9 billion in March 2025.", MARCH, [A]),
    ("U.S. exports to Ireland were $1.4 billion in March 2025.", MARCH, [A]),
    ("The U.S. trade gap came in at $74.6 billion for April 2023, up 23 percent on the month.", APRIL, [A, A]),
    ("In April 2023, imports climbed 1.5 percent while exports slid 3.6 percent.", APRIL, [A, A]),
    ("The trade gap shrank to $140.5 billion in March 2025 from $123.2 billion.", MARCH, [A, A]),
    ("The goods deficit with China widened to $29.3 billion in March 2025.", MARCH, [W]),
    ("Gold imports rose $1.8 billion in March 2025.", MARCH, [W]),
    ("Exports climbed 2 percent to $278.5 billion in March 2025.", MARCH, [W, A]),
    ("The U.S. ran a services deficit of $23.0 billion in March 2025.", MARCH, [W]),
    ("Imports totaled $278.5 billion in March 2025.", MARCH, [W]),
    ("The deficit rose $17.3 billion to $163.5 billion in March 2025.", MARCH, [A, W]),
    ("The deficit soared to an all-time high of $140.5 billion in March 2025.", MARCH, [A, A]),
    (
        "March 2025 saw a $163.5 billion goods deficit, partly offset by a $23.0 billion services surplus.",
        MARCH,
        [A, A],
    ),
    ("The shortfall with Mexico was $16.8bn and with Vietnam $14.1bn in March 2025.", MARCH, [A, A]),
    ("March 2025 saw a $136.5 billion goods deficit.", MARCH, [W]),
    (
        "Britain may care less, but America's trade deficit swelled by 14% in March 2025 to $140.5bn, a record.",
        MARCH,
        [A, A, A],
    ),
    (
        "US trade gap, March 2025: $140.5bn (Feb: $123.2bn). Exports: $278.5bn (+0.2%). Imports: $419bn (+4.4%).",
        MARCH,
        [A, A, A, A, A, A],
    ),
    ("The gap in March 2025 stood at $140.5 billion, compared with $123.2 billion in February.", MARCH, [A, A]),
    ("Imports hit $419.0 billion in March 2025, $17.8 billion higher than in February.", MARCH, [A, A]),
    ("Exports totalled $278.5 billion in March 2025 and imports $419.0 billion.", MARCH, [A, A]),
    (
        "Consumer goods imports soared by $22.5bn in March 2025, led by pharmaceutical preparations, up $20.9bn.",
        MARCH,
        [A, A],
    ),
    ("The surplus in services shrank $0.8 billion to $23 billion in March 2025.", MARCH, [A, A]),
    ("In the first three months of 2025, imports grew 23.3%, while exports rose 5.2%.", MARCH, [A, A]),
    ("The trade shortfall with Ireland more than doubled to $29.3 billion in March 2025.", MARCH, [A, A]),
    (
        "In March 2025 it ran deficits with the EU ($48.3 billion), China ($24.8 billion) and Mexico ($16.8 billion).",
        MARCH,
        [A, A, A],
    ),
    ("It had surpluses with the Netherlands ($4.5 billion) and Hong Kong ($1.9 billion) in March 2025.", MARCH, [A, A]),
    ("March 2025's goods deficit, at $163.5 billion, was $16.5 billion wider than February's.", MARCH, [A, A]),
    (
        "Boeing had a bad month: exports of civilian aircraft were down $1.8 billion in March 2025.",
        MARCH,
        [A],
    ),
    ("U.S. imports from Ireland rose $15.5 billion to $30.7 billion in March 2025.", MARCH, [A, A]),
    ("Real exports of goods rose 1.6% in March 2025, and real imports 5.8%.", MARCH, [A, A]),
    ("The deficit averaged $131.4 billion over the three months to March 2025.", MARCH, [A]),
    ("In March 2025 imports of goods came to $346.8 billion and exports of goods to $183.2 billion.", MARCH, [A, A]),
    ("Exports of travel services dropped by $1.3bn in March 2025.", MARCH, [A]),
    ("The trade deficit rose to $74.6bn in April 2023, 23.0% more than in March.", APRIL, [A, A]),
    ("American exports slumped $9.2 billion to $249.0 billion in April 2023.", APRIL, [A, A]),
    ("The deficit rose by 14.0% to 140.5 billion US dollars in March 2025.", MARCH, [A, A]),
    ("Trade deficit widens to $140.5 billion (March 2025)", MARCH, [A]),
    ("The US trade gap narrowed by 14% in March 2025 to $140.5bn.", MARCH, [W, A]),
    ("US trade gap, March 2025: $104.5bn. Exports: $278.5bn (+2.0%). Imports: $419bn (+4.4%).", MARCH, [W, A, W, A, A]),
    (
        "In March 2025 it ran deficits with the EU ($48.3 billion), China ($28.4 billion) and Mexico ($16.8 billion).",
        MARCH,
        [A, W, A],
    ),
    ("U.S. exports to Ireland rose $15.5 billion to $30.7 billion in March 2025.", MARCH, [W, W]),
    ("In the first three months of 2025, imports grew 5.2%, while exports rose 23.3%.", MARCH, [W, W]),
    ("The goods deficit widened 14.0% to $140.5 billion in March 2025.", MARCH, [W, W]),
    ("The trade surplus was $140.5 billion in March 2025.", MARCH, [W]),
    ("The deficit rose by $14.0 billion to $140.5 billion in March 2025.", MARCH, [W, A]),
    ("Imports of crude oil rose $1.2 billion in March 2025.", MARCH, [W]),
    ("Imports of semiconductors rose $20.9 billion in March 2025.", MARCH, [W]),
    ("The US trade deficit was $140.5 million in March 2025.", MARCH, [W]),
    ("Exports fell in March 2025 to $278.5 billion.", MARCH, [W]),
    ("Exports rose in March 2025 to $278.5 billion.", MARCH, [A]),
    ("The trade gap narrowed to a record $140.5 billion in March 2025.", MARCH, [A, W]),
    ("The trade gap shrank to $57.3 billion in February 2026.", None, [W]),
    ("The services surplus shrank to $23.0 billion in March 2025.", MARCH, [A]),
    ("Exports, down in February, rose to $278.5 billion in March 2025.", MARCH, [A]),
    ("Services exports, up 5.7 percent from a year earlier, fell to $95.2 billion in March 2025.", MARCH, [A, A]),
    ("Lower oil exports pushed the deficit to $140.5 billion in March 2025.", MARCH, [A]),
    ("Over the past year the services surplus has grown to $23.0 billion in March 2025.", MARCH, [A]),
]
"""In other words: British, terse, headlines; right and wrong ones."""
RANKS = [
    ("The services surplus hit a six-month low of $23.0 billion in March 2025.", MARCH, [A, A]),
    ("Exports fell to a three-month low of $278.5 billion in March 2025.", MARCH, [W, A]),
    ("Imports were the highest on record in March 2025.", MARCH, [A]),
    ("Exports rose to a record $278.5 billion in March 2025, the highest since July 2022.", MARCH, [A, A, W]),
    ("The services surplus was a record $23.0 billion in March 2025.", MARCH, [W, A]),
    ("The goods deficit in March 2025 was the smallest since May 2020.", MARCH, [W]),
    ("The deficit of $74.6 billion in April 2023 was the largest since October 2022.", APRIL, [A, A]),
    ("The deficit of $74.6 billion in April 2023 was the largest since Sept. 2022.", APRIL, [A, W]),
    ("The deficit of $74.6 billion in April 2023 was the largest since late 2022.", APRIL, [A]),
    ("The deficit of $74.6 billion in April 2023 was the largest since October of 2022.", APRIL, [A, A]),
    ("Exports rose at an annual rate of 2.0 percent in March 2025.", MARCH, [N]),
    ("Exports rose 0.2 percent in March 2025, 2.0 percent annualized.", MARCH, [A, N]),
    # The mean month of 1987 had a larger deficit than January 1997, and half of a year's months are above their mean.
    ("The deficit widened to a record $11.3 billion in January 1997.", MARCH, [W, A]),
    ("The deficit widened to a record $12.9 billion in March 1998.", MARCH, ["not in the store", A]),
    ("The deficit widened to a record $27.1 billion in January 2000.", MARCH, [A, A]),
    ("The deficit of $11.3 billion in January 1997 was the largest since January 1992.", MARCH, [A, A]),
    ("The trade deficit in March 2025 was the largest in history.", MARCH, [A]),
    ("The trade deficit in March 2025 was the second-largest on record.", MARCH, [N]),
    ("The trade deficit in March 2025 was the third-highest in history.", MARCH, [N]),
    ("The trade deficit in March 2025 was not a record.", MARCH, [N]),
    ("The trade deficit in March 2025 was near a record.", MARCH, [N]),
    ("The trade deficit in March 2025 was close to its record high.", MARCH, [N]),
    ("The deficit of $140.5 billion in March 2025 was one of the largest on record.", MARCH, [A, N]),
    ("The deficit of $140.5 billion in March 2025 was not only a record but the largest ever.", MARCH, [A, A, A]),
    ("The trade deficit in February 2025 was the second-largest on record.", "2025-04-03", [N]),
]
"""Records and ranks, among the months of the release, or of a later one where it has less than five years."""
RATIOS = [
    ("America's trade gap more than doubled from a year earlier to $140.5 billion in March 2025.", MARCH, [A, A]),
    ("Imports from Ireland doubled to $30.7 billion in March 2025.", MARCH, [A, A]),
    ("Imports from Ireland were twice as large in March 2025 as in February.", MARCH, [A]),
    ("Nuclear fuel materials imports nearly doubled in March 2025.", MARCH, [A]),
    ("The shortfall with Canada shrank by a third to $4.9 billion in March 2025.", MARCH, [A, A]),
    ("In March 2025, gold imports fell by more than two-thirds to $741 million.", MARCH, [A, A]),
    ("The goods deficit in March 2025 was three quarters higher than a year earlier.", MARCH, [A]),
    ("The trade gap rose by almost a quarter to $74.6bn in April 2023.", APRIL, [A, A]),
    ("Exports of soybeans rose by more than half in March 2025.", MARCH, [A]),
    ("The trade gap tripled from a year earlier to $140.5 billion in March 2025.", MARCH, [W, A]),
    ("Imports from Ireland nearly doubled to $30.7 billion in March 2025.", MARCH, [W, A]),
    ("Imports from Ireland rose tenfold in March 2025.", MARCH, [W]),
    ("Imports from Ireland were three times as large in March 2025 as in February.", MARCH, [W]),
    ("The shortfall with Canada halved to $4.9 billion in March 2025.", MARCH, [W, A]),
    ("Gold imports fell by a fifth in March 2025.", MARCH, [W]),
    ("Gold imports doubled in March 2025.", MARCH, [W]),
    ("The trade gap rose by more than a quarter to $74.6bn in April 2023.", APRIL, [W, A]),
    ("A third of imports came from Europe in March 2025.", MARCH, [N]),
    ("In March 2025 imports were twice as large as exports.", MARCH, [N]),
    ("Imports rose in the first half of March 2025; the third quarter is not over.", MARCH, []),
]
"""Ratios in words: the month before or the year before, with the rounding that such words carry."""
BOUNDS = [
    ("In March 2025, imports were more than $418 billion.", MARCH, [A]),
    ("In March 2025, imports were almost $420 billion.", MARCH, [A]),
    ("In March 2025, imports were more than $420 billion.", MARCH, [W]),
    ("In March 2025, imports were nearly $400 billion.", MARCH, [W]),
    ("In March 2025, imports were more than $41 billion.", MARCH, [W]),
    ("Imports rose by 4.4 percentage points in March 2025.", MARCH, [W]),
    ("Exports contributed 0.2 percentage points to growth in March 2025.", MARCH, [N]),
]
"""*More than* and *nearly* are one side of a number; an amount does not move by percentage points."""
CARRIED = [
    ("The deficit with China narrowed to $24.8 billion in March 2025. Imports rose to $419.0 billion.", MARCH, [A, A]),
    ("The deficit with China narrowed to $24.8 billion in March 2025. Imports fell to $35.6 billion.", MARCH, [A, A]),
    ("The deficit with China narrowed to $24.8 billion in March 2025. Imports fell to $36.5 billion.", MARCH, [A, W]),
]
"""A partner of the sentence before may be meant, or no longer."""
BESIDE = [
    ("The deficit of $140.5 billion in March 2025 was above its three-month average.", MARCH, [A]),
    ("In the fourth quarter of 2024 exports came to $806.2 billion.", MARCH, [A]),
    ("In March 2025, exports rose to $278.5 billion. Dinner at the club came to $12 million.", MARCH, [A]),
    (
        "In March 2025 exports were $278.5 billion, while the federal budget deficit narrowed. It was $160.5 billion.",
        MARCH,
        [A],
    ),
]
"""What stands beside a number and is not said of it: an average, another quarter, another matter."""
UNKNOWN = [
    ("Steel imports rose 5.2% in March 2025.", MARCH, ["not in the store"]),
    ("Imports of umbrellas fell 3 percent in March 2025.", MARCH, [N]),
    ("The deficit with Ruritania was $2.0 billion in March 2025.", MARCH, [N]),
    ("The deficit was $140.5 billion in March 2025. A year earlier, it was $68.5 billion.", MARCH, [A, A]),
    ("The deficit was $140.5 billion in March 2025, up from a record $130.7 billion in January.", MARCH, [A, A, A]),
    ("The deficit of $140.5 billion in March 2025 compares with $123.2 billion a month earlier.", MARCH, [A, A]),
    (
        "Economists had expected the deficit to widen to $137.0 billion in March 2025; it came in at $999.5 billion.",
        MARCH,
        [N, N],
    ),
    ("The March 2025 trade deficit was $140.5 billion (forecast: $137.0 billion).", MARCH, [A, N]),
    ("The March 2025 trade deficit: $140.5bn vs. $999bn in February.", MARCH, [A, W]),
    (
        "The United States sold $278.5 billion of goods and services abroad in March 2025 and bought $419.0 billion.",
        MARCH,
        [N, N],
    ),
    ("Net balance of payments adjustments decreased $1.2 billion in March 2025.", MARCH, [N]),
    ("For February 2025, unadjusted exports of goods were revised down less than $0.1 billion.", MARCH, [N]),
    (
        "Imports from Canada were $34.8 billion in March 2025. Re-exports to Canada were $5,209.7 million.",
        MARCH,
        [A, N],
    ),
    ("The deficit with Canada was $4.9 billion in March 2025. Goods carry-over was $0.1 billion.", MARCH, [A, N]),
    ("Excluding gold, the trade deficit was $120 billion in March 2025.", MARCH, [N]),
]
"""What no table has is never taken for the total; a level of another month is not that of the month."""
REVISED = [
    ("The February 2025 deficit was revised to $123.2 billion from $122.7 billion.", MARCH, [A, R]),
    ("The February 2025 deficit was revised to $123.2 billion from $122.7 billion.", None, [R, A]),
    ("The February 2025 deficit was revised to $123.2 billion from $999.7 billion.", MARCH, [A, W]),
    ("The February 2025 trade gap was revised up by $0.5 billion to $123.2 billion.", MARCH, [A, A]),
    ("The February 2025 trade gap was revised down by $0.5 billion.", MARCH, [W]),
    ("The February 2025 deficit was revised up to $123.2 billion.", MARCH, [A]),
]
"""Another print of the same month is no change from the month before."""
BASES = [
    ("The deficit in March 2025 was 14.0% wider than in February and 105% wider than in March 2024.", MARCH, [A, A]),
    (
        "Imports were $419.0 billion in March 2025, $17.8 billion above February and $89.5 billion above March 2024.",
        MARCH,
        [A, A, A],
    ),
    ("The trade deficit rose by $17.3bn month-on-month and by 105% year-on-year in March 2025.", MARCH, [A, A]),
    ("The trade deficit rose by $17.3bn year-on-year and by 105% month-on-month in March 2025.", MARCH, [W, W]),
    ("Imports in March 2025 were $419.0 billion (+4.4% m/m, +27.1% y/y).", MARCH, [A, A, A]),
    ("Compared with March 2024, exports were up $17.5 billion, or 6.7 percent, in March 2025.", MARCH, [A, A]),
    (
        "In March 2025, the trade deficit more than doubled to $140.5 billion from $68.5 billion in March 2024.",
        MARCH,
        [A, A, A],
    ),
    (
        "The trade deficit shrank by more than half to $60.2 billion in June 2025 from $138.3 billion in March.",
        None,
        [A, A, A],
    ),
]
"""What a change is counted from: each number of a sentence may have its own."""
SUBJECTS = [
    ("The US ran a deficit of $14.1 billion with Vietnam in March 2025.", MARCH, [A]),
    ("The US ran a deficit of $14.1 billion with China in March 2025.", MARCH, [W]),
    ("The US ran a deficit of $14.1 billion with Ruritania in March 2025.", MARCH, [N]),
    ("The US imported $438.9 billion of goods from China in 2024.", "2025-04-03", [A]),
    ("Services exports were $95.2bn, services imports $72.2bn, leaving a surplus of $23.0bn in March 2025.", MARCH,
        [A, A, A],
    ),
    ("Exports and imports were $278.5 billion and $419.0 billion in March 2025.", MARCH, [N, N]),
    ("Imports from China and Mexico were $35.6 billion in March 2025.", MARCH, [N]),
    ("The US exported $8.5 billion in goods to Mexico and Canada in March 2025.", MARCH, [N]),
    ("The gap between exports and imports was $140.5 billion in March 2025.", MARCH, [A]),
    ("The deficit in the 12 months through March 2025 was $1.1 trillion.", MARCH, [A]),
    ("In the year to March 2025 the deficit was $140.5 billion.", MARCH, [W]),
    ("Over the past 12 months the deficit was $1.1 trillion.", MARCH, [N]),
    ("The US imported $140.5 billion more than it exported in March 2025.", MARCH, [N]),
    ("Goods exports were $183.2 billion on a BOP basis and were $181.1bn on a Census basis in March 2025.", MARCH,
        [A, A],
    ),
    ("Goods exports were $181.1 billion on a BOP basis and were $183.2bn on a Census basis in March 2025.", MARCH,
        [W, W],
    ),
    ("On a Census basis, the goods deficit was $163.2 billion in March 2025; on a BOP basis, it was $163.5 billion.",
        MARCH, [A, A],
    ),
    ("Imports of passenger cars from Canada were $34.8 billion in March 2025.", MARCH, [W]),
]  # fmt: skip
"""What stands after a number belongs to it; what is said of two subjects at once is not judged."""
FRESH = [
    (
        row["text"].replace("\\n", "\n"),
        row["released"],
        [{"A": A, "W": W}[letter] for letter in row["verdicts"].split()],
    )
    for row in csv.DictReader((Path(__file__).parent / "press.csv").read_text(encoding="utf-8").splitlines())
]
"""Written by other eyes: months carried over, lists, signs, entities, spans of months, forecasts, bounds and units."""
OTHER = [
    "Consumer prices rose 0.3 percent in March 2025, and export prices 0.1 percent.",
    "Personal income increased $60.0 billion (0.3 percent at a monthly rate) in December 2023.",
    "The answer is 42 and the road is 3.5 miles long; it cost $12 million.",
    "It set a record for rainfall since March 2001.",
    "China's exports rose 12.4 percent in March 2025.",
    "Shall I compare thee to a summer's day? Thou art more lovely and more temperate.",
]


@pytest.mark.parametrize(
    ("text", "released", "expected"),
    [
        *RIGHT,
        *PLANTED,
        *PRESS,
        *RANKS,
        *RATIOS,
        *BOUNDS,
        *CARRIED,
        *BESIDE,
        *UNKNOWN,
        *REVISED,
        *BASES,
        *SUBJECTS,
        *FRESH,
    ],
)
def test_a_sentence_of_the_press(text, released, expected):
    got = checking.check(text, released=released)
    assert [j.verdict for j in got.judgements] == expected, got.table.to_string()


PAGES = {
    "employment": (
        "Total nonfarm payroll employment rose by 228,000 in March 2025, and the unemployment rate changed "
        "little at 4.2 percent, the U.S. Bureau of Labor Statistics reported. Average hourly earnings rose 9 "
        "cents, or 0.3 percent, to $36.00. Weekly earnings of travel agents rose to $1,102.45, a record. "
        "Makers of computers lost twice as many as in February."
    ),
    "another country": (
        "Britain's trade deficit widened in March 2025 to 3.7 billion pounds. Exports rose 3.6 percent to "
        "31.0 billion pounds, while imports gained 2.3 percent. UK exports to America were up 5.2 percent, "
        "and doubled in a year."
    ),
    "budget": (
        "The federal budget deficit was $160.5 billion in March 2025. Customs duties rose to $8.2 billion, a "
        "record. The current-account deficit widened to $303.9 billion. The government ran a surplus of $258 "
        "billion in April 2025."
    ),
    "German": (
        "Die deutschen Exporte stiegen im März 2025 um 1,1 % auf 133,2 Milliarden Euro. Der Export in die USA "
        "stieg um 2,4 Prozent; der Import aus China legte zu, 10,2 %. Das Defizit der USA erreichte 140,5 "
        "Milliarden Dollar ($140.5)."
    ),
    "poem": (
        "Gold and travel, drugs and wine, and half of all there used to be. The gap between the cliffs is "
        "wide, a third is fog, a third is foam, and twice the moon has seen the tide that never brings our "
        "exports home."
    ),
    "inflation": (
        "The index for energy fell 2.4 percent in March 2025. Prices of imports from China rose 0.3 percent. "
        "Inflation has halved since June 2022. The price of crude oil fell to $68.24 a barrel, a four-year "
        "low; used cars cost a fifth more."
    ),
}


@pytest.mark.parametrize("text", [*OTHER, *PAGES.values()], ids=[*map(str, range(len(OTHER))), *PAGES])
def test_texts_on_other_matters_get_no_verdict(text):
    assert {j.verdict for j in checking.check(text).judgements} <= {N}


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_the_readme_gets_no_wrong_verdict(name):
    text = (Path(__file__).parents[1] / name).read_text(encoding="utf-8")
    got = checking.check(text)
    assert set(got.table["verdict"]) <= {A, N}  # the README shows the first line of a report


def test_a_wrong_number_says_what_it_should_be_and_what_it_might_have_meant():
    [got] = checking.check("Exports rose to $419.0 billion in March 2025.").judgements
    assert "should be $278.5 billion (release of 2025-05-06, Table 1!E474" in got.why
    assert "it would be right for imports of goods and services in March 2025" in got.why
    [got] = checking.check("Steel? Imports were $12.0 billion in March 2031.").judgements
    assert (got.verdict, "FT-900 about 2031-03" in got.why) == ("not in the store", True)


@pytest.mark.parametrize(
    ("text", "released", "verdict", "why"),
    [
        ("The deficit was about $137 billion in March 2025.", MARCH, A, "$140.5 billion (release of 2025-05-06, "),
        ("The deficit was about $130 billion in March 2025.", MARCH, W, "should be $140.5 billion (release of "),
        ("In March 2025, imports from Ireland doubled.", MARCH, A, "2.01 times February 2025 (release of 2025-05-06, "),
        ("The deficit rose 13.0 percent in March 2025.", MARCH, W, "should be 14.0 percent (release of 2025-05-06, "),
        ("Imports were $339.7 billion in April 2022.", MARCH, "ties", "$339.8 billion (release of 2025-05-06, "),
        ("The deficit was $122.7 billion in February 2025.", MARCH, R,
            "right in the release of 2025-04-03; now $123.2 billion (release of 2025-05-06, ",
        ),
        ("The deficit narrowed by $17.3 billion in March 2025.", MARCH, W, "widened by $17.3 billion (release of "),
        ("Imports fell 4.4 percent in March 2025.", MARCH, W, "rose by 4.4 percent (release of 2025-05-06, "),
        ("Exports fell to $278.5 billion in March 2025.", MARCH, W, "rose to $278.5 billion (release of 2025-05-06, "),
        ("The February 2025 gap was revised down by $0.5 billion.", MARCH, W, "was revised up by $0.5 billion"),
        ("The deficit was $135.9 billion in March 2025.", None, R, "$135.9 billion (release of 2026-03-12, "),
        ("The deficit was $135.9 billion in March 2025.", None, R, "; before, $140.5 billion (release of 2025-05-06, "),
        ("The deficit was $73.0 billion in May 2021.", None, "not in the store",
            "(ft900xlsx_2105.zip); later it is $67.3 billion (release of 2022-04-05, ",
        ),
    ],
)  # fmt: skip
def test_a_verdict_says_by_which_figure(text, released, verdict, why):
    [got] = checking.check(text, released=released).judgements
    assert got.verdict == verdict
    assert why in got.why


def test_what_a_statement_is_about():
    text = "In April 2023 the deficit with China widened by about $1.5 billion, or 8 percent, from a year earlier."
    change, rate = grammar.read(text, pd.Period("2023-04"))
    assert change.subject == rate.subject == Subject("balance", -1, "", "china")
    assert (change.kind, rate.kind, change.lag, rate.lag) == ("change", "percent", 12, 12)
    assert (change.value, change.step, change.direction, change.rough) == (Decimal(1500), Decimal(100), 1, True)
    assert str(change.month) == "2023-04"


@pytest.mark.parametrize("text", [None, 5, b"a", Path("a.txt")])
def test_what_is_no_text_is_refused_and_a_file_is_read_by_its_name(text, tmp_path):
    with pytest.raises(ParameterError, match="expected the text itself; text_of reads one"):
        checking.check(text)
    (tmp_path / "a.txt").write_text("Imports")
    assert checking.text_of(str(tmp_path / "a.txt")) == "Imports"


def test_the_bundled_documents_are_checked_against_a_store_of_ones_own(tmp_path, monkeypatch):
    monkeypatch.setenv("TRADELIB_DATA", str(tmp_path))
    assert checking.check_documents().summary() == "273 numbers: 273 not in the store"


def test_a_damaged_pdf_and_a_file_that_is_no_text_are_refused_in_words(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    with pytest.raises(SourceError, match=r"a\.pdf.*damaged PDF"):
        checking.text_of(tmp_path / "a.pdf")
    (tmp_path / "a.txt").write_bytes(b"caf\xe9")
    with pytest.raises(ParameterError, match=r"a\.txt is not UTF-8 text: byte 3"):
        checking.text_of(tmp_path / "a.txt")


def test_a_share_of_gdp_is_one_of_whole_quarters():
    [month] = checking.check("The deficit was 2.0 percent of GDP in December 2024.").judgements
    assert month.verdict == "not in the store"
    [year] = checking.check(
        "For the year, the trade deficit was 3.1 percent of GDP in 2024.", month="2025-03"
    ).judgements
    assert year.verdict == "agrees"


def test_marks_stand_on_the_numbers():
    got = checking.check("The trade deficit was $145.0 billion in March 2025 & more.")
    assert '<mark class="wrong" title="wrong: Balance on goods and services should be' in got.html()
    assert ">$145.0 billion</mark> in March 2025 &amp; more" in got.html()
    assert got.summary() in got._repr_html_()


def test_the_bundled_prints_are_right_when_they_were_printed():
    got = checking.check_documents()
    assert got.counts == {
        "agrees": 174, "ties": 1, "revised since": 83, "wrong": 0, "not in the store": 15, "not understood": 0,
    }  # fmt: skip
    table = got.table
    later = r"^printed \N{MINUS SIGN}\$121.3 billion; later \N{MINUS SIGN}\$123.4 billion"
    assert table["why"].str.contains(later).sum() == 1
    for document in ("release_february_2024", "release_march_2025"):
        assert set(table.loc[table["source"] == document, "verdict"]) <= {"agrees", "ties"}
    assert (table["source"] == "release_march_2025").sum() == 126


def test_every_document_is_dated_and_has_its_figures():
    table = statements.read()
    assert set(table["source"]) == set(statements.documents())
    for name, rows in table.groupby("source"):
        assert set(rows["released"]) == {str(statements.documents()[name]["released"])}


def to_frame(source, read):
    """Return the statements of a document as rows of ``statements.csv``, those that were understood."""
    about = statements.documents()[source]
    head = {"source": source, "released": str(about["released"]), "statistical_month": about["statistical_month"]}
    rows = [head | asdict(statement) | asdict(statement.subject) for statement in read if statement.kind]
    return pd.DataFrame(rows, columns=statements.read().columns).astype(str).replace({"True": "1", "False": "0"})


@pytest.mark.parametrize("name", [name for name in statements.documents() if name != "release_february_2024"])
def test_the_bundled_figures_are_those_of_the_texts(official_folder, name):
    """Every number of the prose, read anew."""
    about = statements.documents()[name]
    places = (official_folder / about["official_file"], official_folder.parent / "sources" / about["official_file"])
    text = checking.text_of(next(path for path in places if path.exists()), pages=about.get("pages"))
    got = to_frame(name, grammar.read(text, pd.Period(about["statistical_month"], "M")))
    expected = statements.read()
    expected = expected[expected["source"] == name].reset_index(drop=True)
    pd.testing.assert_frame_equal(got, expected, check_dtype=False)


@pytest.mark.usefixtures("read_once")
def test_the_release_as_printed_has_no_wrong_number(official_folder):
    got = checking.check(checking.text_of(official_folder / "ft900_2025-05-06.pdf"), month="2025-03")
    assert got.counts["wrong"] == 0
    assert got.counts["agrees"] >= 125


def test_the_work_grows_with_the_text_and_no_faster():
    """By counting calls, for a clock on a shared machine tells nothing; a million calls take half a second."""
    page = " ".join(text for text, _, _ in RIGHT) * 2
    checking.check(page)  # its figures are read before
    single, double = calls_of(page), calls_of(page + " " + page)
    assert single < 2_000_000
    assert double < 2.5 * single


def calls_of(text: str) -> int:
    """The calls of functions that checking the text takes."""
    with cProfile.Profile() as profile:
        checking.check(text)
    return sum(entry.callcount for entry in profile.getstats())


def test_words_are_patterns_and_meet_no_other_word():
    for kind in ("flow", "direction", "span", "basis", "price", "item"):
        for expression in vocabulary.words()[kind].values():
            assert re.compile(expression)
    got = [(token.kind, token.value) for token in vocabulary.tokens("goods and services deficit with South Korea")]
    assert got == [("item", "total"), ("flow", "deficit"), ("partner", "korea_south")]
