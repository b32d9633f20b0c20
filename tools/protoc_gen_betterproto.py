"""The betterproto2 compiler as a protoc plugin, with timestamps that keep their nanoseconds.

By itself the compiler turns `google.protobuf.Timestamp` into `datetime`, which ends at microseconds: an order read and
sent on would not be the same bytes. Here the field stays a `Timestamp`, with `to_datetime()` for those who want one.
"""

from betterproto2_compiler.known_types import WRAPPED_TYPES
from betterproto2_compiler.plugin.main import main

if __name__ == "__main__":
    del WRAPPED_TYPES["google.protobuf", "Timestamp"]
    main()
