"""A picture of who has met whom, for organisers and their steering group."""

from collections import Counter

from flask import render_template

from unmentor.charts.ring import ring
from unmentor.charts.web import web
from unmentor.forms import Page
from unmentor.organise import networks
from unmentor.organise.blueprint import blueprint
from unmentor.organise.guards import needs_organiser
from unmentor.organise.networks import Organisation
from unmentor.programmes.models import Programme

# Of more people than these the picture shows organisations, and of those so many; the table has as many lines.
MOST, DRAWN = 500, 40
# About so many lines can be told apart, and so many conversations counted while somebody waits.
LINES, CONVERSATIONS = 2_000, 7_500


@blueprint.get("/<slug>/picture")
@needs_organiser
def picture(programme: Programme) -> Page:
    """Show who has met whom, by organisation, and who has met nobody yet; of a large programme, which organisations."""
    people = networks.how_many(programme)
    return (_of_people if people <= MOST else _of_organisations)(programme, people)


def _of_people(programme: Programme, people: int) -> str:
    rounds = networks.newest_rounds(programme, 2 * LINES // max(1, people))
    groups, alone = networks.people(programme)
    of = {one: name for name, group in groups.items() for one in group}
    met = networks.met(programme, of, rounds[0])
    names = sorted(groups, key=lambda name: (-len(groups[name]), name))
    pairs = Counter(of[one] for a, others in met.items() for b in others for one in (a, b))
    table = [(name, len(groups[name]), pairs[name], len(alone.intersection(groups[name]))) for name in names]
    return render_template(
        "organise/picture.html",
        programme=programme,
        rounds=rounds,
        pairs=sum(map(len, met.values())),
        alone=len(alone),
        chart=ring([groups[name] for name in names], met, alone),
        table=table[:DRAWN],
        left=len(table[DRAWN:]),
    )


def _of_organisations(programme: Programme, people: int) -> str:
    rounds = networks.newest_rounds(programme, 2 * CONVERSATIONS // people)
    goes_by = networks.by_name()
    there, talked = networks.organisations(programme, goes_by), networks.talked(programme, rounds[0], goes_by)
    shown, rest = _most_connected(there, talked)
    place = {each.name: number for number, each in enumerate(shown)} | {each.name: len(shown) for each in rest}
    known = {pair: times for pair, times in talked.items() if place.keys() >= {*pair}}
    between, within, across = Counter[tuple[int, int]](), Counter[int](), Counter[int]()
    for pair, times in known.items():
        one, other = sorted(place[name] for name in pair)
        if pair[0] == pair[1]:
            within[one] += times
        else:
            across.update(dict.fromkeys({one, other}, times))
            # What the rest have together would leave every other line a hair.
            if one != other:
                between[one, other] = 1 if other == len(shown) else between[one, other] + times
    if rest:
        shown.append(Organisation("", sum(each.people for each in rest), sum(each.alone for each in rest)))
    # So would their mark leave every other a speck.
    most = max(each.people for each in shown[:DRAWN])
    return render_template(
        "organise/picture_of_organisations.html",
        programme=programme,
        rounds=rounds,
        talks=sum(known.values()),
        across=sum(times for (one, other), times in known.items() if one != other),
        alone=sum(each.alone for each in there),
        thickest=max(between.values(), default=0),
        chart=web([min(most, each.people) for each in shown], between),
        table=[(each, across[number], within[number]) for number, each in enumerate(shown)],
        rest=len(rest),
    )


def _most_connected(
    there: list[Organisation], talked: Counter[tuple[str, str]]
) -> tuple[list[Organisation], list[Organisation]]:
    """Return the organisations that talk to others most, the one with most people first, and the rest."""
    known = {each.name for each in there}
    ties = Counter[str]()
    for pair, times in talked.items():
        if pair[0] != pair[1] and known.issuperset(pair):
            ties.update(dict.fromkeys(pair, times))
    names = {each.name for each in sorted(there, key=lambda each: -ties[each.name])[:DRAWN]}
    return [each for each in there if each.name in names], [each for each in there if each.name not in names]
