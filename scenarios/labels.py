"""Labels that people would miss."""

from __future__ import annotations

from scenarios.findings import Findings
from scenarios.resolved import Label
from scenarios.schema import Scenario

LABELLED = ("agencies", "calendars", "resources", "zones", "platforms", "steps", "flows", "disruptions")


def doubt_labels(written: Scenario, findings: Findings) -> None:
    """Note the sections in which something has no label: people would read its name instead."""
    for section in LABELLED:
        bare = [name for name, thing in getattr(written, section).items() if thing.label is None]
        if bare:
            listed = ", ".join(bare[:6]) + (" …" if len(bare) > 6 else "")
            findings.doubt(
                (section,), listed,
                Label(vi=f"không có nhãn cho: {listed}", en=f"has no label for: {listed}"),
                Label(vi="hãy thêm 'label: {vi: …, en: …}'", en="add 'label: {vi: …, en: …}'"),
            )  # fmt: skip
