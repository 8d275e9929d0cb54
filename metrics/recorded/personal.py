"""What of a log is about a person: names of columns that hold such things, and words that look like them.

Nobody can tell a person from a desk by a word alone. A desk that is called like a family becomes a
pseudonym; a person whose family is not in the list does not, and the guide says so.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

COLUMNS = (
    "ten", "ho ten", "ho va ten", "name", "driver", "lai xe", "tai xe", "nguoi lai", "nguoi giao",
    "nguoi nhan", "nguoi khai", "nguoi lien he", "chu hang", "chu xe", "dai dien", "contact", "consignee",
    "consignor", "dien thoai", "so dien thoai", "sdt", "phone", "mobile", "tel", "cccd", "cmnd",
    "can cuoc", "passport", "ho chieu", "bien so", "bien kiem soat", "bks", "so xe", "dau keo", "ro mooc",
    "plate", "licence", "license", "email", "e mail", "dia chi", "address",
)  # fmt: skip
"""Columns and attributes of persons and plates, without accents; a word more may follow."""

ALONE = ("xe", "truck", "vehicle", "mst")
"""The same, where nothing follows: `xe lạnh` says what a truck is, `xe` which one."""

FAMILIES = frozenset((
    "nguyễn", "trần", "lê", "phạm", "hoàng", "huỳnh", "phan", "vũ", "võ", "đặng", "bùi", "đỗ", "ngô",
    "dương", "lý", "nông", "triệu", "lương", "lục", "trịnh", "trương", "đinh", "đào", "đoàn", "hứa", "bế",
    "luân", "chẩu", "giáp", "phùng", "tạ", "quách", "kiều", "tống", "lưu", "vương", "đàm", "lã", "hầu",
    "giàng", "vàng", "thào", "sùng",
))  # fmt: skip
"""Family names of Kinh, Tày, Nùng, Dao and H'Mông people; but those that begin names of places (Hà, Cao)."""

BARE = frozenset((
    "nguyen", "tran", "pham", "hoang", "huynh", "phan", "dang", "bui", "ngo", "duong", "trieu", "trinh",
    "truong", "dinh", "doan", "phung",
))  # fmt: skip
"""The same as they stand in logs without accents, where nothing else begins so."""

PLATE = re.compile(r"\d{2}\s?[a-z]{1,2}\d?[\s.-]*\d{3,5}([.]\d{2})?|[a-z]\d{2}\s?-?[a-z]?[\s-]*\d{4,5}")
PHONE = re.compile(r"(\+?84|0)[\s.-]?\d([\s.-]?\d){7,8}")
MAIL = re.compile(r"[^@\s]+@[^@\s]+")


MANY = 10_000
"""Words that are looked at once: a log repeats a few of them in every row."""


def plain(name: str) -> str:
    """A name without accents, signs and capitals."""
    bare = "".join(
        c
        for c in unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
        if not unicodedata.combining(c)
    )
    return re.sub(r"[^a-z0-9]+", " ", bare.lower()).strip()


@lru_cache(MANY)
def is_column(name: str) -> bool:
    """Whether a column or attribute is about persons or plates."""
    bare = plain(name)
    return bare in ALONE or any(bare == word or bare.startswith(word + " ") for word in COLUMNS)


@lru_cache(MANY)
def is_person(word: str) -> bool:
    """Whether a word looks like the name of a person: two words to five, a family's first."""
    parts = unicodedata.normalize("NFC", word).lower().split()
    named = 2 <= len(parts) <= 5 and (parts[0] in FAMILIES or parts[0] in BARE)
    return named and not any(c.isdigit() for c in word)


@lru_cache(MANY)
def is_told(value: str) -> bool:
    """Whether a value looks like a person, a plate, a telephone or an address of mail."""
    bare = value.strip().lower()
    return is_person(value) or any(kind.fullmatch(bare) for kind in (PLATE, PHONE, MAIL))
