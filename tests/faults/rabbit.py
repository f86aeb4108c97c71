"""A RabbitMQ of one's own, where the machine has one (Debian: rabbitmq-server), to stop and start."""

from __future__ import annotations

import os
import subprocess
from functools import partial
from pathlib import Path

import psutil
from celery import Celery
from kombu.exceptions import KombuError

from liaison.processes import end_with_parent
from tests.faults.portal import PATIENCE, free_port, until

# The wrapper in /usr/sbin would change to an account of its own.
PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


class Rabbit:
    """One node that listens on this machine alone and keeps everything below `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        self.process: subprocess.Popen[bytes] | None = None
        self.environment = {
            **os.environ,
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"liaison{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "ERL_EPMD_PORT": str(free_port()),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_MNESIA_BASE": str(folder / "db"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_CONFIG_FILE": str(folder / "none"),
        }

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.process = subprocess.Popen(
            [str(PROGRAM)],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=partial(end_with_parent, os.getpid()),
        )
        until(self.answers, "RabbitMQ answers")

    def answers(self) -> bool:
        try:
            with Celery("question", broker=self.url).connection_for_write(connect_timeout=2) as broker:
                broker.connect()
                return True
        except (OSError, KombuError):
            return False

    def stop(self) -> None:
        """Kill it and what it started (Erlang's port mapper stands apart, under the port given to it alone)."""
        if self.process is None:
            return
        family = [*psutil.Process(self.process.pid).children(recursive=True), psutil.Process(self.process.pid)]
        family += [each for each in psutil.process_iter() if self._is_mapper(each)]
        for process in family:
            process.kill()
        psutil.wait_procs(family, timeout=PATIENCE)
        self.process.wait()
        self.process = None

    def _is_mapper(self, process: psutil.Process) -> bool:
        try:
            return (
                process.name() == "epmd" and process.environ().get("ERL_EPMD_PORT") == self.environment["ERL_EPMD_PORT"]
            )
        except psutil.Error:
            return False
