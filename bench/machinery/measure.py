"""Runs a command and writes what it took – with its children – as one line of JSON: measure.py SECONDS COMMAND…"""
import json
import os
import signal
import sys
import time


def main() -> None:
    limit, command = int(sys.argv[1]), sys.argv[2:]
    nothing = (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)
    begin = time.monotonic()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=[nothing], setpgroup=0)

    def stop(*_: object) -> None:
        os.killpg(pid, signal.SIGKILL)

    for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    signal.alarm(limit)
    _, status, used = os.wait4(pid, 0)
    wall = time.monotonic() - begin
    signal.alarm(0)
    report = {
        "status": os.waitstatus_to_exitcode(status),
        "wall": wall,
        "cpu": used.ru_utime + used.ru_stime,
        "peak": used.ru_maxrss / 1024,
    }
    print(json.dumps(report))


main()
