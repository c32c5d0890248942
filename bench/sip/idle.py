#!/usr/bin/env python3
"""Holds idle connections to a station: `idle.py SIP_PORT TCP_COUNT HTTP_PORT WEBSOCKET_COUNT COOKIE...`.

Each SIP connection says one OPTIONS, as a silent one is closed after ten seconds, and then nothing; each WebSocket answers pings. Prints
`open TCP WEBSOCKET` when they stand; at the end of its input `left NUMBER` tells how many still do. Addresses of 127.0.0.0/8 take turns, as the
station takes so many of one.
"""
import select
import socket
import sys

sip_port, tcp_count, http_port, web_count = (int(argument) for argument in sys.argv[1:5])
cookies = sys.argv[5:]  # of logins, which share the WebSockets
of_one_address = 60


def connect(port, number):
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind((f"127.1.{number // of_one_address // 200}.{number // of_one_address % 200 + 1}", 0))
    one.settimeout(20)
    one.connect(("127.0.0.1", port))
    return one


def answer(one):
    data = b""
    while b"\r\n\r\n" not in data:
        more = one.recv(4096)
        if not more:
            raise SystemExit(f"closed instead of an answer: {data!r}")
        data += more
    return data.split(b"\r\n", 1)[0]


def tcp(number):
    one = connect(sip_port, number)
    host, port = one.getsockname()
    one.sendall(f"OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP {host}:{port};branch=z9hG4bKidle{number};rport\r\nMax-Forwards: 70\r\n"
                f"From: <sip:idle@127.0.0.1>;tag={number}\r\nTo: <sip:127.0.0.1>\r\nCall-ID: idle-{number}\r\nCSeq: 1 OPTIONS\r\n"
                "Content-Length: 0\r\n\r\n".encode())
    status = answer(one)
    if b" 200 " not in status:
        raise SystemExit(f"OPTIONS: {status!r}")
    return one


def web(number):
    one = connect(http_port, number)
    one.sendall(f"GET /sip HTTP/1.1\r\nHost: 127.0.0.1:{http_port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nCookie: {cookies[number % len(cookies)]}\r\n"
                f"Origin: http://127.0.0.1:{http_port}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sip\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode())
    status = answer(one)
    if b" 101 " not in status:
        raise SystemExit(f"WebSocket: {status!r}")
    return one


sockets = {}
for number in range(tcp_count):
    one = tcp(number)
    sockets[one.fileno()] = one
for number in range(web_count):
    one = web(number)
    sockets[one.fileno()] = one
poll = select.epoll()
poll.register(0, select.EPOLLIN)
for descriptor in sockets:
    poll.register(descriptor, select.EPOLLIN)
print(f"open {tcp_count} {web_count}", flush=True)
running = True
while running:
    for descriptor, _ in poll.poll():
        if descriptor == 0:
            running = False
            continue
        try:
            data = sockets[descriptor].recv(4096)
        except OSError:
            data = b""
        if not data:
            poll.unregister(descriptor)
            sockets.pop(descriptor).close()
        elif data[0] == 0x89:  # a ping without a payload, answered by a masked pong (RFC 6455 §5.5.3)
            sockets[descriptor].sendall(b"\x8a\x80\0\0\0\0")
print(f"left {len(sockets)}", flush=True)
