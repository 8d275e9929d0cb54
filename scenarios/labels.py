"""Labels that people would miss."""

from __future__ import annotations

from scenarios.findings import Findings
from scenarios.resolved import Label
from scenarios.schema import Scenario
from scenarios.schema_steps import ChooseStep

LABELLED = (
    "agencies", "calendars", "resources", "zones", "stocks", "platforms", "steps", "flows", "disruptions",
    "rules",
)  # fmt: skip


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
    for name, step in written.steps.items():
        if isinstance(step, ChooseStep) and step.by is None:
            _doubt_options(name, step, findings)


def _doubt_options(name: str, step: ChooseStep, findings: Findings) -> None:
    """Options by an attribute have the labels of its values; all others need their own."""
    bare = [option for option in step.options if option not in step.labels]
    if bare:
        listed, first = ", ".join(bare), bare[0]
        findings.doubt(
            ("steps", name, "options"), listed,
            Label(vi=f"không có nhãn cho lựa chọn: {listed}", en=f"has no label for the options: {listed}"),
            Label(vi=f"hãy thêm 'labels: {{{first}: {{vi: …, en: …}}}}' cạnh 'options'",
                  en=f"add 'labels: {{{first}: {{vi: …, en: …}}}}' beside 'options'"),
        )  # fmt: skip
