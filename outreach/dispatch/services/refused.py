"""Why a change cannot be: what every write of the room raises. `str()` is for whoever reads the page."""


class PlanRefused(Exception):
    """The plan breaks rules; nothing was saved. `reasons` says which, a sentence each."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons


class OfferError(Exception):
    """An offer cannot be made or answered so."""
