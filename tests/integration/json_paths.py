"""The paths of JSON calls, from the descriptors that the gateway reads."""

import re
from collections.abc import Iterator
from pathlib import Path

from google.api import annotations_pb2
from google.protobuf import descriptor_pb2

DESCRIPTORS = Path(__file__).parents[2] / "gen" / "descriptors" / "exchange.binpb"
VERBS = ("get", "post", "patch", "delete", "put")


def bindings() -> Iterator[tuple[str, str, str]]:
    """Iterate over method name, verb, and path with something for each variable."""
    files = descriptor_pb2.FileDescriptorSet.FromString(DESCRIPTORS.read_bytes())
    for file in files.file:
        for service in file.service:
            for method in service.method:
                rule = method.options.Extensions[annotations_pb2.http]
                for each in (rule, *rule.additional_bindings):
                    for verb in VERBS:
                        if path := getattr(each, verb):
                            name = f"{file.package}.{service.name}.{method.name}"
                            yield name, verb.upper(), re.sub(r"\{[a-z_]+\}", "1", path)
