#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Servers that say who they are, and clients that ask them.

flows.py serve NAME ADDRESS PORT...       TCP and UDP: "NAME CLIENT-ADDRESS"
flows.py ask tcp|udp ADDRESS PORT N       N flows, each answer on a line
flows.py ping ADDRESS                     one ICMP echo, answered in time
flows.py hammer FILE ADDRESS PORT FLOWS N  until SIGTERM: N of the flows have a
                                          datagram under way; a line for each:
                                          sent received answer flow
flows.py swap LOG SOCKET PID CONFIG POOL N FILE...   see swap()
flows.py judge HAMMERED... LOG            see judge()
"""
import bisect
import collections
import http.client
import ipaddress
import json
import math
import os
import select
import signal
import socket
import struct
import sys
import threading
import time

TIMEOUT = 2  # seconds until a datagram counts as lost


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def plain(address):
    ip = ipaddress.ip_address(address)
    return str(getattr(ip, "ipv4_mapped", None) or ip)


def open_server(kind, address, port):
    s = socket.socket(family_of(address), kind)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if kind == socket.SOCK_DGRAM:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    s.bind((address, port))
    if kind == socket.SOCK_STREAM:
        s.listen(1024)
    return s


def serve_tcp(s, name):
    while True:
        c, peer = s.accept()
        try:
            c.sendall(f"{name} {plain(peer[0])}\n".encode())
        except OSError:
            pass
        c.close()


def serve_udp(s, name):
    while True:
        _, peer = s.recvfrom(2048)
        s.sendto(f"{name} {plain(peer[0])}\n".encode(), peer)


def serve(name, address, *ports):
    for port in map(int, ports):
        for kind, run in ((socket.SOCK_DGRAM, serve_udp),
                          (socket.SOCK_STREAM, serve_tcp)):
            s = open_server(kind, address, port)
            threading.Thread(target=run, args=(s, name), daemon=True).start()
    signal.pause()


def ask_tcp(address, port):
    try:
        with socket.create_connection((address, port), timeout=3) as s:
            text = b""
            while not text.endswith(b"\n"):
                more = s.recv(2048)
                if not more:
                    break
                text += more
            return text.decode().strip() or "none"
    except OSError:
        return "none"


def ask_udp(address, port):
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as s:
        s.settimeout(3)
        s.connect((address, port))
        s.send(b"who")
        try:
            return s.recv(2048).decode().strip()
        except OSError:
            return "none"


def ask(protocol, address, port, n):
    one = ask_tcp if protocol == "tcp" else ask_udp
    for _ in range(int(n)):
        print(one(address, int(port)))


def ones_sum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ping(address):
    v6 = ":" in address
    echo, reply = (128, 129) if v6 else (8, 0)
    s = socket.socket(family_of(address), socket.SOCK_RAW,
                      socket.IPPROTO_ICMPV6 if v6 else socket.IPPROTO_ICMP)
    text = b"0123456789abcdef"
    rest = struct.pack("!HH", os.getpid() & 0xffff, 1) + text
    check = 0 if v6 else ones_sum(struct.pack("!BBH", echo, 0, 0) + rest)
    s.sendto(struct.pack("!BBH", echo, 0, check) + rest, (address, 0))
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        s.settimeout(end - time.monotonic())
        got = s.recv(2048)
        got = got if v6 else got[(got[0] & 15) * 4:]
        if got[0] == reply and got[4:] == rest:
            return
    sys.exit("no answer")


class Flow:
    """A client port; at most one datagram of it is under way."""

    def __init__(self, address, port):
        self.socket = socket.socket(family_of(address), socket.SOCK_DGRAM)
        self.socket.connect((address, port))
        self.number = self.socket.getsockname()[1]
        self.sent = 0

    def send(self):
        self.sent = time.monotonic()
        self.socket.send(b"who")

    def receive(self):
        try:
            return self.socket.recv(2048).split()[0].decode()
        except OSError as e:  # an ICMP error is an answer too
            return e.strerror.replace(" ", "-")


def hammer(path, address, port, nflows, under_way):
    ending = []
    signal.signal(signal.SIGTERM, lambda *_: ending.append(True))
    waiting = collections.deque(Flow(address, int(port))
                                for _ in range(int(nflows)))
    sent = {}
    poll = select.epoll()
    for f in waiting:
        poll.register(f.socket, select.EPOLLIN)

    def send_next():
        f = waiting.popleft()
        sent[f.socket.fileno()] = f
        f.send()

    with open(path, "w", encoding="ascii") as out:
        looked = time.monotonic()
        for _ in range(int(under_way)):
            send_next()
        while not ending or sent:
            for fd, _ in poll.poll(0.1):
                f = sent.pop(fd, None)
                if f is None:
                    sys.exit("an answer that nobody asked for")
                name = f.receive()
                out.write(f"{f.sent:.6f} {time.monotonic():.6f} {name} "
                          f"{f.number}\n")
                waiting.append(f)
                if not ending:
                    send_next()
            now = time.monotonic()
            if now - looked < 0.5:
                continue
            looked = now
            for f in [f for f in sent.values() if now - f.sent > TIMEOUT]:
                out.write(f"{f.sent:.6f} {now:.6f} - {f.number}\n")
                del sent[f.socket.fileno()]
                f.socket.close()
                waiting.append(Flow(address, int(port)))
                poll.register(waiting[-1].socket, select.EPOLLIN)
                if not ending:
                    send_next()


class Control(http.client.HTTPConnection):
    """The daemon's control socket."""

    def __init__(self, path):
        super().__init__("ringlbd")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(self.path)

    def get(self, what):
        self.request("GET", "/v1/" + what)
        answer = json.loads(self.getresponse().read())
        self.close()  # idle for long, it would be closed at the other end
        return answer


def swap(log, control, pid, config, pool, n, *files):
    """Let CONFIG be one of FILES after the other, N times; now it is the last
    one.  The last line of a file names the backends that get traffic, such as
    "# a1,a2"."""
    daemon = Control(control)
    texts = []
    for path in files:
        with open(path, encoding="ascii") as f:
            texts.append(f.read())
    epoch = daemon.get("pools/" + pool)["epoch"]
    with open(log, "w", encoding="ascii") as out:
        out.write("0 0 " + texts[-1].split("# ")[-1])
        for i in range(int(n)):
            text = texts[i % len(texts)]
            with open(config + ".new", "w", encoding="ascii") as f:
                f.write(text)
            os.rename(config + ".new", config)
            before = time.monotonic()
            os.kill(int(pid), signal.SIGHUP)
            epoch += 1
            while daemon.get("pools/" + pool)["epoch"] != epoch:
                if time.monotonic() - before > 30:
                    sys.exit(f"swap {i} did not come")
            out.write(f"{before:.6f} {time.monotonic():.6f} "
                      f"{text.split('# ')[-1]}")


def read_lines(path):
    with open(path, encoding="ascii") as f:
        return [line.split() for line in f]


def judge(*paths):
    """The last of PATHS is by swap(), the others by hammer().

    A table is in force from when it was asked for until the next one was
    acknowledged, or was seen by a packet whose answer came, if that was
    sooner: the tables are one variable that all packets read, and who asks
    after another's answer must not see what was before it."""
    swaps = [(float(a), float(b), set(c.split(",")))
             for a, b, c in read_lines(paths[-1])]
    begins = [s[0] for s in swaps]
    ends = [s[1] for s in swaps[1:]] + [math.inf]
    answers = [(float(sent), float(got), name, flow) for path in paths[:-1]
               for sent, got, name, flow in read_lines(path)]
    for sent, got, name, _ in answers:
        at = bisect.bisect(begins, sent) - 1  # the last one asked for
        if at > 0 and name in swaps[at][2]:
            ends[at - 1] = min(ends[at - 1], got)

    owners = collections.defaultdict(set)
    lost = wrong = sure = 0
    for sent, got, name, flow in answers:
        if name == "-":
            lost += 1
            print(f"lost: sent {sent}")
        else:
            may = [i for i in range(max(bisect.bisect(begins, sent) - 2, 0),
                                    bisect.bisect(begins, got))
                   if ends[i] >= sent]
            sure += len(may) == 1
            if not any(name in swaps[i][2] for i in may):
                wrong += 1
                print(f"wrong: {name}, sent {sent}, received {got}")
            owners[flow].add(name)
    # With equal members a flow always has the same owner.
    tables = {frozenset(s[2]) for s in swaps}
    strayed = [f"{flow}: {sorted(names & t)}" for flow, names in owners.items()
               for t in tables if len(names & t) > 1]
    print(*strayed, sep="\n")
    print(f"swaps {len(swaps) - 1} answers {len(answers)} of one table "
          f"{sure} wrong {wrong} lost {lost} strayed {len(strayed)}")


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
