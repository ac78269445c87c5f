"""Names of series are completed inside quotes in certain calls, and nowhere else."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

import tradelib
from tradelib.report.completing import MOST, complete_names


@pytest.fixture(scope="module")
def shell():
    shell = InteractiveShell.instance()
    complete_names()
    yield shell
    InteractiveShell.clear_instance()


def offered(shell, text):
    from IPython.core.completer import provisionalcompleter

    with provisionalcompleter():
        return [completion.text for completion in shell.Completer.completions(text, len(text))]


@pytest.mark.parametrize(
    "before",
    ['tradelib.load("', "load('", 'load(["BOPGSTB", "', 'load(\n    "', 'series = "', 'triangle("'],
)
def test_a_name_completes_in_quotes(shell, before):
    got = offered(shell, f"{before}balance_goods_petro")
    assert got[0] == "balance_goods_petroleum_census_sa"
    assert set(got) <= set(tradelib.series().index)


def test_a_part_of_a_name_is_completed(shell):
    got = offered(shell, 'load("petroleum')
    assert len(got) > 20
    assert all("petroleum" in name for name in got)
    assert offered(shell, 'load("bopgs') == ["BOPGSTB"]


def test_a_list_is_short_and_has_the_totals(shell):
    got = offered(shell, 'load("')
    assert len(got) == MOST
    assert "balance_total_bop_sa" in offered(shell, 'load("balance')


@pytest.mark.parametrize(
    "text", ['open("balance_goods_petro', "balance_goods_petro", 'load("BOPGSTB", unit=balance_goods_petro']
)
def test_no_names_are_offered_elsewhere(shell, text):
    assert not [name for name in offered(shell, text) if name.startswith("balance_goods_petro")]
