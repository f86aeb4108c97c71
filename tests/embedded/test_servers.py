"""The embedded servers start when somebody needs them and end after the last one who did, however that one ended."""

import os
import signal
import stat
from pathlib import Path

import psutil
import pytest

from liaison.embedded import places, servers

pytestmark = pytest.mark.processes


def modes(path: Path) -> dict[Path, int]:
    return {folder: stat.S_IMODE(folder.stat().st_mode) for folder in (path, *path.parents)}


def test_users_share_the_servers_and_the_last_one_out_stops_them(new_clone):
    clone = new_clone()
    first, _ = clone.enter()
    running = clone.server_processes()
    second, visits = clone.enter()

    assert visits == 2
    assert {p.pid for p in clone.server_processes()} >= {p.pid for p in running if p.is_running()}
    assert len(clone.keepers()) == 2
    clone.leave(first)
    assert clone.places.run.joinpath("postgres.ready").exists()
    everything = clone.server_processes() + clone.keepers()
    clone.leave(second)
    clone.wait_until_stopped(everything)
    assert clone.keepers() == []


def test_many_starting_at_once_start_them_once(new_clone):
    clone = new_clone()
    users = [clone.begin() for _ in range(5)]
    visits = sorted(int(user.stdout.readline()) for user in users)

    assert visits[-1] == 5
    assert len(clone.keepers()) == 2


def test_nothing_listens_on_the_network(new_clone):
    clone = new_clone()
    clone.enter()
    listening = [c for p in clone.server_processes() for c in p.net_connections("inet")]

    assert clone.server_processes()
    assert listening == []
    assert stat.S_IMODE(clone.places.sockets.stat().st_mode) == 0o700


def test_a_killed_user_is_noticed_and_its_data_survive(new_clone):
    clone = new_clone()
    user, _ = clone.enter()
    everything = clone.server_processes() + clone.keepers()
    user.send_signal(signal.SIGKILL)
    clone.wait_until_stopped(everything)

    assert clone.enter()[1] == 2


def test_servers_end_with_a_killed_keeper_and_start_again(new_clone):
    clone = new_clone()
    clone.enter()
    running = clone.server_processes()
    for keeper in clone.keepers():
        keeper.kill()
    clone.wait_until_stopped(running)

    assert clone.enter()[1] == 2


def test_a_pid_file_left_by_a_crash_does_not_stop_the_next_start(new_clone):
    clone = new_clone()
    user, _ = clone.enter()
    pid_file = clone.places.store / "postgres" / "postmaster.pid"
    left = pid_file.read_text()
    everything = clone.server_processes() + clone.keepers()
    for process in [*everything, psutil.Process(user.pid)]:
        process.kill()
    clone.wait_until_stopped(everything)
    # The number means another process by now, here ourselves, under the account the server would have.
    pid_file.write_text(left.replace(left.split("\n")[0], str(os.getpid()), 1))
    os.chown(pid_file, *places.server_account(clone.places))

    assert clone.enter()[1] == 2


def test_a_folder_too_deep_for_a_socket(new_clone):
    clone = new_clone("/".join(["a folder with 空格"] * 6))
    clone.enter()

    assert clone.places.sockets == places.short_of(clone.places.base)
    assert stat.S_IMODE(clone.places.sockets.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user's servers run as that user")
def test_a_private_folder_stays_private_and_the_data_go_elsewhere(new_clone):
    clone = new_clone("private/clone", mode=0o700)
    before = modes(clone.var.parent)
    clone.enter()

    assert modes(clone.var.parent) == before
    assert clone.places.elsewhere == places.elsewhere_of(clone.places.base)
    assert (clone.places.base / "elsewhere").resolve() == clone.places.elsewhere
    assert {p.uids().real for p in clone.server_processes()} == {places.server_account(clone.places)[0]}


def test_two_clones_side_by_side(new_clone):
    one, two = new_clone("one"), new_clone("two")
    one.enter()

    assert two.enter()[1] == 1
    assert one.enter()[1] == 2


def test_a_start_that_fails_says_why_and_where_the_log_is(new_clone):
    clone = new_clone()
    data = clone.places.store / "postgres"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9.1\n")
    user = clone.begin()
    _, said = user.communicate(timeout=30)

    assert user.returncode == 1
    assert "The embedded postgres server did not start: it ended with" in said
    assert f"Log: {clone.places.log / 'postgres.log'}, which ends:" in said
    assert not servers._locked(clone.places.run / "postgres.keeper")
