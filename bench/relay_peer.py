"""aiortc as a relay of one picture: run by a Python that has it, never part of the product.

Prints as JSON the processor share of its relay's process and the frames a second that arrive.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import subprocess
import sys

import aiortc
from aiortc import RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from aiortc.contrib.media import MediaRelay
from av import VideoFrame

SECONDS = 10.0


class Picture(VideoStreamTrack):
    """Speckle that moves, 640 by 480, 30 frames a second."""

    def __init__(self) -> None:
        super().__init__()
        speckle = random.Random(1)
        self._speckle = bytes(speckle.randrange(90) for _ in range(640)) * 480
        self._grey = bytes([128]) * (320 * 240)
        self._turned = 0

    async def recv(self) -> VideoFrame:
        """Return the next frame."""
        pts, time_base = await self.next_timestamp()
        self._turned += 3
        turned = self._turned % 640
        frame = VideoFrame(640, 480, "yuv420p")
        for plane, what in zip(
            frame.planes,
            (self._speckle[turned:] + self._speckle[:turned], self._grey, self._grey),
            strict=True,
        ):
            plane.update(what)
        frame.pts, frame.time_base = pts, time_base
        return frame


def as_json(one: RTCSessionDescription) -> str:
    """Return a description as a line."""
    return json.dumps({"type": one.type, "sdp": one.sdp})


async def relay() -> None:
    """Be the relay: take a picture, offer it on, then answer lines with the processor time."""
    loop = asyncio.get_running_loop()

    async def line() -> str:
        return await loop.run_in_executor(None, sys.stdin.readline)

    taking, giving = RTCPeerConnection(), RTCPeerConnection()
    tracks: list = []
    taking.on("track", tracks.append)
    await taking.setRemoteDescription(RTCSessionDescription(**json.loads(await line())))
    await taking.setLocalDescription(await taking.createAnswer())
    print(as_json(taking.localDescription), flush=True)
    giving.addTrack(MediaRelay().subscribe(tracks[0]))
    await giving.setLocalDescription(await giving.createOffer())
    print(as_json(giving.localDescription), flush=True)
    await giving.setRemoteDescription(RTCSessionDescription(**json.loads(await line())))
    while await line():
        spent = resource.getrusage(resource.RUSAGE_SELF)
        print(spent.ru_utime + spent.ru_stime, flush=True)
    await taking.close()
    await giving.close()


async def measure() -> None:
    """Publish to the relay and watch what it gives."""
    process = subprocess.Popen(
        [sys.executable, __file__, "relay"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    loop = asyncio.get_running_loop()

    async def told() -> str:
        return await loop.run_in_executor(None, process.stdout.readline)

    def tell(text: str) -> None:
        process.stdin.write(text + "\n")
        process.stdin.flush()

    publisher, watcher = RTCPeerConnection(), RTCPeerConnection()
    tracks: list = []
    watcher.on("track", tracks.append)
    publisher.addTrack(Picture())
    await publisher.setLocalDescription(await publisher.createOffer())
    tell(as_json(publisher.localDescription))
    await publisher.setRemoteDescription(RTCSessionDescription(**json.loads(await told())))
    await watcher.setRemoteDescription(RTCSessionDescription(**json.loads(await told())))
    await watcher.setLocalDescription(await watcher.createAnswer())
    tell(as_json(watcher.localDescription))
    await asyncio.wait_for(tracks[0].recv(), 30)
    tell("")
    before, began, frames = float(await told()), loop.time(), 0
    while loop.time() - began < SECONDS:
        await asyncio.wait_for(tracks[0].recv(), 30)
        frames += 1
    tell("")
    spent = (float(await told()) - before) / SECONDS * 100
    await publisher.close()
    await watcher.close()
    process.stdin.close()
    process.wait(20)
    found = {"cpu": spent, "frames": frames / SECONDS, "version": aiortc.__version__}
    print(json.dumps(found))


if __name__ == "__main__":
    asyncio.run(relay() if sys.argv[1:] == ["relay"] else measure())
