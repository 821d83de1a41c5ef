"""Starts a shell on a pseudo-terminal and types a line at each prompt `READY> `; prints what was shown, from the first one on."""
import json
import os
import pty
import select
import sys
import time

lines, *command = sys.argv[1:]
waiting = json.loads(lines)
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)

shown = b""
fresh = b""
isFirst = True
deadline = time.monotonic() + 50
while time.monotonic() < deadline:
    ready, _, _ = select.select([terminal], [], [], 1)
    if not ready:
        continue
    try:
        octets = os.read(terminal, 65536)
    except OSError:
        break
    if not octets:
        break
    shown += octets
    fresh += octets
    if b"READY> " not in fresh:
        continue
    if not waiting:
        break
    # A prompt is drawn anew after a list of candidates: only the one behind END is the next.
    if isFirst or b"END" in fresh:
        isFirst = False
        fresh = b""
        os.write(terminal, waiting.pop(0).encode() + b"\r")

os.kill(pid, 9)
os.waitpid(pid, 0)
sys.stdout.buffer.write(shown)
