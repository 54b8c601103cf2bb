"""Files and functions stay readable: about 400 and about 60 lines."""

from __future__ import annotations

import ast
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
FILE_LINES = 400
FUNCTION_LINES = 60
_SKIP = {".venv", "migrations", "node_modules", "var", "tests", "vendor"}


def _files() -> list[Path]:
    return [path for path in ROOT.rglob("*.py") if not _SKIP & set(path.relative_to(ROOT).parts)]


def test_no_file_grows_past_its_limit() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in _files()
        if (lines := len(path.read_text().splitlines())) > FILE_LINES
    }
    assert long == {}


def test_no_function_grows_past_its_limit() -> None:
    long: dict[str, int] = {}
    for path in _files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                start = min([node.lineno, *(one.lineno for one in node.decorator_list)])
                lines = (node.end_lineno or start) - start + 1
                if lines > FUNCTION_LINES:
                    long[f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"] = lines
    assert long == {}
