"""Runs a command on a pseudo-terminal; types each answer once its question stands there, in turn. Prints what was shown.

dialogue.py '[["question", "answer"], …]' command …; an answer is typed as it stands, and Return after it, unless it holds
keys of its own, such as Ctrl-C.
"""
import json
import os
import pty
import select
import sys
import time

steps = json.loads(sys.argv[1])
command = sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
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
sys.stdout.flush()
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status))
