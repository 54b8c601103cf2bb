"""A blurred placeholder and a perceptual hash, from small pictures that are at hand anyway."""

from __future__ import annotations

from functools import lru_cache

import blurhash
import numpy as np
import numpy.typing as npt
from PIL import Image

_DCT_SIDE = 32
_HASH_SIDE = 8
HASH_BITS = _HASH_SIDE * _HASH_SIDE
# The same picture saved again, smaller or darker, differs in up to this many.
SAME_PICTURE_BITS = 6


@lru_cache(maxsize=1)
def _dct_matrix() -> npt.NDArray[np.float64]:
    index = np.arange(_DCT_SIDE)
    matrix = np.cos(np.pi * (2 * index[None, :] + 1) * index[:, None] / (2 * _DCT_SIDE))
    found: npt.NDArray[np.float64] = matrix.astype(np.float64)
    return found


def perceptual_hash(grey: npt.NDArray[np.uint8]) -> str:
    """Return 64 bits as 16 hexadecimal digits: the signs of the low frequencies.

    `grey` is 32 × 32. Scaling, re-compression and light changes move few bits.
    """
    matrix = _dct_matrix()
    low = (matrix @ grey.astype(np.float64) @ matrix.T)[:_HASH_SIDE, :_HASH_SIDE].ravel()
    # The first value is mere brightness and would pull the median.
    bits = low > np.median(low[1:])
    value = int("".join("1" if bit else "0" for bit in bits), 2)
    return f"{value:0{HASH_BITS // 4}x}"


def hash_distance(one: str, other: str) -> int:
    """Return how many of the 64 bits differ; up to 6 is the same picture saved again."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def placeholder(pixels: npt.NDArray[np.uint8]) -> str:
    """Return the blurhash of a small RGB picture."""
    text: str = blurhash.encode(Image.fromarray(pixels, "RGB"), x_components=4, y_components=3)
    return text
