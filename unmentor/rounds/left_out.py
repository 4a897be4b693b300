"""Why a round had nobody for somebody. Only what is true, and nothing of who would rather not meet whom."""

from unmentor.rounds.models import Round


def why_out(round_: Round, number: int) -> str:
    """Return why the person with this id was left out of a round.

    "hand" where an organiser did it, "late" where they had somebody who dropped out before it was sent, "odd" where the
    number of people was, "organisations" where all who were left are from one and may not meet, else "nobody".
    """
    drawn = {person for group in round_.groups for person in group}
    by_hand = [each for each in round_.changes if any(number in group for group in [*each.undone, *each.made])]
    if by_hand and not any(number in group for group in by_hand[-1].made):
        return "hand"
    if number in drawn or by_hand:
        return "late"
    out = [each for each in round_.left_out if each.person_id not in drawn]
    if len(out) == 1 and (len(drawn) + 1) % 2:
        return "odd"
    places = {each.person.organisation.casefold() for each in out}
    if round_.inputs["rules"]["same_organisation"] == "forbid" and len(places) == 1 and places != {""}:
        return "organisations"
    return "nobody"
