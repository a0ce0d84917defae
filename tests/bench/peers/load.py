"""``load.py PORT PATH CONNECTIONS SECONDS [COOKIE]``: keep connections busy for a time; print one JSON object.

The same small client for every server: HTTP/1.1 over plain sockets, one request at a time on each connection. It
reads the length of the body and nothing else, so that most of the machine is left to the server.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time


async def connection(port: int, request: bytes, until: float, times: list[float], bad: list[int]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        began = time.perf_counter()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if b"content-length:" in head:
            await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
        else:
            while size := int((await reader.readline()).strip(), 16):
                await reader.readexactly(size + 2)
            await reader.readline()
        times.append(time.perf_counter() - began)
        if b" 200 " not in head[:20]:
            bad.append(int(head[9:12]))
    writer.close()


async def main(port: int, path: str, connections: int, seconds: float, cookie: str) -> None:
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Accept: */*",
        *([f"Cookie: {cookie}"] if cookie else []),
    ]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    times: list[float] = []
    bad: list[int] = []
    began = time.perf_counter()
    await asyncio.gather(*(connection(port, request, began + seconds, times, bad) for _ in range(connections)))
    took = time.perf_counter() - began
    times.sort()
    found = {
        "per_s": len(times) / took,
        "p50_ms": times[len(times) // 2] * 1000,
        "p99_ms": times[-len(times) // 100] * 1000,
    }
    print(json.dumps({**found, "bad": len(bad)}))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), " ".join(sys.argv[5:])))
