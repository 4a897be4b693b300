"""Whatever people do, in whatever order: what is not public at this moment is nowhere, nor in what is kept ready."""

import random
import re

from cast import START, conversation, person, programme
from flask import Flask
from flask.testing import FlaskClient

from unmentor.conversations.models import Participation
from unmentor.db import db, transaction
from unmentor.privacy.leave import leave
from unmentor.reflections import actions
from unmentor.reflections.forms import Draft
from unmentor.reflections.models import Reflection
from unmentor.reflections.queries import of_others
from unmentor.reflections.second_look import object_to

# Every page and file with words of people in it. A new one belongs here.
LISTS = (
    "/reflections", "/reflections?q=common", "/reflections?topic=shared&year=2026&language=en",
    "/reflections.atom", "/reflections.rss", "/reflections.json", "/reflections.atom?q=common", "/topics/shared.atom",
    "/topics/shared.rss", "/topics/shared.json", "/topics/shared", "/sitemap.xml",
)  # fmt: skip
OTHERS = ("/", "/topics", "/follow", "/programmes/unmentoring")
# These count who asks, which is a write, and with any write all that is kept ready is made anew: so asked less often.
COUNTED = ("/api/v1/reflections", "/api/v1/reflections?q=common&topic=shared", "/data/reflections.csv")
ALSO_COUNTED = ("/api/v1/topics", "/data/datapackage.json")
PERMALINKS = ("/reflections/{}", "/reflections/{}.png", "/api/v1/reflections/{}")
STEPS, PAGES_A_STEP, ADDRESSES_A_STEP = 16, 4, 2


class Community:
    """Four people in two conversations, and every word that one of them ever wrote."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.written, self.slugs = chance, 0, dict[str, str]()
        ours = programme(moderation="first")
        people = [person(f"Surname{number} Given", organisation=f"Place{number}") for number in range(4)]
        self.parts = [part for two in (people[:2], people[2:]) for part in conversation(ours, *two).participations]
        db.session.commit()

    def step(self) -> str:
        """Let somebody do something that they can do; return what it was."""
        part = self.chance.choice(self.parts)
        mine = actions.reflection_of(part)
        deeds = [self.write] * 4 + [self.object] + [self.go] * (self.chance.random() < 0.2)
        if mine:
            deeds += [self.publish] * 4 + [self.return_, self.take_down, self.take_back, self.undo]
        deed = self.chance.choice(deeds)
        with transaction():
            deed(part) if deed in {self.write, self.object, self.go} else deed(mine)
        for each in db.session.query(Reflection):
            if each.state == "published":
                # The newest last.
                self.slugs.pop(each.slug, None)
                self.slugs[each.slug] = each.text
        return deed.__name__

    def write(self, part: Participation) -> None:
        """Write something new, in place of what they wrote before; or the same for another conversation."""
        if part.person.left_at:
            return
        self.written += 1
        words = f"Marker{self.written}x and common words."
        attribution = self.chance.choice(("name", "first-name", "organisation", "anonymous"))
        actions.share(part, Draft(words, ("shared", f"tag{self.written}x"), "", attribution), START)

    def object(self, part: Participation) -> None:
        """Ask that what the other shared is read again."""
        for each in of_others(part)[:1]:
            if each.state == "published" and not part.person.left_at:
                object_to(each, part, "Please.", ("", ""), START)

    def go(self, part: Participation) -> None:
        """Leave for good."""
        leave(part.person, 1, START)

    def publish(self, mine: Reflection) -> None:
        """Say yes."""
        actions.publish(mine, START)

    def return_(self, mine: Reflection) -> None:
        """Ask its writer to change it."""
        actions.return_(mine, "No", START)

    def take_down(self, mine: Reflection) -> None:
        """Take it off the site."""
        actions.take_down(mine, "No", START)

    def take_back(self, mine: Reflection) -> None:
        """Withdraw it."""
        actions.take_back(mine, START)

    def undo(self, mine: Reflection) -> None:
        """Think again of what was decided."""
        actions.undo(mine, START)


def seen(client: FlaskClient, path: str) -> set[str]:
    """Return what of anybody’s words, topics and names is in an answer; and addresses of what is gone."""
    answer = client.get(path)
    assert answer.status_code in {200, 404}, path
    return {each.lower() for each in re.findall(r"(?i)marker\d+x|tag\d+x|surname\d+|place\d+|gone-\w+", answer.text)}


def test_what_is_not_public_is_nowhere(app: Flask, client: FlaskClient) -> None:
    chance = random.Random(7 if db.engine.dialect.name == "sqlite" else 8)
    community, done, gone = Community(chance), list[str](), 0
    for step in range(STEPS):
        done.append(community.step())
        public = db.session.query(Reflection).filter_by(state="published").all()
        words = {re.search(r"marker\d+x", each.text.lower())[0] for each in public}
        may = words | {topic.name for each in public for topic in each.topics}
        may |= {part.lower() for each in public for part in (*each.signed_name.split(), each.signed_place) if part}
        counted = step % 5 == 4
        for path in (*chance.sample(LISTS, PAGES_A_STEP), *COUNTED * counted):
            there = seen(client, path)
            assert there <= may, (done, path)
            assert {each for each in there if "marker" in each} == words, (done, path)
        for path in (chance.choice(OTHERS), *ALSO_COUNTED * counted):
            assert seen(client, path) <= may, (done, path)
        addresses = {each.slug for each in public}
        for slug in list(community.slugs)[-ADDRESSES_A_STEP:]:
            gone += slug not in addresses
            for path in PERMALINKS[: 3 if counted else 2]:
                expected = {200} if slug in addresses else {404, 410}
                assert client.get(path.format(slug)).status_code in expected, (done, path, slug)
    assert {"write", "publish"} <= set(done)
    assert gone
