"""Expectations: good files pass, and each rule catches rows that are bad by it."""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import datetime
from pathlib import Path

import pytest

import __main__

# great-expectations loads pyspark, which takes a main module without a file for a run of its own
# doctests and exits; the worker processes of pytest-xdist have such a one.
if not hasattr(__main__, "__file__"):
    __main__.__file__ = __file__

from dangol import destinations, expectations
from dangol.destinations import DESTINATIONS, Row, expected_headers, read_rows, write_rows
from dangol.expectations import SUITES, judge_files

NAMES = sorted(DESTINATIONS)

ATTRIBUTES = {
    "rfm_segment": "at_risk",
    "journey_stage": "revenue",
    "lifecycle_state": "gone",
    "order_count": "2",
    "net_revenue": "39000.5000",
    "last_ordered_on": "2025-12-31",
    "campaigns": "back_in_stock,winback",
}
RESEND = {
    "isResend": True,
    "resendType": "LMS",
    "resendTitle": "(광고)단골샵",
    "resendContent": "(광고)단골샵\n무료수신거부 080-000-0000",
    "resendSendNo": "0212345678",
}
ALIMTALK = {
    "senderKey": "SENDER_KEY",
    "templateCode": "review_1",
    "requestDate": "2026-07-01 08:00",
    "recipientNo": "01012345678",
    "templateParameter": '{"customer_name":"김민수"}',
    "resendParameter": '{"isResend":false}',
    "recipientGroupingKey": "review_request:C000001",
}
BRAND = {**ALIMTALK, "unsubscribeNo": "080-000-0000", "targeting": "I"}
KAKAO = {"pfId": "CHANNEL", "templateId": "review_1", "variables": {"#{customer_name}": "김민수"}}


def text_of(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def hash_of(text: object) -> str:
    return hashlib.sha256(str(text).encode()).hexdigest()


SOLAPI = {
    "to": "01012345678",
    "from": "0212345678",
    "text": "",
    "subject": "",
    "type": "",
    "kakaoOptions": text_of({**KAKAO, "disableSms": True}),
    "customFields": '{"campaign_id":"review_request","customer_id":"C000001"}',
    "scheduledDate": "2026-07-01T01:30:00Z",
}
PERSON = {"email": hash_of("a"), "phone": hash_of("b"), "fn": hash_of("민수"), "ln": hash_of("김")}

GOOD: dict[str, list[Row]] = {
    "braze": [
        {
            **{"external_id": "C000001", "email": "kim.min-su+shop@naver.com"},
            **{"phone": "+821012345678", "first_name": "김민수", "country": "KR"},
            **{"language": "ko", "dob": "1990-02-03", "gender": "F"},
            **{"email_subscribe": "opted_in", "push_subscribe": "unsubscribed"},
            **ATTRIBUTES,
            "ad_channel": "email",
        },
        {
            **{"external_id": "C000002", "email": "lee@shop.kr"},
            **{"email_subscribe": "unsubscribed", "push_subscribe": "subscribed"},
            **{"order_count": "0", "net_revenue": "0.0000", "campaigns": "review_request"},
        },
    ],
    "klaviyo": [
        {
            **{"Email": "kim@shop.kr", "External ID": "C000001", "First Name": "김민수"},
            **{"Country": "KR", "Email Marketing Consent": "Subscribed"},
            **ATTRIBUTES,
        },
        {
            **{"Phone Number": "+821012345678", "External ID": "C000002"},
            **{"SMS Marketing Consent": "Subscribed"},
            "SMS Marketing Consent Timestamp": "2025-01-02T03:04:05Z",
            **{"order_count": "0", "net_revenue": "0", "campaigns": "winback"},
        },
        {
            **{"Email": "lee@shop.kr", "External ID": "C000003"},
            **{"order_count": "0", "net_revenue": "0", "campaigns": "winback"},
        },
    ],
    "mailchimp": [
        {
            **{"Email Address": "kim@shop.kr", "First Name": "가" * 85, "Birthday": "02/29"},
            **{"Language": "ko", "Customer ID": "C000001", "RFM Segment": "lost"},
            **{"Journey Stage": "revenue", "Lifecycle State": "gone", "Order Count": "2"},
            **{"Net Revenue": "39000.5", "Last Ordered On": "2025-12-31", "Campaigns": "winback"},
        },
        {
            **{"Email Address": "lee@shop.kr", "Customer ID": "C000002", "Order Count": "0"},
            **{"Net Revenue": "0", "Campaigns": "winback"},
        },
    ],
    "listmonk": [
        {"email": "kim@shop.kr", "name": "김민수", "attributes": '{"customer_id":"C000001"}'},
        {"email": "lee@shop.kr", "attributes": "{}"},
    ],
    "kakao_alimtalk": [
        ALIMTALK,
        {
            **ALIMTALK,
            "recipientGroupingKey": "review_request:C000002",
            "resendParameter": text_of(RESEND),
        },
    ],
    "kakao_brand": [
        {**BRAND, "requestDate": "2026-07-01 20:49"},
        {
            **BRAND,
            "recipientGroupingKey": "winback:C000002",
            "resendParameter": text_of({**RESEND, "resendUnsubscribeNo": "080-000-0000"}),
        },
    ],
    "solapi": [
        SOLAPI,
        {
            **SOLAPI,
            "text": "후기\n남겨 주세요",
            "customFields": '{"customer_id":"C000002"}',
            "kakaoOptions": text_of({**KAKAO, "disableSms": False}),
        },
        {
            **SOLAPI,
            "customFields": '{"customer_id":"C000003"}',
            "kakaoOptions": text_of({**KAKAO, "bms": {"targeting": "I"}}),
        },
        {
            **SOLAPI,
            **{"text": "가" * 45, "type": "SMS", "kakaoOptions": ""},
            "customFields": '{"customer_id":"C000004"}',
        },
    ],
    "aligo": [
        {
            **{"senderkey": "SENDER_KEY", "tpl_code": "review_1", "sender": "0212345678"},
            **{"senddate": "20260701083000", "failover": "N", "receiver": "01012345678"},
            **{
                "recvname": "김민수",
                "subject": "단골샵",
                "message": "어떠셨나요?\n후기를 남겨 주세요",
            },
        }
    ],
    "sms": [
        {
            **{"phone": "+821012345678", "text": "가" * 45, "type": "SMS"},
            "send_at": "2026-07-01T01:30:00Z",
        },
        {
            **{"phone": "+821012345678", "text": "(광고)단골샵\n" + "가" * 900, "type": "LMS"},
            "send_at": "2026-07-01T01:30:00Z",
        },
    ],
    "push": [
        {
            **{"token": "token", "title": "(광고)단골샵", "body": "어서 오세요\n080-000-0000"},
            **{"deep_link": "https://shop.example.com/p/1", "send_at": "2026-07-01T01:30:00Z"},
        },
        {
            **{"token": "token", "title": "단골샵", "body": "😀"},
            "send_at": "2026-07-01T01:30:00Z",
        },
    ],
    "meta_custom_audience": [PERSON, {"phone": hash_of("c")}],
    "google_customer_match": [
        {"Email": hash_of("a"), "First Name": hash_of("b"), "Country": "KR", "Zip": "SW1A 1AA"},
        {"Phone": hash_of("c")},
    ],
    "tiktok": [{"Email_SHA256": hash_of("a")}, {"Phone_SHA256": hash_of("b")}],
    "onsite": [
        {
            **{"customer_id": "C000001", "segment": "lost", "stage": "revenue"},
            **{"recommended_products": '["p1"]', "banner_campaign": "winback"},
            "ask_for_consent": "false",
        },
        {
            **{"customer_id": "C000002", "recommended_products": "[]"},
            **{"banner_campaign": "winback", "ask_for_consent": "true"},
        },
    ],
}
"""Rows that a destination takes; a column that is not named is blank."""

Bad = list[tuple[dict[str, str], str]]

EMAILS = ["kim@shop", "Kim@shop.kr", "kim@shop.kr,lee@shop.kr", f"{'x' * 65}@shop.kr", "김@shop.kr"]
PLAIN = ["kim@shop.kr", "+821012345678", "김", hash_of("a").upper(), hash_of("a")[:-1]]


def each(column: str, values: list[str], sentence: str) -> Bad:
    return [({column: value}, f"{column} {sentence}") for value in values]


def bad_attributes(*columns: str) -> Bad:
    segment, stage, state, count, revenue, last, campaigns = columns
    return [
        *each(segment, ["At risk"], "is a code"),
        *each(stage, ["a,b"], "is a code"),
        *each(state, ["."], "is a code"),
        *each(count, ["02", "", "1.5", "-1"], "is a whole number without leading zeros"),
        *each(revenue, ["0100.00", "-1", "1,000", ""], "is an amount without leading zeros"),
        *each(last, ["2025-12-32", "2025-1-1", "31.12.2025"], "is a date"),
        *each(campaigns, ["", "winback,", "Win back"], "is campaign codes joined by commas"),
    ]


def bad_resends(label: str) -> Bad:
    wrong: list[object] = [
        {"isResend": "false"},
        {},
        [],
        {"isResend": False, "resendContent": "a"},
        {**RESEND, "resendType": "MMS"},
        {**RESEND, "resendContent": ""},
        {**RESEND, "resendSendNo": "02-1234-5678"},
        {**RESEND, "note": "a"},
    ]
    return [
        *[
            ({"resendParameter": text_of(value)}, "no resendParameter that leaves open")
            for value in wrong
        ],
        (
            {
                "resendParameter": text_of(
                    {**RESEND, "resendType": "SMS", "resendContent": label + "가" * 46}
                )
            },
            "no text that stands in longer than its kind allows",
        ),
        (
            {"resendParameter": text_of({**RESEND, "resendContent": label + "\u202e"})},
            "no control or direction-changing characters in JSON",
        ),
    ]


BAD_NHN: Bad = [
    *each("senderKey", ["", "a b"], "is a key of letters and digits"),
    *each("templateCode", ["", "x" * 21], "is a template code of at most 20 characters"),
    *each("requestDate", ["2026-07-01 24:00", "2026-07-01T08:30", ""], "is a time in Korea"),
    *each("recipientNo", ["+821012345678", "0101", "0" * 16, ""], "is a mobile number"),
    *each("recipientGroupingKey", ["", "x" * 101], "is 1 to 100 characters"),
    ({"requestDate": "2999-01-01 08:00"}, "no request more than 60 days ahead"),
    ({"templateParameter": '{"a":1}'}, "no templateParameter but an object of texts"),
    ({"templateParameter": "[]"}, "no templateParameter but an object of texts"),
    ({"templateParameter": ""}, "no templateParameter but an object of texts"),
    ({"templateParameter": '{"a":"#{b}"}'}, "no variable left in a variable"),
    ({"templateParameter": text_of({"a": "b\u0000"})}, "no control or direction-changing"),
]

BAD: dict[str, Bad] = {
    "braze": [
        *each("external_id", [" "], "is not blank"),
        ({"external_id": "C000001"}, "external_id is in one row only"),
        *each("email", [*EMAILS, "kim@shop.kr\n"], "is an e-mail address"),
        *each("phone", ["010-1234-5678", "+8210123", "+1234567890123456"], "is a phone number"),
        *each("phone", ["+821012345678\n"], "has no control"),
        *each("country", ["KOR", "kr"], "is two capital letters"),
        *each("language", ["KO"], "is two small letters"),
        *each("dob", ["03/02/1990", "1990-13-01"], "is a date"),
        *each("gender", ["X"], "is one of M, F, O, N, P, blank"),
        *each("email_subscribe", ["yes", ""], "is one of opted_in, subscribed, unsubscribed"),
        *each("push_subscribe", [""], "is one of opted_in, subscribed, unsubscribed"),
        *each("ad_channel", ["kakao"], "is one of email, sms, push, blank"),
        *bad_attributes(*ATTRIBUTES),
        ({"email_subscribe": "unsubscribed"}, "no advertisement by e-mail to somebody unsub"),
        ({"ad_channel": "push"}, "no advertisement by push to somebody unsubscribed"),
    ],
    "klaviyo": [
        *each("Email", EMAILS, "is an e-mail address"),
        ({"Email": "lee@shop.kr"}, "Email is in one row only"),
        *each("Phone Number", ["010-1234-5678"], "is a phone number"),
        ({"Phone Number": "+821012345678"}, "Phone Number is in one row only"),
        *each("External ID", [""], "is not blank"),
        ({"External ID": "C000002"}, "External ID is in one row only"),
        *each("Country", ["KOR"], "is two capital letters"),
        *each("Email Marketing Consent", ["yes"], "is one of Subscribed"),
        *each("SMS Marketing Consent", ["yes"], "is one of Subscribed"),
        *each("SMS Marketing Consent Timestamp", ["2025-01-02"], "is a time"),
        *bad_attributes(*ATTRIBUTES),
        ({"Email": "", "Phone Number": ""}, "no row without an address"),
        ({"SMS Marketing Consent": "Subscribed"}, "no consent for sms without its time"),
    ],
    "mailchimp": [
        *each("Email Address", [*EMAILS, ""], "is an e-mail address"),
        ({"Email Address": "lee@shop.kr"}, "Email Address is in one row only"),
        *each("Birthday", ["13/01", "02-03", "1990-02-03"], "is a month and a day"),
        *each("Language", ["ko-KR"], "is two small letters"),
        *each("Customer ID", [""], "is not blank"),
        ({"Customer ID": "C000002"}, "Customer ID is in one row only"),
        *bad_attributes(
            *("RFM Segment", "Journey Stage", "Lifecycle State"),
            *("Order Count", "Net Revenue", "Last Ordered On", "Campaigns"),
        ),
        ({"First Name": "가" * 86}, "no text of more than 255 bytes"),
    ],
    "listmonk": [
        *each("email", [*EMAILS, ""], "is an e-mail address"),
        ({"email": "lee@shop.kr"}, "email is in one row only"),
        ({"attributes": "[]"}, "no attributes but a JSON object"),
        ({"attributes": "{"}, "no attributes but a JSON object"),
        ({"attributes": ""}, "no attributes but a JSON object"),
    ],
    "kakao_alimtalk": [
        *BAD_NHN,
        *bad_resends(""),
        (
            {"recipientGroupingKey": "review_request:C000002"},
            "recipientGroupingKey is in one row only",
        ),
    ],
    "kakao_brand": [
        *BAD_NHN,
        *bad_resends("(광고)"),
        ({"recipientGroupingKey": "winback:C000002"}, "recipientGroupingKey is in one row only"),
        *each("unsubscribeNo", ["", "070-000-0000"], "is a free number"),
        *each("targeting", ["", "A"], "is one of I, M, N"),
        ({"requestDate": "2026-07-01 20:50"}, "no brand message between 20:50 and 08:00"),
        ({"requestDate": "2026-07-01 07:59"}, "no brand message between 20:50 and 08:00"),
        (
            {"resendParameter": text_of({**RESEND, "resendContent": "단골샵"})},
            "no advertisement that stands in without (광고) in front",
        ),
    ],
    "solapi": [
        *each("to", ["+821012345678", ""], "is a mobile number"),
        *each("from", ["02-123-4567", ""], "is a phone number of digits"),
        *each("type", ["MMS"], "is one of SMS, LMS, blank"),
        *each("scheduledDate", ["2026-07-01 10:30", ""], "is a time"),
        ({"customFields": '{"customer_id":"C000002"}'}, "customFields is in one row only"),
        ({"customFields": '{"a":1}'}, "no customFields but an object of texts"),
        *[
            (changes, "no message that is unclear as KakaoTalk or as a text")
            for changes in (
                {"kakaoOptions": ""},
                {"kakaoOptions": "", "type": "SMS"},
                {"type": "SMS"},
                {"kakaoOptions": "[]"},
                {"kakaoOptions": text_of(KAKAO)},
                {"kakaoOptions": text_of({**KAKAO, "disableSms": False})},
                {"kakaoOptions": text_of({**KAKAO, "disableSms": True, "templateId": ""})},
                {"kakaoOptions": text_of({**KAKAO, "disableSms": True, "pfId": None})},
                {"kakaoOptions": text_of({**KAKAO, "disableSms": True, "variables": {"a": "b"}})},
                {"kakaoOptions": text_of({**KAKAO, "disableSms": True, "variables": {"#{a}": 1}})},
                {"kakaoOptions": text_of({**KAKAO, "bms": {"targeting": "A"}})},
                {"kakaoOptions": text_of({**KAKAO, "bms": "I"})},
                {"kakaoOptions": text_of({**KAKAO, "bms": {"targeting": "I"}}), "text": "a"},
                {"kakaoOptions": text_of({**KAKAO, "disableSms": True}), "text": "a"},
            )
        ],
        (
            {"kakaoOptions": text_of({**KAKAO, "variables": {"#{a}": "#{b}"}})},
            "no variable left in a text",
        ),
        (
            {"kakaoOptions": text_of({**KAKAO, "variables": {"#{a}": "b\u202e"}})},
            "no control or direction-changing characters in JSON",
        ),
        ({"kakaoOptions": "", "type": "SMS", "text": "#{a}"}, "no variable left in a text"),
        ({"kakaoOptions": "", "type": "SMS", "text": "가" * 46}, "no text longer than its kind"),
        ({"kakaoOptions": "", "type": "LMS", "text": "가" * 1001}, "no text longer than its kind"),
        ({"kakaoOptions": "", "type": "SMS", "text": "é"}, "no text with a character that CP949"),
    ],
    "aligo": [
        *each("senderkey", ["", "a b"], "is a key of letters and digits"),
        *each("tpl_code", ["", "x" * 21], "is a template code of at most 20 characters"),
        *each("sender", ["02-123-4567"], "is a phone number of digits"),
        *each("senddate", ["2026-07-01 08:30", "20260701240000"], "is a time in Korea"),
        *each("failover", ["", "yes"], "is one of Y, N"),
        *each("receiver", ["+821012345678"], "is a mobile number"),
        *each("subject", [""], "is not blank"),
        *each("message", [""], "is not blank"),
        ({"recvname": "김민수"}, "tpl_code, senddate, receiver, recvname and message are in one"),
        ({"message": "가" * 1001}, "no Alimtalk of more than 1,000 characters"),
        ({"message": "#{a}"}, "no variable left in a text"),
        ({"failover": "Y"}, "no text that stands in where failover is N, or none where it is Y"),
        ({"fmessage": "a"}, "no text that stands in where failover is N, or none where it is Y"),
    ],
    "sms": [
        *each("phone", ["01012345678", ""], "is a phone number"),
        *each("text", ["", "\n"], "is not blank"),
        *each("type", ["", "MMS"], "is one of SMS, LMS"),
        *each("send_at", ["2026-07-01 10:30", ""], "is a time"),
        ({"phone": "+821012345678"}, "phone, text, type and send_at are in one row only"),
        ({"text": "가" * 45 + "a"}, "no text longer than its kind allows"),
        ({"text": "가" * 1001, "type": "LMS"}, "no text longer than its kind allows"),
        ({"text": "😀"}, "no text with a character that CP949 can't hold"),
    ],
    "push": [
        *each("token", [""], "is not blank"),
        *each("title", [""], "is not blank"),
        *each("body", [""], "is not blank"),
        *each("deep_link", ["/p/1", "javascript:1"], "is an address"),
        *each("send_at", [""], "is a time"),
        ({"token": "token"}, "token, title, body, deep_link and send_at are in one row only"),
    ],
    "meta_custom_audience": [
        *[
            bad
            for column in DESTINATIONS["meta_custom_audience"].headers
            for bad in each(column, PLAIN, "is 64 hexadecimal digits")
        ],
        ({"email": hash_of("a")}, "email, phone, fn, ln, dob, gen, ct, zip and country are in one"),
        ({"email": "", "phone": ""}, "no row without an address"),
    ],
    "google_customer_match": [
        *[
            bad
            for column in ("Email", "Phone", "First Name", "Last Name")
            for bad in each(column, PLAIN, "is 64 hexadecimal digits")
        ],
        *each("Country", ["KOR", "kr", hash_of("kr")], "is two capital letters"),
        *each("Zip", [",", "-1"], "is a postal code"),
        ({"Email": hash_of("a")}, "Email, Phone, First Name, Last Name, Country and Zip are in"),
        ({"Email": ""}, "no row without an address"),
    ],
    "tiktok": [
        *each("Email_SHA256", PLAIN, "is 64 hexadecimal digits"),
        *each("Phone_SHA256", PLAIN, "is 64 hexadecimal digits"),
        ({"Email_SHA256": hash_of("a")}, "Email_SHA256 and Phone_SHA256 are in one row only"),
        ({"Email_SHA256": ""}, "no row without an address"),
    ],
    "onsite": [
        *each("customer_id", [""], "is not blank"),
        ({"customer_id": "C000002"}, "customer_id is in one row only"),
        *each("segment", ["At risk"], "is a code"),
        *each("stage", ["At risk"], "is a code"),
        *each("banner_campaign", ["", "Win back"], "is a campaign code"),
        *each("ask_for_consent", ["", '"yes"'], "is one of true, false"),
        ({"recommended_products": "{}"}, "no recommended_products but a list of texts"),
        ({"recommended_products": "[1]"}, "no recommended_products but a list of texts"),
        ({"recommended_products": '["p\u202e"]'}, "no control or direction-changing characters"),
    ],
}
"""What makes a good row bad, and the beginning of what is then said."""


def unlike_others(name: str, number: int) -> dict[str, str]:
    """Values that tell a row from every other."""
    return {
        "braze": {"external_id": f"B{number}"},
        "klaviyo": {"Email": f"b{number}@shop.kr", "External ID": f"B{number}"},
        "mailchimp": {"Email Address": f"b{number}@shop.kr", "Customer ID": f"B{number}"},
        "listmonk": {"email": f"b{number}@shop.kr"},
        "kakao_alimtalk": {"recipientGroupingKey": f"B{number}"},
        "kakao_brand": {"recipientGroupingKey": f"B{number}"},
        "solapi": {"customFields": text_of({"customer_id": f"B{number}"})},
        "aligo": {"recvname": f"B{number}"},
        "sms": {"phone": f"+8210{number:08}"},
        "push": {"token": f"B{number}"},
        "meta_custom_audience": {"email": hash_of(number)},
        "google_customer_match": {"Email": hash_of(number)},
        "tiktok": {"Email_SHA256": hash_of(number)},
        "onsite": {"customer_id": f"B{number}"},
    }[name]


def hostile(name: str) -> Bad:
    """Each column of text with what a spreadsheet would run and with what nobody sees."""
    destination = DESTINATIONS[name]
    columns = [header for header in destination.headers if header not in destination.json]
    runs = "=+-@\t\r＝" if destination.suffix == ".csv" else ""
    return [
        *[
            ({header: start + "1+1"}, f"{header} does not begin like a formula")
            for header in columns
            if header not in ("phone", "Phone Number")
            for start in runs
        ],
        *[
            ({header: f"{sign}821012345678{rest}"}, f"{header} does not begin like a formula")
            for header in columns
            if header not in ("phone", "Phone Number")
            for sign, rest in [("-", "+cmd|1"), ("+", "+cmd|1"), ("+", "9876"), ("＋", "")]
            if runs
        ],
        *[
            ({header: f"a{character}b"}, f"{header} has no control or direction-changing")
            for header in columns
            for character in ("\x00", "\r", "\x7f", "\u2028", "\u202e", "\u2066")
        ],
        *[
            ({header: "a\nb"}, f"{header} has no control or direction-changing")
            for header in columns
            if header not in SUITES[name].lines
        ],
    ]


def bad_rows(name: str) -> list[tuple[Row, str]]:
    """Rows of which each is the first good one but for what makes it bad, and what is then said."""
    first = dict.fromkeys(DESTINATIONS[name].headers, "") | GOOD[name][0]
    return [
        (first | unlike_others(name, number) | changes, sentence)
        for number, (changes, sentence) in enumerate([*BAD[name], *hostile(name)], start=1)
    ]


Judged = dict[str, dict[str, list[Row]]]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """Of one file a destination, with good, bad and blank rows: each rule and the rows it names."""
    found: Judged = {}
    for name in NAMES:
        rows = [*GOOD[name], *(row for row, _ in bad_rows(name))]
        if DESTINATIONS[name].kind != "numbered":
            rows.append({})
        paths = write_rows(name, rows, tmp_path_factory.mktemp(name), "file")
        back = read_rows(name, paths)
        failures = judge_files(name, paths, row_count=len(rows))
        found[name] = {
            failure.sentence: [back[number - 1] for number in failure.rows] for failure in failures
        }
    return found


@pytest.mark.parametrize("name", NAMES)
def test_good_files_pass(name: str, tmp_path: Path) -> None:
    paths = write_rows(name, GOOD[name], tmp_path, "good")
    assert judge_files(name, paths, row_count=len(GOOD[name])) == []


IDS = {
    "braze": "external_id",
    "klaviyo": "External ID",
    "mailchimp": "Customer ID",
    "kakao_alimtalk": "recipientGroupingKey",
    "onsite": "customer_id",
}


@pytest.mark.parametrize("customer_id", ["+821012345678", "-17", "가" * 30 + "ab"])
@pytest.mark.parametrize("name", sorted(IDS))
def test_ids_that_the_exports_let_through_pass(name: str, customer_id: str, tmp_path: Path) -> None:
    stem = "winback:" if name == "kakao_alimtalk" else ""
    rows = [GOOD[name][0] | {IDS[name]: stem + customer_id}]
    assert judge_files(name, write_rows(name, rows, tmp_path, "ids"), row_count=1) == []


@pytest.mark.parametrize("name", NAMES)
def test_an_audience_of_nobody_passes(name: str, tmp_path: Path) -> None:
    assert judge_files(name, write_rows(name, [], tmp_path, "nobody"), row_count=0) == []


@pytest.mark.parametrize("name", NAMES)
def test_bad_values_are_caught_by_their_rule_at_their_row(name: str, judged: Judged) -> None:
    for row, sentence in bad_rows(name):
        caught_by = [rule for rule, rows in judged[name].items() if row in rows]
        assert [rule for rule in caught_by if rule.startswith(sentence)], (row, caught_by)


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_has_a_bad_value_and_spares_the_good_rows(name: str, judged: Judged) -> None:
    about_rows = {
        rule.sentence
        for rule in expectations._all_rules(name, SUITES[name], 0)
        if not rule.sentence.startswith("there are ")
    }
    if DESTINATIONS[name].kind == "numbered":
        about_rows.remove("no blank row")
    assert about_rows == set(judged[name])
    blank = dict.fromkeys(DESTINATIONS[name].headers, "")
    good = [blank | row for row in GOOD[name]]
    # a good row is caught with the bad one that repeats it, and never else
    caught = {rule for rule, rows in judged[name].items() for row in rows if row in good}
    assert all(rule.endswith("in one row only") for rule in caught), caught


@pytest.mark.parametrize("name", [name for name in NAMES if DESTINATIONS[name].suffix == ".csv"])
@pytest.mark.parametrize(
    "change",
    [
        lambda headers: headers[:-1],
        lambda headers: [*headers, "note"],
        lambda headers: [headers[1], headers[0], *headers[2:]],
        lambda headers: [headers[0].swapcase(), *headers[1:]],
        lambda headers: ["\ufeff" + headers[0], *headers[1:]],
        lambda headers: [*headers[:-1], headers[0]],
    ],
    ids=["one less", "one more", "another order", "other capitals", "byte order mark", "one twice"],
)
def test_other_headers_are_one_failure(name: str, change: object, tmp_path: Path) -> None:
    assert callable(change)
    path = tmp_path / "file.csv"
    path.write_text(",".join(change(expected_headers(name))) + "\n", encoding="utf-8")
    (failure,) = judge_files(name, [path], row_count=0)
    assert failure.sentence.startswith(f"the headers are {', '.join(expected_headers(name)[:2])}")


@pytest.mark.parametrize("name", ["tiktok", "push", "kakao_alimtalk"])
def test_the_number_of_rows_is_judged_over_all_files(name: str, tmp_path: Path) -> None:
    rows = GOOD[name]
    paths = [
        *write_rows(name, rows[:1], tmp_path, "first"),
        *write_rows(name, rows[1:], tmp_path, "second"),
    ]
    assert judge_files(name, paths, row_count=len(rows)) == []
    (failure,) = judge_files(name, paths, row_count=len(rows) + 1)
    assert str(failure) == f"there are {len(rows) + 1} rows: found {len(rows)}"


def test_a_file_over_its_bytes_or_rows_and_a_request_over_its_members_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, limit, said in (
        ("braze", "max_bytes", "there are at most 1 bytes in a file"),
        ("meta_custom_audience", "max_rows", "there are at most 1 rows in a file"),
        ("kakao_alimtalk", "max_members", "there are at most 1 members in a request"),
    ):
        paths = write_rows(name, GOOD[name], tmp_path, name)
        strict = destinations.Destination(**{**vars(DESTINATIONS[name]), limit: 1})
        monkeypatch.setitem(DESTINATIONS, name, strict)
        (failure,) = judge_files(name, paths, row_count=2)
        assert failure.sentence == said
        assert failure.rows == (1, 2)


@pytest.mark.parametrize(
    ("now", "is_well"), [("2026-05-02 08:00", True), ("2026-05-02 07:59", False)]
)
def test_a_request_is_at_most_60_days_ahead(
    now: str, is_well: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expectations, "_now", lambda: datetime.fromisoformat(now))
    paths = write_rows("kakao_alimtalk", [ALIMTALK], tmp_path, "alimtalk")
    failures = judge_files("kakao_alimtalk", paths, row_count=1)
    assert [failure.sentence for failure in failures] == (
        [] if is_well else ["no request more than 60 days ahead"]
    )


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("braze", b"", "it has not even a header row"),
        ("braze", b"external_id\n\xff\n", "it can't be read as UTF-8"),
        ("braze", b'external_id\n"C1\n', "it can't be read as CSV"),
        ("braze", b"external_id,email\nC1\n", "row 1 has 1 values and the header has 2"),
        ("push", b"{\n", "line 1 is not JSON"),
        ("kakao_brand", b"{}\n", "line 1 has no recipientList"),
        ("kakao_brand", b'{"SenderKey":"a","recipientList":[{}]}\n', "has the field 'SenderKey'"),
    ],
)
def test_what_is_not_of_the_form_is_one_failure(
    name: str, content: bytes, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    (failure,) = judge_files(name, [path], row_count=0)
    assert failure.sentence == f"each file is of the form of {name}"
    assert reason in failure.found


def test_a_missing_file_is_an_error_and_not_a_pass(tmp_path: Path) -> None:
    for name in ("braze", "push"):
        with pytest.raises(FileNotFoundError):
            judge_files(name, [tmp_path / "missing"], row_count=0)


def test_judging_writes_nothing_unless_docs_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = write_rows("braze", GOOD["braze"], tmp_path, "braze")
    before = paths[0].read_bytes()
    monkeypatch.chdir(tmp_path)
    judge_files("braze", paths, row_count=2)
    assert list(tmp_path.iterdir()) == paths
    assert paths[0].read_bytes() == before


def test_judging_logs_nothing_but_warnings(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    paths = write_rows("push", GOOD["push"], tmp_path, "push")
    assert judge_files("push", paths, row_count=2, docs=tmp_path / "docs") == []
    assert [text for text in caplog.messages if "Created temporary directory" in text] == []


def test_data_docs_tell_every_rule_and_no_value(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    good = write_rows("push", GOOD["push"], tmp_path, "push")
    assert judge_files("push", good, row_count=2, docs=docs) == []
    row = GOOD["sms"][0] | {"phone": "010-9876-5432"}
    (failure,) = judge_files(
        "sms", write_rows("sms", [row], tmp_path, "sms"), row_count=1, docs=docs
    )
    assert failure.found == "not in 1 rows, such as '010-9876-5432' (row 1)"
    assert (docs / "index.html").is_file()
    pages = {
        page.stem: page.read_text(encoding="utf-8")
        for page in (docs / "validations").rglob("*.html")
    }
    assert sorted(pages) == ["files-push", "files-sms"]
    rules = (docs / "expectations" / "sms.html").read_text(encoding="utf-8")
    assert "phone is a phone number in E.164 form" in rules
    everything = "".join(page.read_text(encoding="utf-8") for page in docs.rglob("*.html"))
    assert "9876" not in everything and "token" in everything
