"""A small tracer: runs a program and prints its main thread's writes and syncs, one per line, as they happen.

`python -m tests.support.syscalls PROGRAM ARGUMENT…` prints `PID`, then lines such as `write /data/file.aof` and
`fdatasync /data/file.aof`. It uses Linux's ptrace through ctypes: no root, nothing to install.
"""

import ctypes
import os
import platform
import signal
import struct
import sys

TRACEME, CONT, SYSCALL, SETOPTIONS, GET_SYSCALL_INFO = 0, 7, 24, 0x4200, 0x420E
O_TRACESYSGOOD, O_EXITKILL = 1, 0x100000
ENTRY = 1
SIZE = 88  # struct ptrace_syscall_info
NAMES = {
    "x86_64": {1: "write", 20: "writev", 44: "sendto", 46: "sendmsg", 74: "fsync", 75: "fdatasync"},
    "aarch64": {64: "write", 66: "writev", 206: "sendto", 211: "sendmsg", 82: "fsync", 83: "fdatasync"},
}

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
libc.ptrace.restype = ctypes.c_long


def ptrace(request: int, pid: int = 0, address: int = 0, data: object = 0) -> None:
    if libc.ptrace(request, pid, address, data) < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"ptrace({request}): {os.strerror(number)}")


def main(command: list[str]) -> None:
    pid = os.fork()
    if pid == 0:
        ptrace(TRACEME)
        os.execv(command[0], command)
    os.waitpid(pid, 0)
    ptrace(SETOPTIONS, pid, 0, O_TRACESYSGOOD | O_EXITKILL)
    print(pid, flush=True)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(pid, signal.SIGKILL))
    pending = 0
    while True:
        ptrace(SYSCALL, pid, 0, pending)
        pending = 0
        _, status = os.waitpid(pid, 0)
        if not os.WIFSTOPPED(status):
            return
        if os.WSTOPSIG(status) == signal.SIGTRAP | 0x80:
            report(pid)
        else:
            pending = os.WSTOPSIG(status)


def report(pid: int) -> None:
    """Print the call that the program is about to make, if it is a write or a sync."""
    buffer = ctypes.create_string_buffer(SIZE)
    ptrace(GET_SYSCALL_INFO, pid, SIZE, ctypes.addressof(buffer))
    operation, number, file = struct.unpack_from("B23xQQ", buffer)
    name = NAMES[platform.machine()].get(number)
    if operation == ENTRY and name:
        print(name, os.readlink(f"/proc/{pid}/fd/{file}"), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
