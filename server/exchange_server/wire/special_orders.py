"""What few orders ask for: terms of every kind, by the rules of the contract and docs/orders.md."""

from typing import Final, NoReturn

from exchange.v1 import order_service_pb2 as pb
from exchange_server.engine.terms import PLAIN_ROW, SOUND, SpecialTerms, Terms
from exchange_server.engine.types import (
    MAX_SLICES,
    PEG_OPPOSITE,
    REJECT_INVALID_FIELD,
    SELF_TRADE_DECREMENT,
    SELF_TRADE_EXPIRE_MAKER,
    TIF_FOK,
    TIF_GTC,
    TIF_GTT,
    TIF_IOC,
    TYPE_LIMIT,
    TYPE_MARKET,
    TYPE_PEGGED,
    TYPE_STOP_LIMIT,
    TYPE_STOP_MARKET,
    TYPE_TAKE_PROFIT_LIMIT,
    TYPE_TAKE_PROFIT_MARKET,
    TYPE_TRAILING_STOP,
    Atoms,
    Lots,
    Ticks,
    TimeNs,
)
from exchange_server.wire.errors import FieldError
from exchange_server.wire.times import parse_timestamp
from exchange_server.wire.units import MarketUnits

MAX_TRAILING_BPS: Final = 9_999

_IMMEDIATE: Final = (TIF_IOC, TIF_FOK)
_TRIGGERED: Final = (TYPE_STOP_MARKET, TYPE_STOP_LIMIT, TYPE_TAKE_PROFIT_MARKET, TYPE_TAKE_PROFIT_LIMIT)
_POST_ONLY: Final = (TYPE_LIMIT, TYPE_STOP_LIMIT, TYPE_TAKE_PROFIT_LIMIT)
_PRICED: Final = (*_POST_ONLY, TYPE_PEGGED)
_UNPRICED: Final = (TYPE_MARKET, TYPE_STOP_MARKET, TYPE_TAKE_PROFIT_MARKET, TYPE_TRAILING_STOP)


def read_terms(request: pb.PlaceOrderRequest, units: MarketUnits) -> tuple[Terms, Ticks, Lots]:
    """Return terms, price and quantity of an order of any kind; quantity 0 is by quote amount.

    Raises FieldError: naming a field for what depends on the market, without a name for what the contract explains.
    """
    kind: int = request.type
    time_in_force = _time_in_force(request)
    price_ticks, quantity_lots, quote_amount_atoms = _amounts(request, units)
    post_only = request.post_only
    if post_only and (kind not in _POST_ONLY or time_in_force in _IMMEDIATE):
        _refuse()
    if request.reduce_only or (request.slide and not post_only):
        _refuse()
    trigger_price_ticks, offset_ticks, offset_bps, activation_ticks = _trigger(request, units)
    peg_offset_ticks = _peg_offset(request, units)
    row = (
        quote_amount_atoms,
        _display_lots(request, units, quantity_lots, time_in_force),
        _self_trade(request),
        _expire_time_ns(request, time_in_force),
        request.slide,
        0,
        trigger_price_ticks,
        offset_ticks,
        offset_bps,
        activation_ticks,
        int(request.peg_reference),
        peg_offset_ticks,
    )
    plain = SOUND.get((kind, time_in_force, post_only)) if row == PLAIN_ROW else None
    terms = plain or SpecialTerms(kind, time_in_force, post_only, *row)
    return terms, price_ticks, quantity_lots


def _time_in_force(request: pb.PlaceOrderRequest) -> int:
    """Return the time in force, resolved."""
    kind: int = request.type
    time_in_force: int = request.time_in_force
    allowed: tuple[int, ...]
    if kind in _PRICED:
        allowed = (TIF_GTC, TIF_GTT) if kind == TYPE_PEGGED else (TIF_GTC, TIF_IOC, TIF_FOK, TIF_GTT)
        time_in_force = time_in_force or TIF_GTC
    elif kind in _UNPRICED:
        allowed = _IMMEDIATE if kind == TYPE_MARKET else (TIF_IOC, TIF_FOK, TIF_GTT)
        time_in_force = time_in_force or TIF_IOC
    else:
        _refuse()
    if time_in_force not in allowed:
        _refuse()
    return time_in_force


def _amounts(request: pb.PlaceOrderRequest, units: MarketUnits) -> tuple[Ticks, Lots, Atoms]:
    """Return price, quantity and quote amount; of the latter two one is 0."""
    price_ticks, quantity_lots, quote_amount_atoms = Ticks(0), Lots(0), Atoms(0)
    if request.type in _PRICED:
        price_ticks = units.ticks.get(request.price) or units.read_price(request.price)
    elif request.price:
        _refuse()
    if not request.quote_amount:
        quantity_lots = units.lots.get(request.quantity) or units.read_quantity(request.quantity)
    elif request.quantity or request.type != TYPE_MARKET:
        _refuse()
    else:
        quote_amount_atoms = units.read_quote_amount(request.quote_amount)
    return price_ticks, quantity_lots, quote_amount_atoms


def _display_lots(request: pb.PlaceOrderRequest, units: MarketUnits, quantity_lots: Lots, time_in_force: int) -> Lots:
    text = request.display_quantity
    if not text:
        return Lots(0)
    if request.type != TYPE_LIMIT or time_in_force in _IMMEDIATE:
        _refuse()
    display_lots = units.lots.get(text) or units.read_quantity(text, "display_quantity")
    if not display_lots <= quantity_lots <= display_lots * MAX_SLICES:
        problem = "is above the quantity" if display_lots > quantity_lots else "is below a hundredth of the quantity"
        raise FieldError(REJECT_INVALID_FIELD, "display_quantity", problem)
    return display_lots


def _self_trade(request: pb.PlaceOrderRequest) -> int:
    mode: int = request.self_trade_prevention
    if not 0 <= mode <= SELF_TRADE_DECREMENT or (mode == SELF_TRADE_DECREMENT and request.quote_amount):
        _refuse()
    return mode or SELF_TRADE_EXPIRE_MAKER


def _expire_time_ns(request: pb.PlaceOrderRequest, time_in_force: int) -> TimeNs:
    """Return when the order expires, 0 for never. That it is in the future the engine checks."""
    if request.HasField("expire_time") != (time_in_force == TIF_GTT):
        _refuse()
    if time_in_force != TIF_GTT:
        return TimeNs(0)
    expire_time_ns = parse_timestamp(request.expire_time, "expire_time")
    if not expire_time_ns:
        raise FieldError(REJECT_INVALID_FIELD, "expire_time", "is not in the future")
    return expire_time_ns


def _trigger(request: pb.PlaceOrderRequest, units: MarketUnits) -> tuple[Ticks, Ticks, int, Ticks]:
    """Return trigger price, trailing offset in ticks and in basis points, and activation price; 0 for none."""
    trigger, offset, bps = request.trigger_price, request.trailing_offset, request.trailing_offset_bps
    activation = request.activation_price
    if (request.type in _TRIGGERED) != bool(trigger):
        _refuse()
    if request.type == TYPE_TRAILING_STOP:
        if bool(offset) == bool(bps) or bps > MAX_TRAILING_BPS:
            _refuse()
    elif offset or bps or activation:
        _refuse()
    return (
        units.read_price(trigger, "trigger_price") if trigger else Ticks(0),
        units.read_price(offset, "trailing_offset") if offset else Ticks(0),
        bps,
        units.read_price(activation, "activation_price") if activation else Ticks(0),
    )


def _peg_offset(request: pb.PlaceOrderRequest, units: MarketUnits) -> int:
    """Return the signed offset of a pegged order in ticks."""
    reference: int = request.peg_reference
    text = request.peg_offset
    if (request.type == TYPE_PEGGED) != bool(reference) or not 0 <= reference <= PEG_OPPOSITE:
        _refuse()
    if not text:
        return 0
    if request.type != TYPE_PEGGED:
        _refuse()
    return units.read_offset(text, "peg_offset")


def _refuse() -> NoReturn:
    raise FieldError(REJECT_INVALID_FIELD, "", "violates the contract")
