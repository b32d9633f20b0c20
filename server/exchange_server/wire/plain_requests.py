"""Classes that order requests are decoded into, in which what few orders ask for is not a field.

Of a plain order nothing but nine fields is set, and asking a message for one of the twelve others costs 40 ns: as much
as a third of reading the order. So requests that may bring many orders are decoded into messages that know the nine
fields only. What else was sent stays with the message as unknown fields: one look tells whether there are any, and
written out again as bytes the message is the whole request.

The classes are derived from the contract when this is imported, so that they never differ from it.
"""

from typing import Final, cast

from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from exchange.v1 import order_service_pb2 as pb
from exchange_server.wire.errors import FieldError

REJECT_UNDECODABLE: Final = 2

LAST_PLAIN_FIELD: Final = 9
"""Of PlaceOrderRequest: fields with a higher number make an order special."""

_PACKAGE: Final = "exchange.v1.plain"
_DERIVED: Final = ("PlaceOrderRequest", "OrderBatchItem", "OrderBatch", "BatchOrdersRequest", "OrderEntryRequest")
"""The order and every message that contains it; others that these contain are the contract's own."""


def _derive() -> dict[str, type[Message]]:
    """Return the derived classes by the name that the contract has for them."""
    contract = descriptor_pb2.FileDescriptorProto()
    pb.DESCRIPTOR.CopyToProto(contract)
    file = descriptor_pb2.FileDescriptorProto(
        name="exchange/v1/plain/order_service.proto",
        package=_PACKAGE,
        syntax=contract.syntax,
        dependency=[pb.DESCRIPTOR.name, *contract.dependency],
        message_type=[message for message in contract.message_type if message.name in _DERIVED],
    )
    derived = {f".{contract.package}.{name}": f".{_PACKAGE}.{name}" for name in _DERIVED}
    for message in file.message_type:
        # The rules are asked of the contract's own message.
        message.ClearField("options")
        if message.name == "PlaceOrderRequest":
            plain = [field for field in message.field if field.number <= LAST_PLAIN_FIELD]
            del message.field[:]
            message.field.extend(plain)
        for field in message.field:
            if field.type_name in derived:
                field.type_name = derived[field.type_name]
            field.ClearField("options")
        for oneof in message.oneof_decl:
            oneof.ClearField("options")
    found = descriptor_pool.Default().AddSerializedFile(file.SerializeToString())
    return {name: GetMessageClass(found.message_types_by_name[name]) for name in _DERIVED}


_CLASSES: Final = _derive()
PLAIN_ORDER: Final = _CLASSES["PlaceOrderRequest"]
"""An order of this class without unknown fields (`UnknownFieldSet`, 120 ns) is a plain one."""

_MANY_ORDERS: Final = ("BatchOrdersRequest", "OrderEntryRequest", "PlaceOrderRequest")


def request_class(descriptor: Descriptor) -> type[Message]:
    """Return the class that requests of a method are decoded into: a derived one where many orders come that way."""
    if descriptor.file.name == pb.DESCRIPTOR.name and descriptor.name in _MANY_ORDERS:
        return _CLASSES[descriptor.name]
    return GetMessageClass(descriptor)


def whole_order(request: pb.PlaceOrderRequest) -> pb.PlaceOrderRequest:
    """Return an order with all of its fields. Raises FieldError when what is not plain of it cannot be decoded."""
    if isinstance(request, pb.PlaceOrderRequest):
        return request
    try:
        return pb.PlaceOrderRequest.FromString(cast(Message, request).SerializeToString())
    except DecodeError:
        raise FieldError(REJECT_UNDECODABLE, "", "the bytes are not the message that the method takes") from None
