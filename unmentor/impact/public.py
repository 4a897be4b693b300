"""An edition as everybody may read it: a total, shares with how sure they are, and rows of counts."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from unmentor.impact import growth
from unmentor.impact.cells import AMONG
from unmentor.impact.editions import Edition, latest
from unmentor.impact.figures import Share
from unmentor.impact.intervals import newcombe

COUNTED = ("invited", "met", "answered", "rated", "challenged", "wrote", "told", "came")
COLUMNS = ("programme", "first_round", "last_round", "drawn_from", "drawn_to", *COUNTED)
LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
# What each figure counts, for whoever reads the data.
MEANS = {
    "invited": _l("people in the conversations of these rounds, but for those that were called off"),
    "met": _l("of these, people whose conversation took place"),
    "answered": _l("of those invited, people who said how it went"),
    "rated": _l("of those who answered, people who said how much it challenged how they think, from 1 to 5"),
    "challenged": _l("of those who rated, people who said 4 or 5"),
    "wrote": _l("of those invited, people who wrote in public what they learned"),
    "told": _l("of those invited, people who said 30 or 90 days later what came of it"),
    "came": _l("of those who told, people of whose conversation something came"),
}
# Out of how many a share is: opinions out of those who gave one, all else out of who was invited.
SHARES = {"met": "invited", "answered": "invited", "challenged": "rated", "wrote": "invited", "came": "told"}


def totals(edition: Edition) -> dict[str, Share]:
    """Return each share over the rows that show it, and those that are counted together because they do not."""
    counted = dict[str, Share]()
    for name, of in SHARES.items():
        there = [row for row in (*rows_of(edition), *edition.figures["rest"].get(name, [])) if name in row]
        if there:
            counted[name] = Share(sum(row[name] for row in there), sum(row[of] for row in there))
    return counted


def challenged() -> Share | None:
    """Return how many say in the newest edition that it challenged how they think; None where it does not say."""
    edition = latest()
    return totals(edition).get("challenged") if edition else None


def rows_of(edition: Edition) -> list[dict[str, Any]]:
    """Return the rows of both tables."""
    return [*edition.figures["rounds"], *edition.figures["later"]]


def differences(edition: Edition) -> dict[str, tuple[dict[str, Share], tuple[float, float, float]]]:
    """Return, by question, what each arm said, and by how much the first is above the second."""
    told = {}
    for question, known in edition.figures["compared"].items():
        arms = {arm: Share(*said) for arm, said in known["arms"].items() if arm != "unknown"}
        if arms:
            one, other = arms.values()
            told[question] = arms, newcombe((one.said, one.answers), (other.said, other.answers))
    return told


def network(edition: Edition) -> list[dict[str, Any]]:
    """Return how the network grows, the first month first."""
    return growth.told(edition.figures.get("network", []))


def document() -> dict[str, Any]:
    """Return the newest edition ready for JSON."""
    edition = latest()
    known: dict[str, Any] = {
        "licence": LICENCE,
        "counts": _said(MEANS),
        "among": AMONG,
        "network_counts": _said(growth.MEANS),
    }
    known["edition"] = edition and edition.month
    if edition is None:
        return known
    return known | {
        "reach": edition.figures.get("reach", {}),
        "total": {name: _json(share) for name, share in totals(edition).items()},
        "rounds": [_counts(row) for row in edition.figures["rounds"]],
        "later": [_counts(row) for row in edition.figures["later"]],
        "network": network(edition),
        "compared": {
            question: {
                "arms": {arm: _json(share) for arm, share in arms.items()},
                "difference": dict(zip(("by", "low", "high"), (round(each, 4) for each in by), strict=True)),
            }
            for question, (arms, by) in differences(edition).items()
        },
    }


def table() -> list[Sequence[str | int | None]]:
    """Return the rows of the newest edition under ``COLUMNS``; what is too small to show is empty."""
    edition = latest()
    rows = rows_of(edition) if edition else []
    names = ("programme", "first", "last", "from", "to", *COUNTED)
    return [[row.get(name) for name in names] for row in rows]


def _said(means: Mapping[str, str]) -> dict[str, str]:
    return {name: str(said) for name, said in means.items()}


def _counts(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "ids"}


def _json(share: Share) -> dict[str, float]:
    low, high = share.interval
    return {
        "said": share.said,
        "of": share.answers,
        "share": round(share.said / share.answers, 4),
        "low": round(low, 4),
        "high": round(high, 4),
    }
