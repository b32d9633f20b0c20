from exchange.v1.types_pb2 import RejectReason
from exchange_server.feeds import errors


def test_reasons_are_those_of_the_contract() -> None:
    reasons = {name: number for name, number in vars(errors).items() if name.startswith("REJECT_")}
    assert len(reasons) == 6
    for name, number in reasons.items():
        assert RejectReason.Value(name.replace("REJECT_", "REJECT_REASON_", 1)) == number
