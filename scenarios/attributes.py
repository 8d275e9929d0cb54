"""What entities are born with: written attributes to draws, each depending on earlier ones at most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scenarios import resolved
from scenarios.appointments import VALUES, appointment_attributes
from scenarios.errors import Flaw, suggestion
from scenarios.facilities import label_of
from scenarios.findings import Findings
from scenarios.paths import Path
from scenarios.resolved import Label, Tree
from scenarios.schema_flows import Flow, NumberAttribute
from scenarios.schema_steps import Shares
from scenarios.trees import Trees
from scenarios.words import Cases, Text

Values = dict[str, tuple[str, ...] | None]


def values_of(flow: Flow) -> Values:
    """The attributes of a flow and their values in the order of the file; None for a number."""
    values = {name: _category(written) for name, written in flow.attributes.items()}
    return values | (VALUES if _has_appointments(flow) else {})


def _has_appointments(flow: Flow) -> bool:
    return flow.arrivals is not None and flow.arrivals.appointments is not None


def _category(written: Any) -> tuple[str, ...] | None:
    return None if isinstance(written, NumberAttribute) else tuple(dict.fromkeys(_leaf_values(written)))


def _leaf_values(written: Any) -> Iterator[str]:
    if isinstance(written, Cases):
        for case in written.cases.values():
            yield from _leaf_values(case)
    elif isinstance(written, Shares):
        yield from written.shares
    else:
        yield str(written)


def attributes(
    name: str, flow: Flow, trees: Trees, everywhere: Mapping[str, Sequence[str]]
) -> dict[str, resolved.Attribute]:
    """The attributes of a flow, in the order in which they are drawn.

    `everywhere` has the values of all flows: flows may share their labels.
    """
    values, made = values_of(flow), {}
    earlier: Values = {}
    for attribute, written in flow.attributes.items():
        path = ("flows", name, "attributes", attribute)
        drawn = draw(written, path, trees, earlier)
        made[attribute] = _attribute(attribute, written, flow.attribute_labels.get(attribute, {}), drawn)
        earlier[attribute] = values[attribute]
    _check_labels(name, flow, everywhere, trees.findings)
    return made | _by_appointment(name, flow, trees)


def _by_appointment(name: str, flow: Flow, trees: Trees) -> dict[str, resolved.Attribute]:
    """What a flow with appointments carries besides its own attributes."""
    if flow.arrivals is None or flow.arrivals.appointments is None:
        return {}
    for attribute in (attribute for attribute in VALUES if attribute in flow.attributes):
        trees.findings.wrong(
            ("flows", name, "attributes", attribute), attribute,
            Label(vi="là tên dành cho luồng có 'appointments'", en="is a name that 'appointments' uses"),
            Label(vi="hãy đặt tên khác cho thuộc tính này", en="give this attribute another name"),
        )  # fmt: skip
    path = ("flows", name, "arrivals", "appointments")
    return appointment_attributes(flow.arrivals.appointments, path, trees)


def _attribute(name: str, written: Any, texts: Mapping[str, Text], drawn: Tree) -> resolved.Attribute:
    label = label_of(texts.get("label"), name)
    if isinstance(written, NumberAttribute):
        return resolved.Attribute(label, "number", drawn, unit=written.unit)
    own = _category(written) or ()
    labels = {value: texts[value].label() for value in own if value in texts}
    return resolved.Attribute(label, "category", drawn, own, labels)


def values_everywhere(flows: Mapping[str, Flow]) -> dict[str, list[str]]:
    """The attributes of all flows with the values that any of them has."""
    found: dict[str, list[str]] = {}
    for flow in flows.values():
        for attribute, own in values_of(flow).items():
            found[attribute] = list(dict.fromkeys([*found.get(attribute, []), *(own or ())]))
    return found


def draw(written: Any, path: Path, trees: Trees, earlier: Values) -> Tree:
    """How an attribute is drawn; it may depend on earlier ones."""
    if isinstance(written, NumberAttribute):
        return trees.tree(written.distribution, path, earlier, trees.table)
    return trees.tree(written, path, earlier, lambda leaf, place: trees.mix(_shares(leaf), place))


def _shares(leaf: Any) -> dict[str, float]:
    if isinstance(leaf, Shares):
        return {value: stated.value for value, stated in leaf.shares.items()}
    return {str(leaf): 1.0}


def backlog_attributes(name: str, flow: Flow, trees: Trees) -> dict[str, Tree]:
    """What the opening backlog draws otherwise than the flow."""
    values, made = values_of(flow), {}
    given = flow.backlog.attributes if flow.backlog else {}
    for attribute, written in given.items():
        path = ("flows", name, "backlog", "attributes", attribute)
        with trees.findings.at(*path):
            _check_replacement(attribute, written, values)
            order = list(values)
            earlier = {key: values[key] for key in order[: order.index(attribute)]}
            made[attribute] = draw(written, path, trees, earlier)
    return made


def _check_replacement(name: str, written: Any, values: Values) -> None:
    if name not in values:
        raise Flaw(
            name,
            Label(vi="không phải là thuộc tính của luồng này", en="is not an attribute of this flow"),
            suggestion(name, list(values)),
        )
    own, new = values[name], _category(written)
    if (own is None) != (new is None):
        raise Flaw(
            name,
            Label(vi="khác loại với thuộc tính của luồng", en="is of another kind than the flow's attribute"),
            Label(vi="hãy viết cùng loại: số với 'unit:', hoặc các giá trị",
                  en="write the same kind: a number with 'unit:', or values"),
        )  # fmt: skip
    for value in new or ():
        if value not in (own or ()):
            said = Label(
                vi=f"có giá trị '{value}' mà luồng không có",
                en=f"has '{value}', a value that the flow has not",
            )
            raise Flaw(value, said, suggestion(value, list(own or ())))


def _check_labels(name: str, flow: Flow, everywhere: Mapping[str, Sequence[str]], findings: Findings) -> None:
    for attribute, labels in flow.attribute_labels.items():
        path = ("flows", name, "attribute_labels", attribute)
        if attribute not in everywhere:
            said = Label(vi="không phải là thuộc tính của luồng nào", en="is not an attribute of any flow")
            findings.wrong(path, attribute, said, suggestion(attribute, list(everywhere)))
            continue
        for value in labels:
            if value not in everywhere[attribute] and value != "label":
                said = Label(
                    vi=f"không phải là giá trị của '{attribute}'", en=f"is not a value of '{attribute}'"
                )
                known = [*everywhere[attribute], "label"]
                findings.wrong((*path, value), value, said, suggestion(value, known))
