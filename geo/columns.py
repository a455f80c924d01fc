"""Columns of whole numbers as bytes that compress well: steps from row to row, stored byte plane by byte plane."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[np.int32]


def pack(values: Iterable[int]) -> bytes:
    column = np.fromiter(values, dtype=np.int32)
    steps = np.diff(column, prepend=np.int32(0)).astype("<i4")
    # Zigzag: small steps back are as short as small steps ahead.
    zigzag = ((steps << 1) ^ (steps >> 31)).astype("<u4")
    return zigzag.view(np.uint8).reshape(-1, 4).T.tobytes()


def unpack(data: bytes) -> Column:
    """Undo `pack`."""
    planes = np.frombuffer(data, dtype=np.uint8).reshape(4, -1)
    zigzag = np.ascontiguousarray(planes.T).view("<u4").ravel()
    steps = (zigzag >> 1).astype(np.int32) ^ -(zigzag & 1).astype(np.int32)
    return np.cumsum(steps, dtype=np.int32)
