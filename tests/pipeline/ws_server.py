"""A WebSocket server for on_ws.py, which says what is sent by the path that is asked for. Run by a Python that has
`websockets`: ws_server.py PORT [CERTIFICATE, with its key, for wss]"""

import asyncio
import ssl
import sys

import websockets

MESSAGES = ['{"n": 1}', '{"n": "\u00e9"}', "no JSON"]


async def serve(socket, path):
    if path == "/headers":
        for name in ("Origin", "User-Agent", "Authorization", "Host", "Sec-WebSocket-Extensions"):
            await socket.send(f"{name}: {socket.request_headers.get(name)}")
        return
    count = {"/many": 20000, "/none": 0}.get(path, 3)
    for i in range(count):
        await socket.send(MESSAGES[i % 3])
    if path == "/away":
        await socket.close(1001)
    elif path == "/fault":
        await socket.close(1011, "broken")
    elif path == "/cut":
        socket.transport.abort()
    elif path == "/large":
        await socket.send("x" * (1024 * 1024 + 1))
    elif path == "/fits":
        await socket.send("x" * (1024 * 1024))
    elif path == "/empty":
        await socket.send("")
        await socket.send("behind it")
    elif path == "/pieces":
        await socket.send(["a", "b\u00e9", "c"])
    elif path == "/silent":
        await asyncio.sleep(60)
    elif path == "/pings":
        await (await socket.ping())
        await socket.send("a pong came")
    elif path == "/deaf":
        socket.transport.pause_reading()  # no pong
        await asyncio.sleep(60)


async def refuse(path, _):
    if path.startswith("/status/"):
        return int(path[8:]), [], b""


async def main(port, certificate=None):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if certificate else None
    if tls:
        tls.load_cert_chain(certificate)
    async with websockets.serve(serve, "127.0.0.1", port, process_request=refuse, ping_interval=None, close_timeout=20,
                                ssl=tls):
        await asyncio.Future()


asyncio.run(main(int(sys.argv[1]), *sys.argv[2:]))
