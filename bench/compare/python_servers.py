"""Servers in Python gevent, for the same load as the others."""

import gc
import json
import resource
import sys
from socket import IPPROTO_TCP, TCP_NODELAY

import gevent
import gevent.pywsgi
import gevent.server
from gevent.fileobject import FileObject

MESSAGE_SIZE = 1024
ADDRESS = ("127.0.0.1", 0)

served = 0


def echo(sock, _address):
    global served
    while data := sock.recv(65536):
        served += len(data) / MESSAGE_SIZE
        sock.sendall(data)
        # While it waits for the next message, it does not hold on to this one.
        del data


def echo_server():
    return gevent.server.StreamServer(ADDRESS, echo)


class PromptServer(gevent.pywsgi.WSGIServer):
    """It sends headers and body one after the other: without this, each body waits 40 ms for the client's ACK."""

    def handle(self, sock, address):
        sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        super().handle(sock, address)


def http_server(seconds):
    def application(_environ, start_response):
        global served
        served += 1
        if seconds:
            gevent.sleep(seconds)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"hello"]

    return PromptServer(ADDRESS, application, log=None, error_log=None)


SERVERS = {
    "tcp-echo": echo_server,
    "idle-10k": echo_server,
    "http-hello": lambda: http_server(0),
    "http-wsgi": lambda: http_server(0),
    "http-10k": lambda: http_server(0.01),
    "idle-10k-http": lambda: http_server(0),
}


def usage():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {"served": served, "cpuMicroseconds": (used.ru_utime + used.ru_stime) * 1e6}


def memory():
    gc.collect()
    with open("/proc/self/statm", encoding="ascii") as statm:
        return {"rss": int(statm.read().split()[1]) * resource.getpagesize()}


def say(answer):
    print(json.dumps(answer), flush=True)


def serve(name):
    """Starts a server, prints its port, and answers the lines `usage` and `memory`."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    server = SERVERS[name]()
    server.start()
    say({"port": server.server_port})
    for line in FileObject(sys.stdin.fileno(), "r"):
        say(memory() if line.strip() == "memory" else usage())
