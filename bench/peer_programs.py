"""What a user would pick instead, measured by `python -m bench --peers`: `python peer_programs.py PEER FOLDER`.

FOLDER holds `NNN.mmd` (scripts, ready for an engine) and `notes.json`. Prints one line of JSON: how many diagrams were
done, and the seconds that took, without the start of this program.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MODULES = Path(os.environ.get("ATLAS_BENCH_MODULES", ".atlas/peers/node_modules")).absolute()
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or "chromium"
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def _scripts(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.mmd"))


def mermaid_cli(folder: Path) -> tuple[int, float]:
    """mermaid-cli, one process a diagram."""
    with tempfile.TemporaryDirectory() as scratch:
        config = Path(scratch) / "puppeteer.json"
        config.write_text(json.dumps({"executablePath": CHROMIUM, "args": FLAGS}), "utf-8")
        started = time.perf_counter()
        for script in _scripts(folder):
            command = [str(MODULES / ".bin/mmdc"), "-q", "-i", str(script), "-o", f"{scratch}/{script.stem}.svg"]
            subprocess.run([*command, "-p", str(config)], check=True, capture_output=True)
        return len(_scripts(folder)), time.perf_counter() - started


def chromium_page(folder: Path) -> tuple[int, float]:
    """The official Mermaid in one page of a headless Chromium that stays open."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.set_content("<!doctype html><body></body>")
        page.add_script_tag(path=str(MODULES / "mermaid/dist/mermaid.min.js"))
        page.evaluate("mermaid.initialize({startOnLoad: false})")
        draw = "async ([id, text]) => (await mermaid.render(id, text)).svg"
        page.evaluate(draw, ["warm", "flowchart TB\n a --> b"])  # loading what the first diagram needs is not counted
        started = time.perf_counter()
        for number, script in enumerate(_scripts(folder)):
            assert "<svg" in page.evaluate(draw, [f"d{number}", script.read_text("utf-8")])
        seconds = time.perf_counter() - started
        browser.close()
        return len(_scripts(folder)), seconds


def mermaid_py(folder: Path) -> tuple[int, float]:
    """mermaid-py's class against `atlas-decks serve`: HTTP, our engine and a bitmap, as it asks for both each time."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = [sys.executable, "-c", "from atlas_decks.cli import main; main()", "-q", "serve", "--port", str(port)]
    server = subprocess.Popen(program)
    try:
        os.environ["MERMAID_INK_SERVER"] = f"http://127.0.0.1:{port}"
        from atlas_decks.diagrams import script as silent  # noqa: F401 - mermaid prints when it is imported first

        from mermaid import Mermaid  # isort: skip
        from mermaid.graph import Graph  # isort: skip

        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 0.1).close()
                break
            except OSError:
                time.sleep(0.05)
        started = time.perf_counter()
        for script in _scripts(folder):
            graph = Graph(title="", script="")
            graph.script = script.read_text("utf-8")
            assert Mermaid(graph).svg_response.ok
        return len(_scripts(folder)), time.perf_counter() - started
    finally:
        server.terminate()
        server.wait()


def genanki(folder: Path) -> tuple[int, float]:
    """The same notes and pictures through genanki as its documentation shows it."""
    import warnings

    import genanki as library

    data = json.loads((folder / "notes.json").read_bytes())
    pictures = []
    for name, svg in data["media"].items():
        (folder / name).write_text(svg, "utf-8")
        pictures.append(str(folder / name))
    started = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        deck = library.Deck(2_059_400_110, "Bench")
        models = {
            kind: library.Model(
                1_607_392_300 + index,
                kind,
                fields=[{"name": f"F{n}"} for n in range(count)],
                templates=[{"name": "Card", "qfmt": "{{F1}}", "afmt": "{{FrontSide}}<hr id=answer>{{F2}}"}],
            )
            for index, (kind, count) in enumerate(data["fields"].items())
        }
        for kind, fields, tags in data["notes"]:
            deck.add_note(library.Note(model=models[kind], fields=fields, tags=tags))
        package = library.Package(deck)
        package.media_files = pictures
        package.write_to_file(folder / "plain.apkg")
    return data["diagrams"], time.perf_counter() - started


PEERS = {"mermaid-cli": mermaid_cli, "chromium": chromium_page, "mermaid-py": mermaid_py, "genanki": genanki}

if __name__ == "__main__":
    diagrams, seconds = PEERS[sys.argv[1]](Path(sys.argv[2]))
    print(json.dumps({"diagrams": diagrams, "seconds": seconds}))
