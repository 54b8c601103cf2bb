"""A bound on covered lines alone; pytest-cov's own counts lines and branches as one figure.

Loaded by `make test`: `-p tests.least_coverage --cov-report=json:FILE --least-lines=PERCENT`.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

_SUMMARY = pytest.StashKey[list[str]]()
# Files that are named at the end: those with the most lines that no test ran.
_NAMED = 12


def pytest_addoption(parser: pytest.Parser) -> None:
    """Name the least percentage of lines that tests must run."""
    parser.addoption("--least-lines", type=float, default=None, help="least coverage of lines, %")


def _report_file(config: pytest.Config) -> Path | None:
    reports = config.getoption("cov_report", None) or {}
    named = reports.get("json") if isinstance(reports, dict) else None
    return Path(named) if named else None


def _told(report: dict[str, Any], least: float) -> tuple[list[str], bool]:
    """Return the lines to print and whether the bound is kept."""
    totals = report["totals"]
    lines = 100 * totals["covered_lines"] / totals["num_statements"]
    branches = 100 * totals["covered_branches"] / max(totals["num_branches"], 1)
    enough = lines >= least
    files = [(one["summary"]["missing_lines"], name) for name, one in report["files"].items()]
    worst = [
        f"  {count:4} lines not run  {name}" for count, name in sorted(files)[: -_NAMED - 1 : -1]
    ]
    verdict = "enough" if enough else "TOO LITTLE"
    return [
        *worst,
        f"lines {lines:.1f} % ({verdict}, least {least:g} %), branches {branches:.1f} %",
    ], enough


# The outermost wrapper: pytest-cov writes its report when its own wrapper ends.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Fail the run where too few lines were covered."""
    result = yield
    config = session.config
    least = config.getoption("least_lines")
    file = _report_file(config)
    if least is None or file is None or hasattr(config, "workerinput"):
        return result
    if not file.exists():
        config.stash[_SUMMARY] = [f"No coverage was written to {file}."]
        session.testsfailed += 1
        return result
    config.stash[_SUMMARY], enough = _told(json.loads(file.read_text()), least)
    if not enough:
        session.testsfailed += 1
    return result


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print lines and branches apart, and the files with most to gain."""
    told = terminalreporter.config.stash.get(_SUMMARY, None)
    if told:
        terminalreporter.write_sep("=", "coverage")
        terminalreporter.write("\n".join(told) + "\n")
