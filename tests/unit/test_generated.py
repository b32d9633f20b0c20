"""The two generated flavours of the contract, google protobuf and betterproto2, say the same bytes."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from itertools import product
from pkgutil import iter_modules

import betterproto2
import protovalidate
import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

import exchange.v1
import exchange_betterproto.exchange.v1 as dataclass_flavour
from exchange.v1.order_service_pb2 import PlaceOrderRequest
from exchange.v1.types_pb2 import ORDER_TYPE_LIMIT, SIDE_BUY

MODULES = sorted(module.name for module in iter_modules(exchange.v1.__path__) if module.name.endswith("_pb2"))

EXTREMES: dict[int, tuple[object, ...]] = {
    FieldDescriptor.TYPE_BOOL: (True,),
    FieldDescriptor.TYPE_BYTES: (b"\x00\xff",),
    FieldDescriptor.TYPE_FIXED32: (1, 2**32 - 1),
    FieldDescriptor.TYPE_FIXED64: (1, 2**53 + 1, 2**64 - 1),
    FieldDescriptor.TYPE_INT32: (1, 2**31 - 1, -1, -(2**31)),
    FieldDescriptor.TYPE_INT64: (1, 2**53 + 1, 2**63 - 1, -1, -(2**63)),
    FieldDescriptor.TYPE_SINT32: (1, 2**31 - 1, -1, -(2**31)),
    FieldDescriptor.TYPE_SINT64: (1, 2**53 + 1, 2**63 - 1, -1, -(2**63)),
    FieldDescriptor.TYPE_STRING: ("65000.5", "-0.1", "Größe ×"),
    FieldDescriptor.TYPE_UINT32: (1, 127, 128, 2**32 - 1),
    FieldDescriptor.TYPE_UINT64: (1, 2**53 + 1, 2**64 - 1),
}


def messages() -> Iterator[Descriptor]:
    for module in MODULES:
        for descriptor in import_module(f"exchange.v1.{module}").DESCRIPTOR.message_types_by_name.values():
            yield descriptor
            yield from descriptor.nested_types


def values(field: FieldDescriptor) -> tuple[object, ...]:
    """All values of one field that are worth a try, none of them its default."""
    if field.message_type is not None:
        if field.message_type.full_name == "google.protobuf.Timestamp":
            stamp = GetMessageClass(field.message_type)
            return (stamp(seconds=1_700_000_000, nanos=123_456_789), stamp(seconds=1), stamp(nanos=1), stamp())
        return tuple(filled(field.message_type))
    if field.enum_type is not None:
        return tuple(value.number for value in field.enum_type.values if value.number)
    return EXTREMES[field.type]


def filled(descriptor: Descriptor) -> Iterator[Message]:
    """Messages with every field set, so many that each value of each field and each branch of a oneof occurs."""
    choices = [tuple(oneof.fields) for oneof in descriptor.oneofs]
    chosen = {field.name for branch in choices for field in branch}
    plain = [field for field in descriptor.fields if field.name not in chosen]
    for branches in product(*choices):
        present = [*plain, *branches]
        candidates = [values(field) for field in present]
        for round_ in range(max(map(len, candidates), default=1)):
            message = GetMessageClass(descriptor)()
            for field, options in zip(present, candidates, strict=True):
                put(message, field, options[round_ % len(options)], options[(round_ + 1) % len(options)])
            yield message


def put(message: Message, field: FieldDescriptor, value: object, next_value: object) -> None:
    if field.is_repeated:
        getattr(message, field.name).extend([value, next_value])
    elif isinstance(value, Message):
        getattr(message, field.name).CopyFrom(value)
    else:
        setattr(message, field.name, value)


def in_dataclasses(descriptor: Descriptor) -> type[betterproto2.Message]:
    found: type[betterproto2.Message] = getattr(
        dataclass_flavour, descriptor.full_name.removeprefix("exchange.v1.").replace(".", "")
    )
    return found


ALL = [pytest.param(descriptor, id=descriptor.name) for descriptor in messages()]


@pytest.mark.parametrize("descriptor", ALL)
def test_a_message_keeps_its_bytes_through_both_flavours(descriptor: Descriptor) -> None:
    ours = in_dataclasses(descriptor)
    count = 0
    for message in filled(descriptor):
        wire = message.SerializeToString(deterministic=True)
        again = ours.parse(wire)
        assert bytes(again) == wire, message
        assert type(message).FromString(bytes(again)) == message
        count += 1
    assert count


@pytest.mark.parametrize("descriptor", ALL)
def test_an_empty_message_is_empty_in_both_flavours(descriptor: Descriptor) -> None:
    assert bytes(in_dataclasses(descriptor)()) == GetMessageClass(descriptor)().SerializeToString() == b""


@pytest.mark.parametrize("descriptor", ALL)
def test_both_flavours_have_the_same_fields(descriptor: Descriptor) -> None:
    ours = in_dataclasses(descriptor)
    assert is_dataclass(ours)
    names = {field.name.rstrip("_") for field in fields(ours)}
    assert names == {field.name for field in descriptor.fields}


def test_the_validation_rules_are_in_the_descriptors_that_the_server_reads() -> None:
    with pytest.raises(protovalidate.ValidationError) as refusal:
        protovalidate.validate(PlaceOrderRequest(side=SIDE_BUY, type=ORDER_TYPE_LIMIT, price="1", quantity="1"))
    paths = [violation.proto.field for violation in refusal.value.violations]
    assert [path.elements[0].field_name for path in paths if path] == ["market"]


def test_the_journal_is_no_part_of_the_dataclasses() -> None:
    with pytest.raises(ModuleNotFoundError):
        import_module("exchange_betterproto.exchange.journal")
