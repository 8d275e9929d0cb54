"""Persons and plates: what is taken for one, and that nothing of it leaves the reading of any format."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from metrics.recorded import personal
from metrics.recorded.read import Asked, read

KEY = bytes(32)

XES = """<?xml version="1.0" encoding="UTF-8"?>
<log xmlns="http://www.xes-standard.org/"><trace><string key="concept:name" value="12C-12345"/>
<string key="driver" value="Lò Văn Pao"/><string key="ghi" value="0912 345 678"/>
<string key="gate" value="Tân Thanh"/>
<event><string key="concept:name" value="scan"/><string key="org:resource" value="Nguyễn Văn An"/>
<date key="time:timestamp" value="2025-03-12T08:00:00+07:00"/></event></trace></log>
"""
TABLE = """Biển số,Bước,Cán bộ,Người giao hàng,Cửa,Bắt đầu,Kết thúc
12C-12345,soi,Nguyễn Văn An,Trần Thị Bình,Tân Thanh,2025-03-12 08:00,2025-03-12 08:10
12C-54321,soi,Phạm Văn Chi,Trần Thị Bình,Tân Thanh,2025-03-12 08:20,2025-03-12 08:30
12C-99999,soi,Hải quan 3,Trần Thị Bình,Tân Thanh,2025-03-12 08:40,2025-03-12 08:50
"""
OCEL = json.dumps({
    "objectTypes": [], "eventTypes": [],
    "objects": [{"id": "12C-12345", "type": "truck", "relationships": [], "attributes": [
        {"name": "driver", "value": "Lò Văn Pao"}, {"name": "ghi", "value": "0912 345 678"},
        {"name": "gate", "value": "Tân Thanh"}]}],
    "events": [{"id": "e1", "type": "scan", "time": "2025-03-12T08:00:00+07:00",
                "attributes": [{"name": "resource", "value": "Nguyễn Văn An"}],
                "relationships": [{"objectId": "12C-12345", "qualifier": "truck"}]}],
})  # fmt: skip
SECRET = ("12C", "Pao", "0912", "Văn", "Trần", "Bình", "nguyen", "pham")


@pytest.mark.parametrize(("name", "text"), [("log.xes", XES), ("log.csv", TABLE), ("log.json", OCEL)])
def test_nothing_of_persons_and_plates_leaves_the_reading(tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    log = read(file, Asked(KEY)).log
    told = repr((log.pools, log.flows, log.attributes, log.steps, log.agencies, log.findings))
    assert len(log.pools) >= 1
    if "gate" in log.attributes:
        assert log.attributes["gate"].values == ("Tân Thanh",)
    assert not [word for word in SECRET if word in told], told


@pytest.mark.parametrize("name", ["Người lái xe", "driver name", "SĐT", "Xe", "biển kiểm soát", "E-mail"])
def test_columns_of_persons(name: str) -> None:
    assert personal.is_column(name)


@pytest.mark.parametrize("name", ["Xe lạnh", "Mặt hàng", "gate", "direction", "channel", "goods"])
def test_other_columns(name: str) -> None:
    assert not personal.is_column(name)


@pytest.mark.parametrize(
    "value", ["Nguyễn Văn An", "tran thi b", "12C-123.45", "29H1 12345", "0912 345 678", "a@b.vn"]
)
def test_values_of_persons(value: str) -> None:
    assert personal.is_told(value)


@pytest.mark.parametrize(
    "value", ["Hải quan 3", "Tổ kiểm hóa", "Hà Giang", "Cao Bằng", "Tân Thanh", "fruit", "12", "30 %"]
)
def test_values_of_places_and_things(value: str) -> None:
    assert not personal.is_told(value)
