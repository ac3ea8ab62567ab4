"""Erlang C: waiting in a queue of one class, Poisson arrivals, exponential service, c servers.

The simulation is checked against it; it is itself checked against a published table.
"""

from __future__ import annotations

import math


class QueueOverloaded(Exception):
    """More work arrives than all servers together can do: the queue grows for ever."""


def offered_load(per_hour: float, mean_minutes: float) -> float:
    """Return the offered load in erlang: servers busy on average if there were enough.

    Examples
    --------
    >>> offered_load(per_hour=15.0, mean_minutes=20.0)
    5.0
    """
    return per_hour * mean_minutes / 60


def waiting_probability(load: float, servers: int) -> float:
    """Return the probability that an arrival has to wait.

    Parameters
    ----------
    load : float
        Erlang, 0 or more.
    servers : int

    Raises
    ------
    QueueOverloaded
        If the load is not below the number of servers.

    Notes
    -----
    By the recursion of the Erlang B formula, B(n) = aB(n-1) / (n + aB(n-1)), then
    C = cB / (c - a(1 - B)): no factorials, so that it holds for hundreds of servers.

    Examples
    --------
    >>> round(waiting_probability(1.0, 2), 4)
    0.3333

    References
    ----------
    Kleinrock L. Queueing Systems, volume 1: Theory. Wiley 1975, section 3.5 (M/M/m).
    """
    check_load(load, servers)
    blocked = 1.0
    for count in range(1, servers + 1):
        blocked = load * blocked / (count + load * blocked)
    return servers * blocked / (servers - load * (1 - blocked))


def mean_wait_minutes(load: float, servers: int, mean_minutes: float) -> float:
    """Return the mean wait before service, over all arrivals, in minutes.

    Raises
    ------
    QueueOverloaded
        If the load is not below the number of servers.

    Examples
    --------
    >>> round(mean_wait_minutes(1.0, 2, 20.0), 4)
    6.6667
    """
    return waiting_probability(load, servers) * mean_minutes / (servers - load)


def wait_exceeds(load: float, servers: int, mean_minutes: float, minutes: float) -> float:
    """Return the probability that the wait before service is longer than some minutes.

    First come, first served.

    Raises
    ------
    QueueOverloaded
        If the load is not below the number of servers.

    Examples
    --------
    >>> wait_exceeds(1.0, 2, 20.0, 0.0) == waiting_probability(1.0, 2)
    True
    """
    rate = (servers - load) / mean_minutes
    return waiting_probability(load, servers) * math.exp(-rate * minutes)


def check_load(load: float, servers: int) -> None:
    """Raise unless a queue comes to rest.

    Raises
    ------
    QueueOverloaded
        If it does not.
    """
    if servers < 1 or not 0 <= load < servers:
        raise QueueOverloaded("The load must be below the number of people who take cases.")
