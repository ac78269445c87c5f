"""JupyterLab as ``make lab`` opens it, in a browser: nothing that a user does there changes files that git tracks."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from browser import chromium, needed

ROOT = Path(__file__).parents[1]
NAME = "02_averages.ipynb"
TOKEN = "0" * 24
READY = """async () => {
  const app = window.jupyterapp;
  await app.restored;
  return true;
}"""
RUN_ALL = """async () => {
  const app = window.jupyterapp;
  await app.commands.execute('notebook:run-all-cells');
  return app.shell.currentWidget.content.model.cells.length;
}"""
OUTPUTS = """() => {
  const cells = window.jupyterapp.shell.currentWidget.content.model.toJSON().cells;
  return JSON.stringify(cells.map(cell => cell.outputs || []));
}"""
SET_CELL = """([index, text]) => {
  window.jupyterapp.shell.currentWidget.content.model.cells.get(index).sharedModel.setSource(text);
}"""


def clone(folder):
    """Copy the files that git tracks into a new repository."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    for command in ("init -q", "add -A", "-c user.name=t -c user.email=t@example.org commit -q -m all"):
        subprocess.run(["git", *command.split()], cwd=folder, check=True)
    return folder


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Start JupyterLab on a clone; provide the folder and its address."""
    base = tmp_path_factory.mktemp("lab")
    folder, port = clone(base / "clone"), free_port()
    options = [f"--port={port}", "--no-browser", "--allow-root", f"--IdentityProvider.token={TOKEN}"]
    options += ["--ServerApp.port_retries=0", "--LabApp.expose_app_in_browser=True"]
    own = {"PYTHONPATH": str(folder)} | {
        f"JUPYTER_{name}_DIR": str(base / name) for name in ("CONFIG", "DATA", "RUNTIME")
    }
    log = (base / "log").open("w", encoding="utf-8")
    command = [sys.executable, folder / "lab" / "start.py", *options]
    server = subprocess.Popen(command, env=os.environ | own, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{address}/api?token={TOKEN}", timeout=1)  # noqa: S310 - the server above
                break
            except OSError:
                assert server.poll() is None, (base / "log").read_text(encoding="utf-8")
                time.sleep(0.1)
        yield folder, address
    finally:
        server.terminate()
        server.wait(20)
        log.close()


@pytest.fixture(scope="module")
def page(lab):
    """Provide the first page that JupyterLab shows."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(f"{lab[1]}/?token={TOKEN}")
        page.wait_for_function("window.jupyterapp !== undefined", timeout=60_000)
        page.evaluate(READY)
        yield page
        browser.close()


def status(folder):
    return subprocess.run(
        ["git", "status", "--porcelain"], cwd=folder, capture_output=True, text=True, check=True
    ).stdout


def idle(page):
    page.wait_for_function(
        "window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'", timeout=90_000
    )


def open_path(page, path):
    # The function returns nothing: serializing the widget that the command returns would take seconds.
    page.evaluate("async path => { await window.jupyterapp.commands.execute('docmanager:open', {path}); }", path)
    page.wait_for_function("path => window.jupyterapp.shell.currentWidget?.context?.path === path", arg=path)


def run_all(page):
    idle(page)
    page.evaluate(RUN_ALL)
    idle(page)
    return page.evaluate(OUTPUTS)


pytestmark = [pytest.mark.slow, needed]


def test_the_start_page_leads_to_every_notebook_by_its_question(lab, page):
    page.wait_for_selector(".jp-RenderedMarkdown table", timeout=60_000)
    rows = page.locator(".jp-RenderedMarkdown tbody tr").all_inner_texts()
    assert len(rows) == len(list((lab[0] / "notebooks").glob("[0-9]*.ipynb")))
    [averages] = [row for row in rows if "Three-month averages" in row]
    assert averages.startswith("What is left of the month when three months are averaged?")
    page.get_by_role("link", name="Three-month averages").click()
    page.wait_for_function(f"window.jupyterapp.shell.currentWidget?.context?.path === 'work/{NAME}'")


def test_a_copy_runs_for_another_month_and_is_saved(lab, page):
    open_path(page, f"work/{NAME}")
    outputs = run_all(page)
    assert '"output_type":"error"' not in outputs
    assert "March 2025" in outputs
    assert "April 2023" not in outputs
    page.evaluate(SET_CELL, [1, 'vintage = "2023-04"\noutput = None'])
    outputs = run_all(page)
    assert '"output_type":"error"' not in outputs
    assert "April 2023" in outputs
    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("!window.jupyterapp.shell.currentWidget.context.model.dirty")
    assert "2023-04" in (lab[0] / "work" / NAME).read_text(encoding="utf-8")
    assert status(lab[0]) == ""


def test_a_misspelt_series_is_one_visible_line_with_similar_names(page):
    open_path(page, "work/mine.ipynb")
    idle(page)
    page.evaluate(SET_CELL, [0, 'import tradelib\n\ntradelib.load("balance_goods_petrolium_census_sa")'])
    outputs = run_all(page)
    [[error]] = json.loads(outputs)
    assert error["output_type"] == "error"
    assert len(error["traceback"]) == 1
    assert "balance_goods_petroleum_census_sa" in error["traceback"][0]
    box = page.locator(
        ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']"
    )
    assert 0 < box.bounding_box()["y"] < 900 - box.bounding_box()["height"]


def test_names_of_series_complete_in_quotes(page):
    open_path(page, "work/mine.ipynb")
    page.evaluate(SET_CELL, [0, "import tradelib"])
    run_all(page)
    page.evaluate(SET_CELL, [0, ""])
    page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell .cm-content").first.click()
    page.keyboard.type('tradelib.load("balance_goods_petrol')
    page.keyboard.press("Tab")
    page.wait_for_function(
        "document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden) .cm-content').innerText.includes('petroleum')"
        " || document.querySelector('.jp-Completer-item')",
        timeout=30_000,
    )
    shown = page.locator(".jp-Completer-item").all_inner_texts() or [page.locator(".cm-content").first.inner_text()]
    assert any("balance_goods_petroleum_census_sa" in text for text in shown)
    page.keyboard.press("Escape")


@pytest.mark.parametrize("path", [f"notebooks/{NAME}", "data/README.md", "reports/README.md"])
def test_an_original_opens_and_is_not_changed(lab, page, path):
    before = (lab[0] / path).read_bytes()
    open_path(page, path)
    page.wait_for_function("window.jupyterapp.shell.currentWidget.context.isReady")
    assert page.evaluate("window.jupyterapp.shell.currentWidget.context.contentsModel.writable") is False
    body = {"type": "file", "format": "text", "content": "changed"}
    answer = page.request.put(f"{lab[1]}/api/contents/{path}", params={"token": TOKEN}, data=body)
    assert answer.status == 403
    assert f"{path} is an original and stays as it is" in answer.json()["message"]
    assert page.request.delete(f"{lab[1]}/api/contents/{path}", params={"token": TOKEN}).status == 403
    renamed = page.request.patch(f"{lab[1]}/api/contents/{path}", params={"token": TOKEN}, data={"path": "work/x"})
    assert renamed.status == 403
    assert (lab[0] / path).read_bytes() == before
    assert status(lab[0]) == ""


def test_a_changed_copy_is_kept_and_an_unchanged_one_follows_its_original(lab):
    folder = lab[0]
    changed = (folder / "work" / NAME).read_bytes()
    original = folder / "notebooks" / "04_services.ipynb"
    newer = original.read_text(encoding="utf-8").replace("# Services", "# The services", 1)
    original.write_text(newer, encoding="utf-8")
    code = "import runpy, sys; start = runpy.run_path(sys.argv[1]); start['write_start'](start['copy_notebooks']())"
    subprocess.run([sys.executable, "-c", code, folder / "lab" / "start.py"], check=True)
    assert (folder / "work" / NAME).read_bytes() == changed
    assert (folder / "work" / original.name).read_text(encoding="utf-8") == newer
    assert "The services" in (folder / "work" / "START.md").read_text(encoding="utf-8")
