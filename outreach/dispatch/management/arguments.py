"""What the commands of the room read from their arguments."""

import math
import sys
from argparse import ArgumentParser, ArgumentTypeError
from codecs import BOM_UTF8
from datetime import date
from pathlib import Path

from django.core.management.base import CommandError

from outreach.dispatch.solvers import NAMES

STDIN = Path("-")


def add_limits(parser: ArgumentParser) -> None:
    """How a problem is solved: by which solver, how long, from which seed."""
    parser.add_argument("--solver", choices=NAMES, default="best")
    parser.add_argument("--seconds", type=seconds, default=60.0)
    parser.add_argument("--work", type=count, help="steps instead of seconds: the same plan, byte for byte")
    parser.add_argument("--seed", type=count, default=1)


def seconds(text: str) -> float:
    value = float(text)
    if not (math.isfinite(value) and value > 0):
        raise ArgumentTypeError(f"{text} is no time to solve in")
    return value


def count(text: str) -> int:
    value = int(text)
    if not 0 <= value < 2**31:
        raise ArgumentTypeError(f"{text} does not lie between 0 and {2**31 - 1}")
    return value


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is not a date like 2022-06-06") from None


def read(path: Path) -> bytes:
    """The file, or with `-` what comes in; without the byte order mark of some editors. Raises CommandError."""
    try:
        return (sys.stdin.buffer.read() if path == STDIN else path.read_bytes()).removeprefix(BOM_UTF8)
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror}") from error
