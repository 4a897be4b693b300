import email
import hashlib
import re
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale, get_translations
from letters import LETTERS, NOW, PAGE, SOON, letter

from unmentor.mail.kinds import KINDS, LETS_IN
from unmentor.mail.message import Letter, compose
from unmentor.words import clock, day

pytestmark = pytest.mark.one_engine

# What tells of a conversation that is ahead.
AHEAD = [name for name in LETTERS if name.partition("/")[0] in {"declined", "invitation", "moved", "reminder"}]
AHEAD += ["heads-up", "heads-up/does not suit", "email-change/conversation"]
PLACE = "01632 960002"
HOSTILE = [
    "Eve;X=1:mailto:evil@x",
    "Eve\r\nBcc: everybody@example.com",
    "Eve\u2028Bcc: everybody@example.com",
    'Eve "The" <evil@x>, Mallory',
    "<script>alert(1)</script>",
    "=?utf-8?q?Evil=0ABcc=3A?=",
    "=HYPERLINK(1)",
    "Siân Ŵyn 👩🏽‍💻" * 10,
    "x" * 300,
]


class Words(HTMLParser):
    """The words of a page, an address after the words it is behind."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.links: list[str] = []
        self.unseen = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"style", "title"}:
            self.unseen = tag
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == self.unseen:
            self.unseen = ""
        if tag == "a":
            # A number to tap stands in the text already, and so does an address that is its own words.
            told = self.links[-1].startswith("tel:") or self.found[-1] == self.links[-1]
            self.found += [] if told else [self.links[-1]]

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.found += data.split()


def parsed(content: bytes) -> EmailMessage:
    mail = email.message_from_bytes(content, policy=default)
    assert not [defect for part in mail.walk() for defect in part.defects]
    return mail


def words(text: str) -> list[str]:
    return [bare for word in text.split() if (bare := word.removesuffix(":").strip("\xa0")) and bare not in {"-", "--"}]


@pytest.mark.parametrize("kind", LETTERS)
def test_text_and_html_of_every_mail_say_the_same(app: Flask, kind: str) -> None:
    mail = parsed(compose(letter(kind), NOW).content)
    html = Words(mail.get_body(("html",)).get_content()).found
    assert words(" ".join(html)) == words(mail.get_body(("plain",)).get_content())


@pytest.mark.parametrize("kind", AHEAD)
@pytest.mark.parametrize("language", ["en", "cy"])
def test_whatever_tells_of_a_conversation_ahead_says_who_when_and_where_in_its_first_two_lines(
    app: Flask, kind: str, language: str
) -> None:
    told = letter(kind, language=language)
    text = parsed(compose(told, NOW).content).get_body(("plain",)).get_content()
    # What is written before it is composed is in the language of its reader, who reads English here.
    with force_locale(language if "starts_at" in told.values else "en"):
        at = told.values.get("starts_at", SOON)
        whom = [each.first_name for each in told.values.get("partners", ())] or [
            "Ada" if "not suit" not in kind else "Siân"
        ]
        first_two = " ".join(text.split("\n\n")[:2])
        assert [words for words in (*whom, day(at), clock(at), PLACE) if words not in first_two] == []


def test_every_kind_has_a_letter_here() -> None:
    assert {name.partition("/")[0] for name in LETTERS} == set(KINDS)


def test_every_kind_has_its_folder_and_every_folder_its_three_templates(app: Flask) -> None:
    folders = [path for path in Path(app.root_path, app.template_folder, "mail").iterdir() if path.is_dir()]
    assert {folder.name for folder in folders} == set(KINDS)
    assert {tuple(sorted(file.name for file in folder.iterdir())) for folder in folders} == {
        ("body.html", "body.txt", "subject.txt")
    }


def test_an_invitation_is_what_mail_programs_expect_in_the_order_they_expect(app: Flask) -> None:
    mail = parsed(compose(letter(), NOW).content)
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics",
    ]  # fmt: skip
    calendar, attachment = list(mail.walk())[-2:]
    assert dict(calendar["Content-Type"].params) == {"method": "REQUEST", "charset": "utf-8"}
    assert calendar["Content-Disposition"] is None
    assert attachment.get_filename() == "invite.ics"
    assert calendar.get_payload(decode=True) == attachment.get_payload(decode=True) == letter().calendar[1]


@pytest.mark.parametrize("kind", LETTERS)
def test_every_mail_carries_what_programs_read(app: Flask, kind: str) -> None:
    mail = parsed(compose(letter(kind), NOW).content)
    assert mail["From"] == "UnMentoring <unmentoring@localhost>"
    assert mail["To"].addresses[0].addr_spec == "sian@gwynedd.example"
    assert mail["To"].addresses[0].display_name == "Siân Wyn"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-UnMentor-Kind"] == kind.partition("/")[0]
    assert mail["Date"].datetime == NOW
    assert re.fullmatch(r"<[0-9a-f]{40}@localhost>", mail["Message-ID"])
    assert mail["Message-ID"] == f"<{mail['X-UnMentor-Id']}@localhost>"


@pytest.mark.parametrize("kind", LETTERS)
def test_all_but_what_was_just_asked_for_can_be_stopped_with_one_click(app: Flask, kind: str) -> None:
    mail = parsed(compose(letter(kind), NOW).content)
    if kind.partition("/")[0] in LETS_IN:
        assert mail["List-Unsubscribe"] is None
        return
    assert re.fullmatch(r"<http://127\.0\.0\.1:8000/unsubscribe/\S+>", mail["List-Unsubscribe"])
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Unsubscribe"][1:-1] in mail.get_body(("plain",)).get_content()


def test_the_same_letter_at_the_same_moment_is_the_same_bytes(app: Flask) -> None:
    assert compose(letter(), NOW) == compose(letter(), NOW)


@pytest.mark.parametrize("change", [{"sequence": 1}, {"about": "conversation:13"}, {"person_id": 8}])
def test_another_letter_has_another_message_id(app: Flask, change: dict[str, object]) -> None:
    assert compose(letter(**change), NOW).message_id != compose(letter(), NOW).message_id


def test_nobody_without_the_secret_key_can_tell_a_message_id(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, known = compose(letter(), NOW), letter()
    told = (known.about, known.person_id, known.kind, known.sequence, known.to[1], NOW.isoformat())
    assert hashlib.sha256(repr(told).encode()).hexdigest()[:40] not in ours.message_id
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], secret_key="another key"))
    assert compose(letter(), NOW).message_id != ours.message_id


def test_no_boundary_begins_with_another_one(app: Flask) -> None:
    outer, inner = re.findall(rb'boundary="(\S+)"', compose(letter(), NOW).content)
    assert not inner.startswith(outer)
    assert not outer.startswith(inner)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_arrives_harmless(app: Flask, name: str) -> None:
    mail = parsed(compose(letter("how-was-it", to=(name, "eve@example.com")), NOW).content)
    assert [address.addr_spec for address in mail["To"].addresses] == ["eve@example.com"]
    # Python's reader keeps the space between two encoded words, which RFC 2047 §6.2 says to drop.
    assert mail["To"].addresses[0].display_name.replace(" ", "") == "".join(name.split())
    assert mail["Bcc"] is None
    assert "<script>" not in mail.get_body(("html",)).get_content()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_partner_harms_neither_subject_nor_body(app: Flask, name: str) -> None:
    from types import SimpleNamespace

    eve = SimpleNamespace(name=name, first_name=name, organisation=name, about=name, phone=name, video=name)
    mail = parsed(compose(letter(values={"partners": [eve]}), NOW).content)
    assert " ".join(name.split()) in mail["Subject"]
    assert mail["Bcc"] is None
    assert "<script>" not in mail.get_body(("html",)).get_content()


@pytest.mark.parametrize("address", ["", "nobody", "a@b\r\nBcc: c@d", "a@b, c@d", "<a@b>", "a b@c", "sïan@example.com"])
def test_what_is_not_one_plain_address_is_refused(app: Flask, address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        compose(letter(to=("Siân", address)), NOW)


def test_a_domain_in_other_letters_is_written_as_the_internet_knows_it(app: Flask) -> None:
    assert compose(letter(to=("Siân", "sian@tŷ.example")), NOW).recipient == "sian@xn--t-foa.example"


def test_a_mail_with_a_gap_in_it_is_refused(app: Flask) -> None:
    with pytest.raises(Exception, match="code"):
        compose(
            Letter("sign-in", ("Siân", "s@example.com"), "sign-in:1", 7, {"url": PAGE, "minutes": 30}, reader=""), NOW
        )


def test_no_line_is_longer_than_mail_may_carry(app: Flask) -> None:
    lines = compose(letter(to=(HOSTILE[-2], "sian@example.com")), NOW).content.split(b"\r\n")
    assert max(len(line) for line in lines) <= 998
    assert not any(b"\n" in line or b"\r" in line for line in lines)


@pytest.mark.parametrize("kind", LETTERS)
def test_every_mail_says_where_a_reply_goes(app: Flask, kind: str) -> None:
    for language, said in (("en", "A reply reaches the people who run"), ("cy", "Mae ateb yn cyrraedd")):
        mail = parsed(compose(letter(kind, language=language), NOW).content)
        for form in ("plain", "html"):
            body = mail.get_body((form,))
            assert body is not None
            assert said in body.get_content()


@pytest.mark.parametrize("kind", LETTERS)
def test_no_string_of_a_mail_looks_for_its_language_anew(
    app: Flask, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    looked: list[object] = []
    monkeypatch.setattr("flask_babel.get_translations", lambda: looked.append(kind) or get_translations())
    compose(letter(kind, language="cy"), NOW)
    assert not looked
