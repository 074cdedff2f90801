#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""How long it takes to find ten of many sockets: `sockwatch sockets`, whose
filter works in the kernel, and ss with the same filter.

  tests/vm/boot.py --mem 4096 --timeout 1800 \\
      --env SOCKWATCH=user/sockwatch --env SOCKWATCH_KO=sockwatch.ko \\
      stock -- tests/bench/list.py [SOCKETS]

Each may read all or ten; wall time of the guest, best and worst of five,
the start of the process included."""
import os
import resource
import socket
import subprocess
import sys
import time

COUNT = int(sys.argv[1]) if sys.argv[1:] else 200000
WANTED_PORT, WANTED = 7007, 10
PORTS = range(10000, 11000)     # of each address
COMMANDS = {
    'sockwatch sockets, ten': (os.environ['SOCKWATCH'], '-H', 'sockets',
                               'sport', '=', f':{WANTED_PORT}'),
    'ss, ten': ('ss', '-Huan', 'sport', '=', f':{WANTED_PORT}'),
    'sockwatch sockets, all': (os.environ['SOCKWATCH'], '-Hn', 'sockets',
                               'proto', 'udp'),
    'ss, all': ('ss', '-Huan'),
}


def bound(number, port):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((f'127.0.{number // 250}.{number % 250 + 1}', port))
    return sock


def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (COUNT + 100,) * 2)
    subprocess.run(['insmod', os.environ['SOCKWATCH_KO'],
                    f'max_sockets={4 * COUNT}'], check=True)
    socks = [bound(number, WANTED_PORT) for number in range(WANTED)]
    while len(socks) < COUNT:
        number, port = divmod(len(socks), len(PORTS))
        socks.append(bound(number, PORTS[port]))
    print(f'{len(socks)} UDP sockets; milliseconds, best and worst of 5')
    for name, command in COMMANDS.items():
        times = []
        for _ in range(5):
            began = time.monotonic()
            done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
            times.append((time.monotonic() - began) * 1000)
        print(f'{name:24}{min(times):8.0f}{max(times):8.0f}   '
              f'{len(done.stdout.splitlines())} lines', flush=True)
    del socks
    subprocess.run(['rmmod', 'sockwatch'], check=True)


if __name__ == '__main__':
    main()
