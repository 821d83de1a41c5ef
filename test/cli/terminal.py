"""Runs a command on a pseudo-terminal of its own; once `question` stands there, types `answer`. Prints what was shown."""
import os
import pty
import select
import sys
import time

question, answer, *command = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)

shown = b""
typed = question == ""
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
    if not typed and question.encode() in shown:
        os.write(terminal, answer.encode() + b"\r")
        typed = True

sys.stdout.buffer.write(shown)
sys.stdout.flush()
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status))
