"""Plain data as YAML, short mappings in one line, as people write scenarios."""

from __future__ import annotations

from typing import Any

WIDTH = 120


def as_yaml(data: Any) -> str:
    """The text."""
    import yaml

    return str(yaml.dump(data, Dumper=_dumper(), allow_unicode=True, sort_keys=False, width=WIDTH))


def _dumper() -> Any:
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  - yaml's signature
            return True

    def mapping(dumper: Any, data: dict[str, Any]) -> Any:
        plain = all(not isinstance(v, dict | list) or _is_pair(v) for v in data.values())
        return dumper.represent_mapping(
            "tag:yaml.org,2002:map", data.items(), flow_style=plain and len(data) < 6
        )

    def listing(dumper: Any, data: list[Any]) -> Any:
        return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=_is_pair(data))

    Dumper.add_representer(dict, mapping)
    Dumper.add_representer(list, listing)
    return Dumper


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and all(not isinstance(each, dict | list) for each in value)
