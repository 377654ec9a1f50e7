"""What rows of each format become, and what the report says about those that do not fit."""

import io
import json
from typing import Any

import pytest

from console.domain.directory import Directory, Member, Queue, Site
from console.domain.imports import (
    Format,
    ImportWanted,
    Kind,
    MemberRecord,
    Misfit,
    PastChat,
    Record,
    ReplyRecord,
    VisitorRecord,
)
from console.imports.known import known_for
from console.imports.reading import MissingColumn, NoRows, columns_of, records

VISA = "4111 1111 1111 1111"
NOON = 1_700_000_000_000  # ms
KNOWN = Directory(
    1,
    sites={"shop": Site("shop", "Shop", "support", ("https://shop.example",))},
    queues={"support": Queue("support", "Support"), "billing": Queue("billing", "Billing")},
    members={"ana": Member("ana", "Ana Abel", "ana@example.com"), "ben": Member("ben", "Ben", "ben@example.com")},
)


def read(kind: Kind, format: Format, raw: Any, *, oldest: int = 0) -> list[Record | str]:
    """The records, and what is said of the rows that are none."""
    text = raw if isinstance(raw, str) else "\n".join(json.dumps(one) for one in raw)
    wanted = ImportWanted(kind, format, "file", "shop")
    found = records(io.BytesIO(text.encode()), wanted, known_for(wanted, KNOWN, oldest))
    return [str(one.found) if isinstance(one.found, Misfit) else one.found for one in found]


def chat(format: Format, raw: Any) -> PastChat:
    (found,) = read("chats", format, raw)
    assert isinstance(found, PastChat), found
    return found


# --- members --------------------------------------------------------------------------------------


def test_members_of_a_csv_file_have_queues_by_name_or_id_and_serve_all_without() -> None:
    raw = 'email,role,queues,languages,limit\nkim@example.com,Supervisor,"billing; SUPPORT",fr,4\neve@example.com,,,,\n'
    assert read("members", "csv", raw) == [
        MemberRecord("kim@example.com", "supervisor", ("billing", "support"), ("fr",), 4),
        MemberRecord("eve@example.com", "agent", ("support", "billing"), (), 3),
    ]


def test_what_is_wrong_with_members_is_said_row_by_row() -> None:
    raw = (
        "email,role,queues,limit\nkim,agent,,\na@example.com,king,,\nb@example.com,,Returns,\n"
        "c@example.com,,,12\nc@example.com,,,x\nd@example.com,,,\nD@example.com,,,\n"
    )
    assert [one for one in read("members", "csv", raw) if isinstance(one, str)] == [
        "Enter an e-mail address such as ana@shop.example.",
        "Choose a role: agent, supervisor or admin.",
        "The queue Returns does not exist.",
        "Choose a limit from 1 to 6 chats.",
        "Choose a limit from 1 to 6 chats.",
        "This row is in the file twice.",
    ]


def test_agents_of_zendesk_and_chatwoot_keep_their_roles() -> None:
    ada = {"id": 1, "email": "ada@example.com", "enabled": True, "roles": {"administrator": True, "owner": False}}
    gone = {"id": 2, "email": "gone@example.com", "enabled": False}
    every = ("support", "billing")
    assert read("members", "zendesk", [ada, gone]) == [
        MemberRecord("ada@example.com", "admin", every),
        "This member is deactivated in the file, so they are not invited.",
    ]
    kim = {"id": 7, "email": "kim@example.com", "role": "administrator", "confirmed": True}
    assert read("members", "chatwoot", [kim]) == [MemberRecord("kim@example.com", "admin", every)]


# --- canned replies -------------------------------------------------------------------------------


def test_canned_replies_of_each_format() -> None:
    (own,) = read("replies", "json", [{"id": "r1", "title": "Hi", "text": "Hello {visitor}", "scope": "shared",
                                       "owner": "", "snippet": "hi"}])  # fmt: skip
    assert own == ReplyRecord("r1", "Hi", "Hello {visitor}", "shared", "", "hi")
    (plain,) = read("replies", "csv", 'title;text;queue;snippet\nRefund;"Sure,\nat once";Billing;;\n')
    assert isinstance(plain, ReplyRecord)
    assert (plain.title, plain.text, plain.scope, plain.owner) == ("Refund", "Sure,\nat once", "queue", "billing")
    (shortcut,) = read("replies", "zendesk", [{"name": "thanks", "message": "Thank you!", "tags": []}])
    assert isinstance(shortcut, ReplyRecord)
    assert (shortcut.title, shortcut.text, shortcut.snippet) == ("thanks", "Thank you!", "thanks")
    (woot,) = read("replies", "chatwoot", [{"id": 3, "short_code": "two words", "content": "Hi {{contact.name}}"}])
    assert isinstance(woot, ReplyRecord)
    assert (woot.title, woot.text, woot.snippet) == ("two words", "Hi {visitor}", "")


def test_what_is_wrong_with_replies_is_said() -> None:
    raw = [
        {"title": "Long", "text": "x" * 4_001},
        {"title": "None"},
        {"title": "Odd", "text": "Hi {nobody}"},
        {"title": "Mine", "text": "Hi", "scope": "member", "owner": "ana"},
        {"title": "Where", "text": "Hi", "scope": "queue", "owner": "returns"},
    ]
    assert [str(one)[:40] for one in read("replies", "json", raw)] == [
        "Enter a reply of up to 4000 characters.",
        "The text is empty or not valid.",
        "{nobody} is not a placeholder. Use {visi",
        "This is a member's personal reply. They ",
        "The queue returns does not exist. Choose",
    ]


# --- visitors -------------------------------------------------------------------------------------


def test_visitors_have_all_other_columns_as_fields_and_are_those_of_chats_from_there() -> None:
    (vera,) = read("visitors", "csv", f"id,name,email,Plan,card\nv7,Vera,vera@example.com,gold,{VISA}\n")
    assert isinstance(vera, VisitorRecord)
    assert (vera.name, vera.email, vera.site) == ("Vera", "vera@example.com", "shop")
    assert vera.fields == {"plan": "gold", "card": "•••• •••• •••• 1111"}
    (chat_of_hers,) = read("chats", "csv", "chat,at,text,visitor\nc1,1700000000,Hi,v7\n")
    assert isinstance(chat_of_hers, PastChat)
    assert chat_of_hers.visitor == vera.id
    contact = {"id": 5, "name": "Vera", "email": "v@example.com", "phone_number": "+39", "custom_attributes": {"n": 1}}
    (woot,) = read("visitors", "chatwoot", [contact])
    assert isinstance(woot, VisitorRecord)
    assert (woot.fields, woot.id) == ({"n": "1", "phone": "+39"}, chat("chatwoot", [CHATWOOT]).visitor)
    assert read("visitors", "json", [{"id": "v1", "email": "none"}]) == [
        "The row has neither a name nor an e-mail address."
    ]


# --- chats ----------------------------------------------------------------------------------------

ZENDESK = {
    "id": "2109.1",
    "type": "chat",
    "visitor": {"id": "7.abc", "name": "Vera", "email": "vera@example.com", "phone": "+39 06 1", "notes": ""},
    "session": {"country_name": "Italy", "city": "Rome"},
    "timestamp": "2023-11-14T22:13:20Z",
    "end_timestamp": "2023-11-14T22:20:00Z",
    "department_name": "Returns",
    "agent_names": ["Ana Abel"],
    "tags": ["parcel", "late"],
    "rating": "good",
    "comment": "Nice",
    "webpath": [{"to": "https://shop.example/orders", "title": "Orders"}],
    "history": [
        {"type": "chat.memberjoin", "timestamp": "2023-11-14T22:13:21Z", "name": "Vera"},
        {
            "type": "chat.msg",
            "timestamp": "2023-11-14T22:13:22Z",
            "sender_type": "Visitor",
            "name": "Vera",
            "msg": "Hi",
        },
        {"type": "chat.msg", "timestamp": "2023-11-14T22:13:23Z", "sender_type": "Trigger", "name": "Bot", "msg": "Yo"},
        {"type": "chat.msg", "timestamp": "2023-11-14T22:14:00.5Z", "nick": "agent:9", "name": "Ana Abel", "msg": VISA},
        {"type": "chat.rating", "timestamp": "2023-11-14T22:15:00Z", "new_rating": "good"},
    ],
}


def test_a_chat_of_zendesk_keeps_who_said_what_and_when() -> None:
    found = chat("zendesk", [ZENDESK])
    assert [(line.by, line.agent in ("", "ana"), line.text) for line in found.lines] == [
        ("visitor", True, "Hi"),
        ("bot", False, "Yo"),
        ("agent", True, "•••• •••• •••• 1111"),
    ]
    assert (found.opened, found.ended, found.lines[2].at) == (NOON, NOON + 400_000, NOON + 40_500)
    assert (found.site, found.queue, found.fields["queue"], found.fields["city"]) == (
        "shop", "support", "Returns", "Rome",
    )  # fmt: skip
    assert (found.name, found.email, found.tags, found.rating, found.comment, found.why) == (
        "Vera", "vera@example.com", ("parcel", "late"), 5, "Nice", "agent",
    )  # fmt: skip
    assert (found.page, found.title) == ("https://shop.example/orders", "Orders")


def test_an_offline_message_of_zendesk_is_a_left_message() -> None:
    raw = {"id": "1", "type": "offline_msg", "visitor": {"email": "v@example.com"}, "message": "Call me",
           "timestamp": "2014-10-09T05:28:35Z", "department_name": "Billing"}  # fmt: skip
    found = chat("zendesk", [raw])
    assert (found.why, found.queue, [line.text for line in found.lines]) == ("message_left", "billing", ["Call me"])


CHATWOOT = {
    "id": 12,
    "account_id": 1,
    "status": "resolved",
    "created_at": NOON // 1000,
    "labels": ["vip"],
    "meta": {
        "sender": {"id": 5, "name": "Vera", "email": "vera@example.com", "phone_number": "+39061"},
        "channel": "Channel::Whatsapp",
        "team": {"id": 1, "name": "billing"},
    },
    "additional_attributes": {"browser_language": "it", "referer": "https://shop.example/"},
    "custom_attributes": {"plan": "gold", "n": 3},
    "messages": [
        {"content": "Ciao", "message_type": 0, "created_at": NOON // 1000 + 1, "private": False},
        {"content": "Ana was assigned", "message_type": 2, "created_at": NOON // 1000 + 2},
        {"content": "Hello", "message_type": 1, "created_at": NOON // 1000 + 3, "private": False,
         "sender": {"id": 9, "name": "A.", "email": "ana@example.com", "type": "user"}},
        {"content": "rude", "message_type": 1, "created_at": NOON // 1000 + 4, "private": True,
         "sender": {"id": 8, "name": "Zed", "type": "user"}},
        {"content": "Rate us", "message_type": 3, "created_at": NOON // 1000 + 5, "content_type": "input_csat",
         "content_attributes": {"submitted_values": {"csat_survey_response": {"rating": 4}}}},
    ],
}  # fmt: skip


def test_a_conversation_of_chatwoot_keeps_notes_channel_team_and_rating() -> None:
    found = chat("chatwoot", [CHATWOOT])
    assert [(line.by, line.note, line.text) for line in found.lines] == [
        ("visitor", False, "Ciao"),
        ("agent", False, "Hello"),
        ("agent", True, "rude"),
        ("bot", False, "Rate us"),
    ]
    assert (found.lines[1].agent, found.channel, found.queue, found.rating, found.tags, found.locale) == (
        "ana", "whatsapp", "billing", 4, ("vip",), "it",
    )  # fmt: skip
    assert found.fields == {"plan": "gold", "n": "3", "phone": "+39061"}
    assert read("chats", "chatwoot", [{**CHATWOOT, "status": "open"}]) == [
        "The chat is still open. Import it once it has ended."
    ]


def test_a_chat_of_a_csv_file_is_the_rows_that_name_it() -> None:
    raw = (
        "chat;at;by;agent;text;name;email;tags;rating\n"
        "a1;2023-11-14 22:13:20;visitor;;Hi;Vera;vera@example.com;;\n"
        "a1;1700000060;agent;Ana Abel;=SUM(A1);;;x, y;5\n"
        "a1;1700000050000;note;Ben;psst;;;;\n"
        "a2;2023-11-14T22:13:20+01:00;;;Hello;;;;\n"
    )
    first, second = read("chats", "csv", raw)
    assert isinstance(first, PastChat)
    assert isinstance(second, PastChat)
    assert [(line.at - NOON, line.text, line.agent, line.note) for line in first.lines] == [
        (0, "Hi", "", False), (50_000, "psst", "ben", True), (60_000, "=SUM(A1)", "ana", False),
    ]  # fmt: skip
    assert (first.name, first.email, first.tags, first.rating) == ("Vera", "vera@example.com", ("x", "y"), 5)
    assert second.lines[0].at == NOON - 3_600_000


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"at": "yesterday", "text": "Hi"}, "“yesterday” is not a time."),
        ({"at": "", "text": "Hi"}, "A message has no time."),
        ({"at": -5, "text": "Hi"}, "“-5” is not a time."),
        ({"at": 1e300, "text": "Hi"}, "“1e+300” is not a time."),
        ({"at": NOON, "by": "king", "text": "Hi"}, "“king” is not a sender. Use visitor, agent, bot or note."),
        ({"at": NOON, "text": "\u200b"}, "The chat has no messages."),
        ({"at": NOON - 9, "text": "Hi"}, "The chat is older than data retention keeps chats."),
    ],
)
def test_what_is_wrong_with_a_chat_is_said(row: dict[str, Any], says: str) -> None:
    assert read("chats", "json", [{"id": "c1", "messages": [row]}], oldest=NOON - 5) == [says]


def test_an_open_chat_is_not_imported() -> None:
    assert read("chats", "json", [{"id": "c", "ended": None, "facts": []}]) == [
        "The chat is still open. Import it once it has ended."
    ]


def test_a_long_message_is_split_and_nothing_of_it_lost() -> None:
    (found,) = read("chats", "json", [{"id": "c", "messages": [{"at": NOON, "text": "ab" * 4_500}]}])
    assert isinstance(found, PastChat)
    assert [len(line.text) for line in found.lines] == [4_000, 4_000, 1_000]


@pytest.mark.parametrize(
    "odd",
    [
        {}, {"id": None}, {"id": [], "facts": {}}, {"visitor": "x", "messages": "y"},
        {"facts": [1, None, {"kind": []}]},
        {"fields": {"a": {"b": 1}}, "tags": {"x": 1}, "rating": "9", "messages": [{"at": NOON, "text": ["x"]}]},
        {"session": 3, "history": [[]], "webpath": [{}], "agent_names": [None]},
        {"meta": [], "messages": [{"message_type": {}, "content": 5}]},
    ],
)  # fmt: skip
@pytest.mark.parametrize("format", ["json", "zendesk", "chatwoot"])
@pytest.mark.parametrize("kind", ["members", "replies", "visitors", "chats"])
def test_rows_of_any_shape_are_told_apart_and_never_an_error(kind: Kind, format: Format, odd: dict[str, Any]) -> None:
    (found,) = read(kind, format, [odd])
    assert isinstance(found, str)


def test_names_and_fields_are_cleaned_and_card_numbers_hidden_everywhere() -> None:
    raw = {"id": "c", "visitor": {"name": f"Vera\u202e {VISA}", "email": "not an address"},
           "fields": {"note": VISA}, "comment": VISA, "rating": 3,
           "messages": [{"at": NOON, "text": f"my card\x00 is {VISA}"}]}  # fmt: skip
    found = chat("json", [raw])
    assert "4111" not in str(found)
    assert "\u202e" not in found.name
    assert (found.email, found.lines[0].text) == ("", "my card is •••• •••• •••• 1111")


def test_the_same_row_gets_the_same_id_and_another_formats_row_another() -> None:
    again, other = chat("zendesk", [ZENDESK]), chat("zendesk", [{**ZENDESK, "id": "2109.2"}])
    assert chat("zendesk", [ZENDESK]).id == again.id != other.id
    assert again.visitor == other.visitor


# --- whole files ----------------------------------------------------------------------------------


def test_columns_that_are_needed_or_unknown_are_named() -> None:
    def columns(raw: str) -> list[str]:
        return columns_of(io.BytesIO(raw.encode()), ImportWanted("members", "csv", "f"))

    assert columns("Email,Shoe size,Role\na@example.com,44,agent\n") == ["shoe_size"]
    with pytest.raises(MissingColumn):
        columns("name,role\nAna,agent\n")
    with pytest.raises(NoRows):
        columns("email\n")
