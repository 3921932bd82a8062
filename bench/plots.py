"""The pictures of `docs/performance.md`, drawn from a run's JSON.

Decides how they look. Runs where matplotlib is; `drawing.py` sees to that. The same file gives the same
pictures, to the byte.
"""

import json
import sys
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl  # type: ignore[import-not-found]  # it lives in a place of its own

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "amends"
mpl.rcParams["svg.fonttype"] = "none"
mpl.rcParams["font.family"] = "sans-serif"

from matplotlib import pyplot as plt  # noqa: E402 the settings come first

COLOURS = {"amends": "#c2410c", "python": "#2563eb", "node": "#64748b"}
FULL = "full"
AXES = {"rows": "rows of the page", "processes": "processes", "messages": "messages"}


def main() -> None:
    """Draw what the run has, and name the files."""
    run = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    folder = Path(sys.argv[2])
    for what in dict.fromkeys(seen["what"] for seen in run["seen"]):
        save(bars(run, what), folder / f"{what}.svg")
    for name, seen in run.get("growth", {}).items():
        if seen:
            save(lines(run, name, seen), folder / f"growth-{name}.svg")


def bars(run: dict[str, Any], what: str) -> Any:
    """Requests a second of each server, with the lowest and the highest round."""
    rates: dict[str, list[float]] = {}
    for seen in run["seen"]:
        if seen["what"] == what and seen["load"] == FULL and seen["server"] != "amends-kept":
            rates.setdefault(seen["server"], []).append(seen["rate"])
    names = sorted(rates, key=lambda name: median(rates[name]))
    figure, axes = plt.subplots(figsize=(7.5, 0.42 * len(names) + 0.9))
    middles = [median(rates[name]) for name in names]
    reach = [
        [middle - min(rates[name]) for middle, name in zip(middles, names, strict=True)],
        [max(rates[name]) - middle for middle, name in zip(middles, names, strict=True)],
    ]
    colours = [COLOURS[run["servers"][name]["of"]] for name in names]
    titles = [run["servers"][name]["title"] for name in names]
    axes.barh(titles, middles, xerr=reach, color=colours, height=0.68, error_kw={"elinewidth": 0.8})
    for index, middle in enumerate(middles):
        axes.annotate(f" {middle:,.0f}", (max(rates[names[index]]), index), va="center", fontsize=9)
    axes.set_xlabel("requests a second")
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.12)
    return figure


def lines(run: dict[str, Any], name: str, seen: list[dict[str, Any]]) -> Any:
    """Requests a second over what grows."""
    figure, axes = plt.subplots(figsize=(7.5, 3.6))
    for server, what in dict.fromkeys((each["server"], each["what"]) for each in seen):
        own = [each for each in seen if (each["server"], each["what"]) == (server, what)]
        label = run["servers"][server]["title"] + (f", {what}" if name == "messages" else "")
        axes.plot([each["size"] for each in own], [each["rate"] for each in own], marker="o", label=label)
    if name != "processes":
        axes.set_xscale("log")
    sizes = sorted({each["size"] for each in seen})
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.minorticks_off()
    axes.set_ylim(bottom=0)
    axes.set_xlabel(AXES[name])
    axes.set_ylabel("requests a second")
    axes.legend(frameon=False, fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def save(figure: Any, path: Path) -> None:
    """Write it, and say where."""
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    plt.close(figure)
    sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
