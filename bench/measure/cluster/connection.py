"""The connection to a Dask cluster: one that runs somewhere, or one of this machine that lasts as long as the run."""

from __future__ import annotations

import importlib.util
import logging
import queue
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from bench.errors import BadInput
from bench.measure.cluster.coordinator import Event
from bench.measure.cluster.installed import MEND
from bench.measure.cluster.local_workers import LocalWorkers

if TYPE_CHECKING:
    from distributed import Client, Future

RESOURCE = "unwind"
CONNECT_S = 10.0
RECONNECT_S = 60.0  # a laptop that wakes up needs some seconds to find its network
FETCH_S = 60.0  # for a pass's rows to come from the worker
CLOSE_S = 5.0


@contextmanager
def connected(address: str) -> Iterator[DaskCluster]:
    """The cluster whose scheduler has that address.

    Raises:
        BadInput: nothing answers there as a scheduler of Dask does.

    """
    with _quiet():
        from distributed import Client

        try:
            client = Client(address, timeout=CONNECT_S, set_as_default=False, name="unwind")
        except (OSError, ValueError, TypeError, ImportError, RuntimeError) as error:
            remedy = "start one with `dask scheduler`, and give the address that it prints"
            raise BadInput(f"--scheduler {address}: no scheduler answers there ({_reason(error)}); {remedy}") from None
        client._timeout = RECONNECT_S
        with _closing(client):
            has_page = "dashboard" in client.scheduler_info(n_workers=0)["services"]
            yield DaskCluster(client, (client.dashboard_link or "") if has_page else "")


@contextmanager
def local(workers: int) -> Iterator[DaskCluster]:
    """A cluster of so many workers on this machine; they end with it."""
    with _quiet():
        from distributed import Client, LocalCluster

        with_dashboard = importlib.util.find_spec("bokeh") is not None
        scheduler = LocalCluster(
            n_workers=0, dashboard_address="127.0.0.1:0" if with_dashboard else None, silence_logs=logging.CRITICAL, set_as_default=False
        )
        try:
            with LocalWorkers(scheduler.scheduler_address, workers) as processes:
                client = Client(scheduler, set_as_default=False, name="unwind")
                with _closing(client):
                    yield DaskCluster(client, (client.dashboard_link or "") if with_dashboard else "", processes.restart_ended)
        finally:
            with suppress(Exception):
                scheduler.close(timeout=CLOSE_S)


@contextmanager
def _quiet() -> Iterator[None]:
    """Dask's own words go nowhere: what matters of them is told in ours."""
    loggers = [logging.getLogger(name) for name in ("distributed", "tornado", "asyncio")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@contextmanager
def _closing(client: Client) -> Iterator[None]:
    try:
        yield
    finally:
        with suppress(Exception):  # of a scheduler that has gone
            client.close(timeout=CLOSE_S)


class DaskCluster:
    """Workers of Dask, as `bench.measure.cluster.coordinator.Cluster` has them.

    Attributes:
        dashboard: the address of Dask's own page about the cluster; empty if it has none.

    """

    def __init__(self, client: Client, dashboard: str = "", keep: Callable[[], None] = lambda: None) -> None:
        """`keep` is called at each look at the workers: it starts those again that have ended."""
        self.dashboard = dashboard
        self._client, self._keep = client, keep
        self._futures: dict[str, Future] = {}
        self._queue: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._topics: set[tuple[str, int]] = set()
        self._resources: dict[str, str] = {}

    def workers(self) -> Mapping[str, str] | None:
        """As the protocol says.

        Raises:
            BadInput: the scheduler has gone for good.

        """
        self._keep()
        self._refuse_to_go_on_alone()
        if self._client.status != "running":
            return None
        try:
            there = self._client.ncores()
            if there.keys() - self._resources.keys():
                told = self._client.scheduler_info()["workers"]
                self._resources = {address: _why_not(facts) for address, facts in told.items()}
        except (OSError, RuntimeError, ValueError, TimeoutError):
            return None
        return {address: self._resources[address] for address in there if address in self._resources}

    def ask(self, key: str, address: str, function: Callable[..., Any], *arguments: Any, alone: bool = True) -> None:
        """As the protocol says; the worker's words that it has begun come under the topic that begins the key."""
        self._subscribe("-".join(key.split("-")[:2]))
        future = self._client.submit(
            _by_name(),
            f"{function.__module__}:{function.__qualname__}",
            *arguments,
            key=key,
            workers=[address],
            allow_other_workers=False,
            resources={RESOURCE: 1} if alone else None,
            retries=0,
            pure=False,
        )
        self._futures[key] = future
        future.add_done_callback(lambda future: self._queue.put(_event(key, future)))

    def heard_of(self, address: str) -> Any:
        """As the protocol says: when the scheduler had the last heartbeat."""
        try:
            return self._client.scheduler_info()["workers"].get(address, {}).get("last_seen")
        except (OSError, RuntimeError, ValueError, TimeoutError):
            return None

    def drop(self, key: str) -> None:
        """As the protocol says."""
        future = self._futures.pop(key, None)
        if future is not None:
            with suppress(Exception):  # of a scheduler that has gone
                self._client.cancel([future], force=True)

    def events(self, wait_s: float) -> Sequence[Event]:
        """As the protocol says."""
        found: list[Event] = []
        with suppress(queue.Empty):
            found.append(self._queue.get(timeout=wait_s))
            while True:
                found.append(self._queue.get_nowait())
        for event in found:
            if event.kind != "started":
                self._futures.pop(event.key, None)
        return found

    def _subscribe(self, topic: str) -> None:
        """Hear of a topic; a connection that was lost and made again has to be told anew."""
        connection = (topic, id(self._client.scheduler_comm))
        if connection not in self._topics:
            self._topics.add(connection)
            self._client.subscribe_topic(topic, lambda event: self._queue.put(Event("started", event[1]["started"])))

    def _refuse_to_go_on_alone(self) -> None:
        if self._client.status in ("closed", "closing"):
            raise BadInput("the scheduler has gone; finished passes are kept: start it again, and give the same command to resume")


def _by_name() -> Callable[..., Any]:
    """What calls a function of ours by its name.

    It travels as a value, since it stands in a function: a scheduler unpickles what passes through it, and need not have our code.
    """

    def call(place: str, *arguments: Any) -> Any:
        from pkgutil import resolve_name

        return resolve_name(place)(*arguments)

    return call


def _event(key: str, future: Future) -> Event:
    """What became of a future, with its result."""
    try:
        if future.status == "finished":
            return Event("answered", key, future.result(timeout=FETCH_S))
        if future.status == "error":
            return Event("failed", key, _reason(future.exception(timeout=FETCH_S)))
    except Exception:  # the worker has gone with what it had made
        return Event("gone", key)
    return Event("gone", key)


def _reason(error: BaseException) -> str:
    """What an error says, on one line; a worker that lacks our code says so."""
    if isinstance(error, ImportError):
        return f"it lacks unwind-bench, or what that needs ({error}); {MEND} there"
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def _why_not(facts: Mapping[str, Any]) -> str:
    """Why a worker cannot be used, by what the scheduler knows of it."""
    if facts.get("resources", {}).get(RESOURCE) == 1:
        return ""
    return f"it has no resource of its own for passes; start it with --resources {RESOURCE}=1"
