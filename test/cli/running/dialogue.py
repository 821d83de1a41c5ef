"""Runs a command on a pseudo-terminal; types each answer once its question stands there, in turn. Prints what was shown.

dialogue.py '[["question", "answer"], …]' command …; an answer is typed as it stands, and Return after it, unless it holds
keys of its own, such as Ctrl-C. The terminal has $COLUMNS and $LINES, 80 and 24 where they are not set.
"""
import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios
import time

steps = json.loads(sys.argv[1])
command = sys.argv[2:]
lines, columns = (int(os.environ.get(name, usual)) for name, usual in (("LINES", 24), ("COLUMNS", 80)))
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    os.execvp(command[0], command)

shown = b""
seen = 0
deadline = time.monotonic() + 40
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
    if steps and steps[0][0].encode() in shown[seen:]:
        seen = len(shown)
        keys = steps.pop(0)[1].encode()
        os.write(terminal, keys if any(key < 32 for key in keys) else keys + b"\r")

sys.stdout.buffer.write(shown)
if steps:
    sys.stdout.buffer.write(b"\n[never asked: " + steps[0][0].encode() + b"]\n")
sys.stdout.flush()
if time.monotonic() >= deadline:
    os.kill(pid, 9)
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status))
