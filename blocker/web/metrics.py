"""`/metrics` in the text form of Prometheus, made when it is asked for.

Decides how counts are shown. The call path counts in plain dictionaries and knows nothing of this module: a scrape
reads them, so that no call pays for it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


@dataclass(frozen=True, slots=True)
class Series:
    """One metric and its present values."""

    name: str
    """As Prometheus names it; a counter gets `_total` after it."""
    help: str
    labels: tuple[str, ...]
    values: Mapping[Any, float]
    """By the values of the labels, as a tuple in their order; `Any` since a mapping's key type can't be widened."""
    counts_up: bool = True
    """Whether it only ever grows, which makes it a counter; a gauge otherwise."""


class Metrics:
    """The registry of this program; nothing is registered globally."""

    def __init__(self, read: Callable[[], Iterable[Series]]) -> None:
        """`read` is called for each scrape."""
        self._registry = CollectorRegistry()
        self._registry.register(_Reader(read))
        ProcessCollector(registry=self._registry)  # memory, descriptors and start time, from /proc

    def text(self) -> bytes:
        """The whole page."""
        return generate_latest(self._registry)


class _Reader(Collector):
    def __init__(self, read: Callable[[], Iterable[Series]]) -> None:
        self._read = read

    def describe(self) -> Iterable[Metric]:
        return ()  # not asked at start, when there is nothing to read yet

    def collect(self) -> Iterator[Metric]:
        for series in self._read():
            family = (CounterMetricFamily if series.counts_up else GaugeMetricFamily)(
                series.name, series.help, labels=series.labels
            )
            for labels, value in sorted(series.values.items()):
                family.add_metric(labels, value)
            yield family
