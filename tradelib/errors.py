"""The error types, under the name that older code imports them by."""

from tradelib.quantity.errors import (
    ComparabilityError,
    EngineError,
    EngineMissingError,
    ParameterError,
    SeriesError,
    SourceError,
    TradelibError,
    did_you_mean,
)

__all__ = [
    "ComparabilityError",
    "EngineError",
    "EngineMissingError",
    "ParameterError",
    "SeriesError",
    "SourceError",
    "TradelibError",
    "did_you_mean",
]
