"""A 12 MP JPEG to three variants, placeholder and perceptual hash: CPU seconds and memory.

Floor: the same three WebP files by Pillow, one decode each way its users write it. Limits: 0.75 s
CPU a photo, 200 MB, and no growth over 100 photos beyond 20 MB. Run: `python benchmarks/pictures.py`;
fewer: `--rounds 2 --many 20`.
"""

from __future__ import annotations

import argparse
import io
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

PROJECT_ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT_ROOT))

from ingestion.pipeline.variants import PIXELS, VariantStep  # noqa: E402  # not installed as a package

SIZE = (4000, 3000)
ROUNDS = 5
MANY = 100
LIMITS = {"seconds": 0.75, "megabytes": 200.0, "growth": 20.0}


def sample(path: Path) -> None:
    """Write a photo with structure of all sizes, as cameras do: about 3 MB."""
    rough = np.random.default_rng(7).integers(0, 255, (375, 500, 3), dtype=np.uint8)
    picture = Image.fromarray(rough, "RGB").resize(SIZE, Image.Resampling.BICUBIC)
    grain = np.random.default_rng(8).normal(0, 6, (SIZE[1], SIZE[0], 1))
    noisy = np.clip(np.asarray(picture, dtype=np.float32) + grain, 0, 255).astype(np.uint8)
    Image.fromarray(noisy, "RGB").filter(ImageFilter.SMOOTH).save(path, "JPEG", quality=88)


def by_pillow(path: Path) -> None:
    """The floor: no placeholder, no hash."""
    with Image.open(path) as image:
        image.load()
        for side in PIXELS.values():
            small = image.copy()
            small.thumbnail((side, side), Image.Resampling.LANCZOS)
            small.save(io.BytesIO(), "WEBP", quality=80)


def by_us(path: Path) -> None:
    """What a worker does."""
    VariantStep().run(path)


def cpu(work: Callable[[Path], None], path: Path, rounds: int) -> float:
    """Return the least CPU seconds of several rounds, all threads together."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        work(path)
        best = min(best, time.process_time() - start)
    return best


def megabytes() -> float:
    """Return the largest memory of this program so far.

    `ru_maxrss` would not do: a child inherits its parent's through exec.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    peak = next(line for line in lines if line.startswith("VmHWM:"))
    return int(peak.split()[1]) / 1024


def resident() -> float:
    """Return the memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def in_child(path: Path, many: int) -> tuple[float, float]:
    """Return (peak MB, growth MB over many photos) of a process that does nothing else."""
    import subprocess

    answer = subprocess.run(
        [sys.executable, __file__, "--child", str(path), "--many", str(many)],
        check=True,
        capture_output=True,
        text=True,
    )
    peak, growth = answer.stdout.split()
    return float(peak), float(growth)


def child(path: Path, many: int) -> None:
    """Make variants many times and print peak and growth."""
    for _ in range(10):
        by_us(path)
    before = resident()
    for _ in range(many):
        by_us(path)
    print(megabytes(), resident() - before)


def main() -> int:
    """Measure and print; 1 where a limit is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--many", type=int, default=MANY, help="photos over which memory may grow")
    parser.add_argument("--child", type=Path, help="used by the program itself")
    options = parser.parse_args()
    if options.child:
        child(options.child, options.many)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo.jpg"
        sample(path)
        ours, floor = (cpu(work, path, options.rounds) for work in (by_us, by_pillow))
        peak, growth = in_child(path, options.many)
        size = path.stat().st_size / 2**20
    print(f"12 MP, {size:.1f} MB: {ours:.2f} s CPU, {ours / floor:.2f} × Pillow ({floor:.2f} s)   "
          f"limit {LIMITS['seconds']} s")  # fmt: skip
    print(f"peak {peak:.0f} MB, growth over {options.many} photos {growth:+.1f} MB   "
          f"limits {LIMITS['megabytes']:.0f} and {LIMITS['growth']:.0f} MB")  # fmt: skip
    fine = ours <= LIMITS["seconds"] and peak <= LIMITS["megabytes"] and growth <= LIMITS["growth"]
    return int(not fine)


if __name__ == "__main__":
    raise SystemExit(main())
