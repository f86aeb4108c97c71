"""The keeper of one embedded server: its parent, and the one who stops it when its last user has gone.

Run by `servers.py` as a program of its own, on the standard library alone:
`python keeper.py ORDER LOCK REPORT`, where ORDER is JSON (see `servers._order`), LOCK the inherited
descriptor of the keeper's lock, REPORT the pipe on which it says "ready" or why not. Everything else it
says goes to the server's log.
"""

import ctypes
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

STOP_SECONDS = 20
READY_SECONDS = 90
PR_SET_PDEATHSIG = 1
CLEAN = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}  # nothing of the caller's PG* variables


class CannotStartError(Exception):
    """Why the server does not start, for the one who asked for it."""


def say(text: str) -> None:
    """Write a line to the log."""
    print(f"{time.strftime('%Y-%m-%d %H:%M:%S UTC', time.gmtime())} keeper[{os.getpid()}]: {text}", flush=True)  # noqa: T201


def die_with_parent(number: int) -> Callable[[], None]:
    """Return what a child does first: ask the kernel for signal `number` when the keeper dies in any way.

    It runs after the change of user, which would clear the request.
    """
    keeper = os.getpid()

    def first() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != keeper:
            os._exit(1)

    return first


class Server:
    """What both servers have in common."""

    stop_signals: tuple[signal.Signals, ...] = (signal.SIGTERM, signal.SIGKILL)

    def __init__(self, order: dict[str, Any]) -> None:
        self.store = Path(order["store"])
        self.sockets = Path(order["sockets"])
        self.account: tuple[int, int] = tuple(order["account"])
        self.borrowed: tuple[int, int] = tuple(order["borrowed"])
        self.fast: bool = order["fast"]
        self.order = order
        self.programs = Path(order["programs"])

    def run_as(self, account: tuple[int, int]) -> dict[str, Any]:
        """Return the arguments of subprocess that make it run under `account`, without our groups."""
        if os.geteuid() != 0:
            return {}
        return {"user": account[0], "group": account[1], "extra_groups": []}

    def own_folder(self, folder: Path) -> None:
        """Make a folder closed to everybody but the server; refuse one that somebody else put there."""
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if folder.is_symlink() or found.st_uid not in {os.geteuid(), self.account[0]}:
            raise CannotStartError(f"{folder} belongs to somebody else")
        if found.st_uid != self.account[0]:
            os.chown(folder, *self.account, follow_symlinks=False)
        if found.st_mode & 0o777 != 0o700:
            folder.chmod(0o700)

    def copy_programs(self) -> None:
        """Where the installed programs cannot be reached, keep a copy of those needed."""
        target = Path(self.order["copy"])
        here = target / self.programs.name
        stamp = target / f"{self.programs.name}.from"
        origin = f"{self.programs} {self.programs.stat().st_mtime_ns}"
        if not stamp.exists() or stamp.read_text() != origin:
            say(f"copying programs to {target}")
            for source, part in self.parts():
                shutil.rmtree(target / part, ignore_errors=True)
                shutil.copytree(source, target / part, symlinks=True, dirs_exist_ok=True)
            for folder in (target, *(p for p in target.rglob("*") if p.is_dir())):
                folder.chmod(0o755)
            stamp.write_text(origin)
        self.programs = here

    def parts(self) -> list[tuple[Path, str]]:
        """What to copy, and where to below the copy's folder."""
        raise NotImplementedError

    def prepare(self) -> None:
        """Everything before the first start."""
        umask = os.umask(0o066)  # folders made on the way can be passed through, not read
        self.store.mkdir(parents=True, exist_ok=True)
        os.umask(umask)
        if self.order["copy"]:
            self.copy_programs()
        self.own_folder(self.sockets)

    def command(self) -> list[str]:
        """The server's command line."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Tell whether the server is ready for its users."""
        raise NotImplementedError

    def started(self) -> None:
        """What is left to do once it answers."""

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server as our child."""
        return subprocess.Popen(  # noqa: S603
            self.command(),
            stdin=subprocess.DEVNULL,
            env=CLEAN,
            cwd="/",
            preexec_fn=die_with_parent(self.stop_signals[0]),
            **self.run_as(self.account),
        )


class Postgres(Server):
    """PostgreSQL: no TCP port; its socket lies in a folder that only its own account and root can enter."""

    # "Fast": ends the sessions and writes everything down. "Immediate": recovers at the next start.
    stop_signals = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)

    def __init__(self, order: dict[str, Any]) -> None:
        super().__init__(order)
        self.data = self.store / "postgres"

    def program(self, name: str) -> str:
        """Return the path of one of its programs."""
        return str(self.programs / "pginstall18" / "bin" / name)

    def parts(self) -> list[tuple[Path, str]]:
        """The programs find their libraries beside them (rpath), so both folders keep their places."""
        install = self.programs / "pginstall18"
        inner = f"{self.programs.name}/pginstall18"
        return [
            (install / "bin", f"{inner}/bin"),
            (install / "lib" / "postgresql", f"{inner}/lib/postgresql"),
            (install / "share", f"{inner}/share"),
            (self.programs.with_name(f"{self.programs.name}.libs"), f"{self.programs.name}.libs"),
        ]

    def prepare(self) -> None:
        """Make the cluster, in one step: a half-made one is thrown away."""
        super().prepare()
        self.end_stale()
        # Names a process of then. Only the keeper's lock tells whether a server of ours runs, and we hold it.
        for left in self.sockets.glob(".s.PGSQL.*"):
            left.unlink()
        if (self.data / "PG_VERSION").exists():
            return
        fresh = self.data.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(fresh, *self.borrowed)
        self.call(
            "initdb", "--pgdata", str(fresh), "--username", self.order["owner"], "--auth", "trust",
            "--encoding", "UTF8", "--locale", "C",
            "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8",
            *(["--no-sync"] if self.fast else []),
            account=self.borrowed,
        )  # fmt: skip
        if os.geteuid() == 0:
            for path in (fresh, *fresh.rglob("*")):
                os.chown(path, *self.account, follow_symlinks=False)
        fresh.rename(self.data)

    def call(self, name: str, *arguments: str, account: tuple[int, int]) -> None:
        """Run one of PostgreSQL's programs to its end."""
        done = subprocess.run(  # noqa: S603
            [self.program(name), *arguments],
            stdin=subprocess.DEVNULL,
            env=CLEAN,
            cwd="/",
            check=False,
            preexec_fn=die_with_parent(signal.SIGTERM),
            **self.run_as(account),
        )
        if done.returncode != 0:
            raise CannotStartError(f"{name} ended with {done.returncode}")

    def end_stale(self) -> None:
        """Wait for a server left by a killed keeper; forget a number that means another process by now."""
        file = self.data / "postmaster.pid"
        try:
            number = int(file.read_text().split("\n")[0])
        except (OSError, ValueError):
            return
        for kind in self.stop_signals:
            deadline = time.monotonic() + STOP_SECONDS
            while self.is_ours(number):
                os.kill(number, kind)
                if time.monotonic() > deadline:
                    break
                time.sleep(0.2)
        file.unlink(missing_ok=True)

    def is_ours(self, number: int) -> bool:
        """A server's working folder is its data."""
        try:
            return Path(f"/proc/{number}/cwd").resolve(strict=True) == self.data.resolve()
        except OSError:
            return False

    def command(self) -> list[str]:
        """The server's command line: every setting that differs from its own."""
        options = {
            "listen_addresses": "",
            "port": "5432",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "150",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_checkpoints": "off",
            "shared_buffers": "256MB",
            # Short statements on a disk that does not turn: docs/operations.md advises the same for any server.
            "jit": "off",
            "random_page_cost": "1.1",
        }
        if self.fast:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        pairs = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        return [self.program("postgres"), "-D", str(self.data), *pairs]

    def answers(self) -> bool:
        """The eighth line of postmaster.pid is what pg_ctl looks at, too."""
        try:
            lines = (self.data / "postmaster.pid").read_text().split("\n")
        except OSError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"

    def started(self) -> None:
        """Make the database at the first start."""
        marker = self.store / "postgres.database"
        if not marker.exists():
            name, owner = self.order["database"], self.order["owner"]
            who = ["--host", str(self.sockets), "--username", owner]
            self.call("createdb", *who, name, account=self.account)
            marker.write_text(name)


class Redis(Server):
    """Redis: no TCP port; its socket lies beside PostgreSQL's."""

    def parts(self) -> list[tuple[Path, str]]:
        """One program without libraries of its own."""
        return [(self.programs / "bin", f"{self.programs.name}/bin")]

    def prepare(self) -> None:
        """Make its folder."""
        super().prepare()
        self.own_folder(self.store / "redis")

    def command(self) -> list[str]:
        """The server's command line."""
        # A task on its way survives a crash: written down every second; the tests do not care.
        keep = ["--save", "", "--appendonly", "no" if self.fast else "yes"]
        return [
            str(self.programs / "bin" / "redis-server"),
            "--port", "0", "--unixsocket", str(self.sockets / "redis.sock"), "--unixsocketperm", "700",
            "--dir", str(self.store / "redis"), "--databases", "64", "--daemonize", "no", *keep,
        ]  # fmt: skip

    def answers(self) -> bool:
        """PING, PONG."""
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(1)
                client.connect(str(self.sockets / "redis.sock"))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


class Keeper:
    """Start one server, watch its users, stop it."""

    def __init__(self, order: dict[str, Any], report: int) -> None:
        self.server: Server = {"postgres": Postgres, "redis": Redis}[order["name"]](order)
        self.users = Path(order["run"]) / f"{order['name']}.users"
        self.ready = Path(order["run"]) / f"{order['name']}.ready"
        self.grace: float = order["grace"]
        self.report = report
        self.asked_to_stop = False

    def live(self) -> None:
        """Do it all; answer on the pipe exactly once."""
        signal.signal(signal.SIGTERM, self.on_term)
        for number in (signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        self.ready.unlink(missing_ok=True)
        child: subprocess.Popen[bytes] | None = None
        try:
            self.server.prepare()
            child = self.server.start()
            self.wait_for_answer(child)
            self.server.started()
            self.ready.touch()
        except (CannotStartError, OSError) as error:
            say(f"cannot start: {error}")
            if child:
                self.stop(child)
            self.answer(str(error))
            sys.exit(1)
        self.answer("ready")
        self.watch(child)

    def on_term(self, number: int, frame: FrameType | None) -> None:
        """Remember it: the loop below does the work."""
        self.asked_to_stop = True

    def answer(self, text: str) -> None:
        """Tell the one who started us; it may have gone."""
        try:
            os.write(self.report, text.replace("\n", " ").encode())
        except BrokenPipeError:
            pass
        finally:
            os.close(self.report)

    def wait_for_answer(self, child: subprocess.Popen[bytes]) -> None:
        """Return once the server answers."""
        deadline = time.monotonic() + READY_SECONDS
        while not self.server.answers():
            if child.poll() is not None:
                raise CannotStartError(f"it ended with {child.returncode}")
            if time.monotonic() > deadline:
                raise CannotStartError(f"it did not answer within {READY_SECONDS} seconds")
            time.sleep(0.03)

    def watch(self, child: subprocess.Popen[bytes]) -> None:
        """Stop the server when it has had no user for a moment; a new user waits, then starts it anew."""
        with self.users.open() as users:
            unused_since = time.monotonic()
            while child.poll() is None:
                time.sleep(0.25)
                if not self.is_current(users):
                    break  # the folder was removed: nobody can find us any more
                if self.asked_to_stop:
                    break
                if not self.take(users):
                    unused_since = time.monotonic()
                elif time.monotonic() - unused_since >= self.grace:
                    break  # keeping the lock
                else:
                    fcntl.flock(users, fcntl.LOCK_UN)
            self.ready.unlink(missing_ok=True)
            self.stop(child)

    def take(self, users: Any) -> bool:
        """Tell whether there is no user; then hold their lock."""
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def is_current(self, users: Any) -> bool:
        """Tell whether the users' lock is still the one to be found on disk."""
        try:
            return self.users.stat().st_ino == os.fstat(users.fileno()).st_ino
        except OSError:
            return False

    def stop(self, child: subprocess.Popen[bytes]) -> None:
        """Ask more and more firmly."""
        for number in self.server.stop_signals:
            if child.poll() is not None:
                break
            child.send_signal(number)
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                say(f"{signal.Signals(number).name} was not enough")
        say(f"stopped with {child.returncode}")


if __name__ == "__main__":
    os.umask(0o077)
    # LOCK (argv[2]) is held by being open; the server does not inherit it (close_fds).
    Keeper(json.loads(sys.argv[1]), int(sys.argv[3])).live()
