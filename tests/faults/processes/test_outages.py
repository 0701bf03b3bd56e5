"""A database that is away for minutes in the middle of a chat, in every way it can be: the chat goes on, nothing lost, nothing doubled."""

import asyncio
import json
import resource
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from databases import ONLY_ON_POSTGRESQL, Postgres
from own_server import OwnServer, running, scratch, server_behind_a_network
from processes.account import Account, account_of
from processes.campaign import STARTS, finish
from processes.crowd import Crowd
from processes.site import Site
from small_disk import small_disk

pytestmark = pytest.mark.minutes
OpenSite = Callable[..., Awaitable[Site]]
AWAY = timedelta(minutes=1)
ENOUGH = 96
"""Megabytes of a disk on which a server and a chat fit."""

A_LOT = 60
"""What many people do at once: more than fits into the pages that the tables have."""

UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


async def hold(site: Site, outage: Callable[[Site], Awaitable[None]]) -> Account:
    """A chat with people talking all the time; the outage comes while the first question stands and ends before the second is due."""
    [crowd] = [Crowd(site, channel, Random(2)) for channel in site.channels]
    await crowd.schedule(STARTS)
    await site.jump(STARTS - timedelta(minutes=1))
    talking = asyncio.create_task(crowd.talk(timedelta(seconds=15), STARTS + timedelta(minutes=9)))
    await site.clock.sleep(timedelta(minutes=6))
    pids = list(site.pids)
    await outage(site)
    assert site.pids == pids, "no bot was started anew"
    await talking
    await finish(site)
    return account_of(site.url, site.exchange)


def path_of(site: Site) -> Path:
    return Path(site.url.removeprefix("sqlite:///"))


def reasons(site: Site) -> str:
    """Why the database was away, as the bots' log has it."""
    lines = site.log.read_text("utf-8").splitlines()
    return "\n".join(json.loads(line)["reason"] for line in lines if '"database_away"' in line)


async def test_a_disk_that_is_full_for_a_minute(open_site: OpenSite, url: str) -> None:
    async def full(site: Site) -> None:
        [pid] = site.pids
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        await site.clock.sleep(AWAY)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, UNLIMITED)

    site = await open_site(url)
    found = await hold(site, full)
    assert "database_away" in site.log.read_text("utf-8")
    assert (found.lost, found.doubled) == ([], [])
    assert found.responses > 10


async def test_another_program_that_holds_the_file_for_longer_than_anybody_waits(open_site: OpenSite, url: str) -> None:
    async def held(site: Site) -> None:
        with closing(sqlite3.connect(path_of(site), isolation_level=None)) as other:
            other.execute("PRAGMA busy_timeout = 10000")
            other.execute("BEGIN IMMEDIATE")
            await site.clock.sleep(timedelta(minutes=2, seconds=40))
            other.execute("ROLLBACK")

    site = await open_site(url)
    found = await hold(site, held)
    assert "database_away" in site.log.read_text("utf-8")
    assert (found.lost, found.doubled) == ([], [])
    assert found.responses > 10


@pytest.mark.parametrize("_", ONLY_ON_POSTGRESQL)
async def test_a_server_that_is_gone_for_a_minute(_: str, open_site: OpenSite, postgres: Postgres) -> None:
    with postgres.migrated() as address:

        async def gone(site: Site) -> None:
            postgres.refuse(address)
            await site.clock.sleep(AWAY)
            postgres.refuse(address, refused=False)

        site = await open_site(address, bots=2)
        found = await hold(site, gone)
    assert "database_away" in site.log.read_text("utf-8")
    assert (found.lost, found.doubled) == ([], [])
    assert found.responses > 10


@pytest.mark.parametrize("_", ONLY_ON_POSTGRESQL)
async def test_a_server_that_crashes_and_recovers(_: str, open_site: OpenSite) -> None:
    with server_behind_a_network() as (server, _network, address):

        async def crashed(site: Site) -> None:
            await asyncio.to_thread(server.crash)
            await site.clock.sleep(AWAY)
            await asyncio.to_thread(server.start)

        site = await open_site(address, bots=2)
        found = await hold(site, crashed)
    assert "database_away" in site.log.read_text("utf-8")
    assert (found.lost, found.doubled) == ([], [])
    assert found.responses > 10


@pytest.mark.parametrize("_", ONLY_ON_POSTGRESQL)
async def test_a_full_disk_under_the_tables_of_a_server(_: str, open_site: OpenSite) -> None:
    with scratch() as folder, small_disk(ENOUGH) as disk, running(OwnServer(folder, disk=disk.path, wal=folder / "wal")) as server:

        async def full(site: Site) -> None:
            disk.fill()
            [crowd] = [Crowd(site, channel, Random(3)) for channel in site.channels]
            for _ in range(A_LOT):
                crowd.act()
            await site.clock.sleep(AWAY)
            disk.make_room()
            await crowd.settle()

        site = await open_site(server.url("copbot"), bots=2)
        found = await hold(site, full)
        assert "could not extend file" in server.said
        assert "PANIC" not in server.said
    assert "there is no room left on its disk" in reasons(site)
    assert (found.lost, found.doubled) == ([], [])
    assert found.responses > A_LOT / 2


@pytest.mark.parametrize("_", ONLY_ON_POSTGRESQL)
async def test_a_full_disk_under_all_that_a_server_has_until_its_operator_has_made_room(_: str, open_site: OpenSite) -> None:
    with scratch() as folder, small_disk(ENOUGH) as disk, running(OwnServer(folder, disk=disk.path)) as server:

        async def full(site: Site) -> None:
            disk.fill()
            await asyncio.to_thread(server.write_ahead_until_it_falls)
            await site.clock.sleep(AWAY)
            disk.make_room()
            await asyncio.to_thread(server.start)

        site = await open_site(server.url("copbot"), bots=2)
        found = await hold(site, full)
        assert "PANIC" in server.said
    assert "cannot be reached" in reasons(site)
    assert (found.lost, found.doubled) == ([], [])
    assert found.responses > 10


@pytest.mark.parametrize("_", ONLY_ON_POSTGRESQL)
async def test_a_network_that_swallows_everything_and_then_hangs_up(_: str, open_site: OpenSite) -> None:
    with server_behind_a_network() as (_server, network, address):

        async def swallowed(site: Site) -> None:
            network.swallow()
            await site.clock.sleep(AWAY)
            network.hang_up()

        site = await open_site(address, bots=2)
        found = await hold(site, swallowed)
    assert "hints_lost" in site.log.read_text("utf-8")
    assert (found.lost, found.doubled) == ([], [])
    assert found.responses > 10


@pytest.mark.parametrize("_", ONLY_ON_POSTGRESQL)
async def test_replicas_that_stand_still_in_turn(_: str, open_site: OpenSite, postgres: Postgres) -> None:
    async def still(site: Site) -> None:
        for pid in site.pids * 2:
            await site.pause(pid, timedelta(seconds=45))

    with postgres.migrated() as address:
        site = await open_site(address, bots=2)
        found = await hold(site, still)
    assert (found.lost, found.doubled) == ([], [])
    assert site.stops == 4


async def test_a_bot_that_stands_still_past_its_lease_posts_nothing_twice(open_site: OpenSite, url: str) -> None:
    async def still(site: Site) -> None:
        for _ in range(3):
            await site.pause(site.pids[0], timedelta(seconds=45))
            await site.clock.sleep(timedelta(seconds=20))

    site = await open_site(url)
    found = await hold(site, still)
    assert (found.lost, found.doubled) == ([], [])
    assert site.stops == 3


async def test_a_stop_in_the_middle_is_short_and_clean(open_site: OpenSite, url: str) -> None:
    site = await open_site(url)
    [crowd] = [Crowd(site, channel, Random(2)) for channel in site.channels]
    await crowd.schedule(STARTS)
    await site.jump(STARTS - timedelta(minutes=1))
    for _ in range(4):
        await site.clock.sleep(timedelta(minutes=2))
        crowd.act()
        async with asyncio.timeout(10):
            await site.end()
        await site.start()
    await crowd.settle()
    await finish(site)
    found = account_of(site.url, site.exchange)
    assert (found.lost, found.doubled) == ([], [])
    assert found.posts > 10
