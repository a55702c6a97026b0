"""What is known of a delivery while its rows come in: counts and issues, in bounded memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gis_core.errors import Message
from gis_core.issues import Issue

# More nobody reads; with a message in two languages each, they are some 50 MB.
ISSUES_TOLD = 50_000


@dataclass
class Tally:
    """What is known of a delivery's rows so far; beyond `ISSUES_TOLD`, issues are only counted."""

    accepted: int = 0
    rejected: int = 0
    issues: list[dict[str, Any]] = field(default_factory=list)
    untold: Counter[str] = field(default_factory=Counter)

    @property
    def read(self) -> int:
        """Return how many rows the file has."""
        return self.accepted + self.rejected

    def tell(self, issues: Sequence[dict[str, Any]]) -> None:
        """Take issues into the report while there is room."""
        room = max(ISSUES_TOLD - len(self.issues), 0)
        self.issues += issues[:room]
        self.untold.update(issue["rule"] for issue in issues[room:])

    def refuse(self, rows: int) -> None:
        """Count so many rows, accepted before, as rejected."""
        self.accepted -= rows
        self.rejected += rows

    def report(self, head: Mapping[str, Any]) -> dict[str, Any]:
        """Return the load report: its head, all counts, the issues in the file's order."""
        issues = [*self.issues, *([_shortened(self.untold)] if self.untold else [])]
        return {
            **head,
            "rows": {"read": self.read, "accepted": self.accepted, "rejected": self.rejected},
            "issues": sorted(issues, key=lambda issue: issue["row"] or 0),
        }


def _shortened(untold: Counter[str]) -> dict[str, Any]:
    """Return the issue that says which issues the report counts but does not show."""
    rules = ", ".join(f"{rule} {count}" for rule, count in untold.most_common())
    return Issue(
        None,
        None,
        None,
        "report.shortened",
        "warning",
        rules,
        Message(
            ja=f"指摘が多いため、ここに示すのは初めの {ISSUES_TOLD} 件です。ほかに：{rules}。示した指摘を直して、もう一度届けてください。",
            en=f"Only the first {ISSUES_TOLD} issues are shown. Beside them: {rules}. Mend what is shown and deliver again.",
        ),
    ).as_dict()
