"""This file is about machines behind HAProxy that share their ticket keys, as docs/scale.md sets them
up: real servers, a real balancer, clients that go on while keys are rotated and machines go.
"""

from __future__ import annotations

import shutil
import ssl
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

import machines
import peercert
import ticketkeys
from balancer import Balancer, balancing, configuration, free_port, printed
from load import Load, call, identity, load
from machines import Machine
from premises import Premises, eventually, refusal, serving, visit
from server import Server, running
from ticketkeys import Distribute, KeySet

DISTRIBUTIONS = [ticketkeys.as_kubernetes, ticketkeys.as_vault_agent]


@dataclass
class Site:
    """Three machines with a server each, behind a balancer."""

    premises: Premises
    machines: list[Machine]
    balancer: Balancer
    port: int
    servers: dict[str, Server]
    stacks: dict[str, ExitStack]

    def start(self, machine: Machine) -> None:
        """Starts the server of a machine."""
        folder = self.premises.folder
        command = [sys.executable, "server.py", machine.name, machine.address]
        command.append(str(self.keys(machine)))
        stack = ExitStack()
        self.stacks[machine.name] = stack
        # A test may kill it.
        started = running(machine.command(*command), cwd=folder, statuses=(0, -9))
        self.servers[machine.name] = stack.enter_context(started)
        eventually(lambda: self.balancer.about(machine.name, "status") in ("UP", "DRAIN"))

    def stop(self, machine: Machine) -> None:
        """Ends it with SIGTERM, when it runs."""
        self.stacks[machine.name].close()

    def keys(self, machine: Machine) -> Path:
        """The folder that a machine has its ticket keys in."""
        return self.premises.folder / f"keys-{machine.name}"

    def renew(self, distribution: Distribute, machine: Machine, keys: KeySet) -> None:
        """The same, and waits until its server uses them."""
        server = self.servers[machine.name]
        before = server.output.count("reloaded\n")
        distribution(self.keys(machine), keys)
        server.wait_for("^reloaded$", before + 1)

    def clients(self, count: int = 4) -> list[ssl.SSLContext]:
        """Clients of every TLS version."""
        return [self.premises.client("staff", ("1.2", "1.3")[n % 2]) for n in range(count)]


@contextmanager
def site(premises: Premises, distribution: Distribute, keys: KeySet) -> Iterator[Site]:
    """A site for the block."""
    folder = premises.folder
    for name, files in {
        "server-ca": {"server.pem": "server.pem", "server.key": "server.key"},
        "client-ca": {"ca.pem": "staff-ca.pem"},
    }.items():
        (folder / "demo-pki" / name).mkdir(parents=True)
        for theirs, ours in files.items():
            shutil.copy(folder / ours, folder / "demo-pki" / name / theirs)
    port, front = free_port(), free_port()
    (folder / "server.py").write_text(printed("server.py").replace("8443", str(port)))
    with ExitStack() as stack:
        three = stack.enter_context(machines.three())
        addresses = {machine.name: (machine.address, port) for machine in three}
        text = configuration(front, addresses)
        balancer = stack.enter_context(balancing(folder, text, front))
        made = Site(premises, three, balancer, port, {}, {})
        for machine in three:
            distribution(made.keys(machine), keys)
            made.start(machine)
            stack.callback(made.stop, machine)
        yield made


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_session_of_one_machine_is_resumed_by_every_other_with_the_same_identity(
    premises: Premises, version: str
) -> None:
    client = premises.client("staff", version)
    with site(premises, ticketkeys.as_kubernetes, KeySet.made()) as made:
        first, session = call(made.balancer.port, client, None)
        assert first["clientcert"]["resumed"] is False
        assert first["clientcert"]["verified"] is True
        assert {"fingerprint", "anchor", "pem"} <= first["clientcert"].keys()
        met = set()
        for _ in range(30):
            answer, _ = call(made.balancer.port, client, session)
            assert answer["clientcert"]["resumed"] is True
            assert identity(answer) == identity(first)
            met.add(answer["machine"])
        assert met == {"one", "two", "three"}


@pytest.mark.parametrize("distribution", DISTRIBUTIONS, ids=lambda way: way.__name__)
def test_keys_are_rotated_under_load_and_no_session_is_lost(
    premises: Premises, distribution: Distribute
) -> None:
    keys = KeySet.made()
    with site(premises, distribution, keys) as made:
        port = made.balancer.port
        old = {version: premises.client("staff", version) for version in ("1.2", "1.3")}
        sessions = {version: call(port, client, None)[1] for version, client in old.items()}
        with load(port, made.clients()) as clients:
            clients.go_on()
            for _ in range(2):
                keys = keys.rotated()
                for machine in made.machines:
                    made.renew(distribution, machine, keys)
                    # The machines have different keys for a while.
                    clients.go_on()
                # What `previous` is kept for is over; it goes with the next rotation.
                clients.begin_anew()
        unharmed(clients)
        assert clients.machines.keys() == {"one", "two", "three"}
        for version, client in old.items():
            # Of a key that no machine has any more: a full handshake, no failure.
            answer, _ = call(port, client, sessions[version])
            assert answer["clientcert"]["resumed"] is False


def test_keys_that_come_file_by_file_are_used_once_all_are_there(premises: Premises) -> None:
    keys = KeySet.made()
    way = ticketkeys.as_vault_agent
    with site(premises, way, keys) as made, load(made.balancer.port, made.clients()) as clients:
        clients.go_on()
        machine, renewed = made.machines[0], keys.rotated()
        server = made.servers[machine.name]
        for count, name in enumerate(ticketkeys.NAMES, 1):
            assert "reloaded\n" not in server.output
            ticketkeys.put_one(made.keys(machine), name, renewed)
            # It looks between two files, and finds a key twice.
            last = count == len(ticketkeys.NAMES)
            server.wait_for(
                "^reloaded$" if last else "another key has the same name", 1 if last else count
            )
            clients.go_on(3)
    unharmed(clients, 20)


def test_a_key_that_is_used_before_every_machine_has_it_loses_sessions(premises: Premises) -> None:
    """What the order of rotation is for; and the account of the load sees it."""
    way, keys = ticketkeys.as_kubernetes, KeySet.made()
    with site(premises, way, keys) as made, load(made.balancer.port, made.clients()) as clients:
        clients.go_on()
        made.renew(way, made.machines[0], KeySet(KeySet.made().current, keys.current, keys.next))
        clients.go_on()
    assert clients.lost > 0
    assert clients.failures == []


def test_a_machine_that_is_taken_out_and_put_back_costs_nobody_anything(premises: Premises) -> None:
    with site(premises, ticketkeys.as_kubernetes, KeySet.made()) as made:
        with load(made.balancer.port, made.clients()) as clients:
            clients.go_on()
            machine = made.machines[1]
            made.balancer.take_out(machine)
            made.stop(machine)
            # Whom it has answered last has noted that.
            clients.go_on(1)
            clients.machines.clear()
            clients.go_on()
            assert clients.machines.keys() == {"one", "three"}
            made.start(machine)
            made.balancer.put_back(machine)
            eventually(lambda: clients.machines["two"] > 2)
        unharmed(clients)


@pytest.mark.parametrize("end", ["killed", "unplugged"])
def test_a_machine_that_dies_costs_its_connections_and_no_session(
    premises: Premises, end: str
) -> None:
    with site(premises, ticketkeys.as_kubernetes, KeySet.made()) as made:
        machine = made.machines[1]
        if end == "unplugged" and machine.namespace is None:
            pytest.skip("needs root and ip of iproute2, for network namespaces")
        with load(made.balancer.port, made.clients()) as clients:
            clients.go_on()
            if end == "unplugged":
                machine.unplug()
                eventually(lambda: made.balancer.about(machine.name, "status").startswith("DOWN"))
            # What is unplugged would wait for clients of whom it hears nothing more.
            made.servers[machine.name].process.kill()
            eventually(lambda: made.balancer.about(machine.name, "status").startswith("DOWN"))
            # Who was there has come back.
            clients.go_on()
            failed = len(clients.failures)
            clients.machines.clear()
            clients.go_on()
            assert clients.machines.keys() <= {"one", "three"}
        # At most the connection that each client had there.
        assert failed <= 4, clients.failures
        assert len(clients.failures) == failed
        assert clients.lost == 0


def unharmed(clients: Load, resumed: int = 100) -> None:
    """No session was lost, no connection failed; and there were more than so many of them."""
    assert clients.failures == []
    assert clients.lost == 0
    assert clients.resumed > resumed


def of_words(made: peercert.Acceptor) -> dict[str, int]:
    """What has failed, by error code."""
    return {row["word"]: row["number"] for row in made.counters()["failed"]}


def test_the_balancers_health_checks_are_no_handshakes(premises: Premises) -> None:
    made = peercert.Acceptor(**premises.options())
    front = free_port()
    with serving(made) as port:
        text = configuration(front, {"one": ("127.0.0.1", port)})
        with balancing(premises.folder, text, front) as balancer:
            eventually(lambda: balancer.about("one", "check_status") == "L4OK")
            visit(front, premises.client())
    told = made.counters()
    assert told["done"] == 1
    assert not any(value for key, value in told.items() if key != "done")


def test_the_proxy_protocol_is_not_read(premises: Premises) -> None:
    made = peercert.Acceptor(**premises.options())
    front = free_port()
    with serving(made) as port:
        text = configuration(front, {"one": ("127.0.0.1", port)})
        text = text.replace(f"127.0.0.1:{port}", f"127.0.0.1:{port} send-proxy-v2")
        with balancing(premises.folder, text, front):
            assert refusal(front, premises.client()) != ""
    assert "peer.not_tls" in of_words(made)
