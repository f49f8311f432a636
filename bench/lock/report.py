"""The tables, as Markdown that also reads as plain text."""

import re
import statistics

from lock import tools
from lock.metrics import Result


def ms(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds * 1000:.0f}"


def count(number: int | None) -> str:
    return "-" if number is None else str(number)


def outcome(result: Result) -> str:
    if result.applied is None:
        return "-"
    if result.applied:
        return "yes"
    return "no" if result.ended else "never"


COLUMNS = [
    ("strategy", lambda r: r.strategy),
    ("applied", outcome),
    ("exit", lambda r: count(r.exit_code)),
    ("regret ms", lambda r: ms(r.regret)),
    ("attempts", lambda r: count(r.attempts)),
    ("longest gap ms", lambda r: ms(r.longest_behind if r.applied is not None else r.longest_gap)),
    ("sum of gaps ms", lambda r: ms(r.total_behind if r.applied is not None else r.total_gaps)),
    ("any gap ms", lambda r: ms(r.longest_gap)),
    ("late > 0.1 s", lambda r: count(r.excess_100ms)),
    ("> 1 s", lambda r: count(r.excess_1s)),
    ("cancelled", lambda r: count(r.cancelled) + (f" + {r.autovacuum_cancelled} av" if r.autovacuum_cancelled else "")),
]
NUMBERS = {"regret ms", "attempts", "longest gap ms", "sum of gaps ms", "any gap ms", "late > 0.1 s", "> 1 s"}


def merged(runs: list[Result], head: str, show) -> str:
    """One run as it is; of several the median and the worst of a number, and every different word."""
    cells = [show(run) for run in runs]
    if len(set(cells)) > 1 and head in NUMBERS and all(cell.isdigit() for cell in cells):
        values = [int(cell) for cell in cells]
        return f"{statistics.median(values):.0f} (max {max(values)})"
    return " / ".join(dict.fromkeys(cells))


def verdict(runs: list[Result]) -> str:
    if runs[0].strategy == tools.NO_DDL:
        return "noise floor"
    return "met" if not any(run.unmet for run in runs) else "not met: " + "; ".join(worst_of_each_kind(runs))


def worst_of_each_kind(runs: list[Result]) -> list[str]:
    """Wishes that differ only in their figures are one wish; in how many of several runs is said."""
    kinds: dict[str, list[str]] = {}
    for run in runs:
        for wish in run.unmet:
            kinds.setdefault(re.sub(r"\d[\d .]*", "#", wish), []).append(wish)
    figure = lambda wish: float((re.search(r"\d[\d .]*", wish) or ["0"])[0].replace(" ", "").rstrip("."))  # noqa: E731
    often = lambda wishes: f" ({len(wishes)} of {len(runs)} runs)" if len(runs) > 1 else ""  # noqa: E731
    return [max(wishes, key=figure) + often(wishes) for wishes in kinds.values()]


def escaped(cell: str) -> str:
    return cell.replace("|", "\\|").replace("\n", " ")


def table(scenario, results: list[Result]) -> str:
    columns = scenario.columns or COLUMNS
    by_strategy: dict[str, list[Result]] = {}
    for result in results:
        by_strategy.setdefault(result.strategy, []).append(result)
    rows = [[head for head, _ in columns] + ["verdict"]]
    for runs in by_strategy.values():
        rows.append([escaped(merged(runs, head, show)) for head, show in columns] + [escaped(verdict(runs))])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    lines = []
    for row in rows:
        lines.append("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + f" | {row[-1]} |")
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|---|")
    name = f"{scenario.key} {scenario.case}".strip()
    return f"## {name}: {scenario.title}\n\nPerfect: {scenario.perfect}.\n\n" + "\n".join(lines) + "\n"


def summary(done: list[tuple]) -> str:
    """Slipway alone, a line a scenario: (scenario, results) in order."""
    lines = ["| scenario | as | verdict |", "|---|---|---|"]
    for scenario, results in done:
        labels = dict.fromkeys(r.strategy for r in results if r.strategy.startswith("slipway"))
        for label in labels:
            found = verdict([r for r in results if r.strategy == label])
            lines.append(f"| {f'{scenario.key} {scenario.case}'.strip()} | {label} | {escaped(found)} |")
    return "\n".join(lines) + "\n"
