"""What may stand in a log: how things failed, and nothing of whom they concern."""

import logging
import re

# PostgreSQL says which row broke a constraint ("Key (phone, kana)=(+8190…, ヤマダ) already exists"), also in tracebacks
# and over several lines: it goes up to the next part of the message, the next traceback, or the end.
DETAIL = re.compile(
    r"DETAIL:.*?(?=\n(?:CONTEXT|HINT|STATEMENT):|\n\nThe above exception|\n\nDuring handling|\nTraceback \(most|\Z)",
    re.DOTALL,
)


class LineFormatter(logging.Formatter):
    """A line or a traceback, without the values that a database names in its complaints."""

    def format(self, record: logging.LogRecord) -> str:
        return DETAIL.sub("DETAIL: (left out)", super().format(record))
