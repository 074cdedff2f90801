#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# timeout: 900
"""A hundred loads and unloads (fewer on a slow kernel) under traffic: TCP over
v4 and v6, UNIX, UDP, pairs, MPTCP, resets, passed descriptors and failing
calls in four processes.  While the module is there its numbers are never
absurd; when it is gone nothing of it is left; and with the traffic ended they
agree with what is open."""
import os
import subprocess
import time

import genl
import swlib
import truth

ROUNDS = max(100 // swlib.SCALE, 5)
LEAST = 10              # attempts in each
TRAFFIC = (
    'tcp4 tcp6 tcp_mapped tcp4_linger tcp4_unaccepted '
    'tcp4_reset_in_queue',
    'unix_path unix_seqpacket unix_unaccepted unix_refused cycle '
    'sent_and_dropped',
    'pairs failing nobody late_failure emfile udp_addrform killed shared',
    'mptcp4 mptcp6 tcp4_reconnect tcp_addrform mptcp_tcp_client fastopen',
)
BAD = ('WARNING:', 'BUG:', 'Oops', 'KASAN', 'Call Trace:', 'refcount_t')


class Traffic:
    """The zoo as traffic, in several processes."""

    def __init__(self):
        zoo = os.path.join(swlib.BIN, 'zoo')
        self.log = open(os.path.join(swlib.TMP, 'traffic'), 'w+',
                        encoding='ascii')
        self.processes = [subprocess.Popen(
            [zoo, '-r', *names.split()], stdout=self.log,
            stdin=subprocess.DEVNULL, start_new_session=True)
            for names in TRAFFIC]

    def running(self):
        return all(process.poll() is None for process in self.processes)

    def said(self):
        """Anything it prints is a complaint."""
        self.log.flush()
        with open(self.log.name, encoding='ascii') as file:
            return file.read()

    def stop(self):
        for process in self.processes:
            try:
                os.killpg(process.pid, 15)      # its own children too
            except ProcessLookupError:
                pass
            process.wait()
        self.log.close()


def sample(client):
    """What is wrong with the numbers under traffic."""
    faults = swlib.faults_of(swlib.read_rows())
    info = client.info()
    missed = sum(hook.get('missed', 0) for hook in info['hooks'])
    if missed:
        faults.append(f'missed: {info["hooks"]}')
    if info['lost']:
        faults.append(f'lost: {info["lost"]}')
    return faults


def gone(client):
    """What is left of an unloaded module."""
    faults = []
    if os.path.exists(swlib.PROC):
        faults.append(f'{swlib.PROC} is still there')
    try:
        client.family()
        faults.append('the genl family is still there')
    except genl.NetlinkError as error:
        if error.errno != 2:
            faults.append(str(error))
    if os.path.exists('/sys/module/sockwatch'):
        faults.append('/sys/module/sockwatch is still there')
    return faults


def attempts():
    return swlib.read_rows().total('attempts')


def one_round(client, number):
    """(what was wrong, the attempts counted): how many there are in a while
    is the machine's, but it is not unloaded before it has counted some."""
    params = {'wrapper': 0} if number % 4 == 3 else {}
    swlib.load(**params)
    faults = sample(client)
    time.sleep(0.1 if number % 10 else 1)
    if not swlib.wait_for(lambda: attempts() >= LEAST):
        faults.append('the traffic is not counted')
    faults += sample(client)
    seen = attempts()
    swlib.unload()
    return faults + gone(client), seen


def rounds(tap, client, traffic):
    faults, total, number = [], 0, 0
    for number in range(1, ROUNDS + 1):
        began = time.monotonic()
        found, seen = one_round(client, number)
        total += seen
        if time.monotonic() - began > 5:
            tap.say(f'round {number}: {time.monotonic() - began:.1f} s')
        faults += [f'round {number}: {fault}' for fault in found]
        if not traffic.running():
            faults.append(f'round {number}: the traffic has ended')
        if len(faults) > 20:
            break
    tap.ok(not faults, f'{ROUNDS} rounds under traffic',
           '\n'.join(faults))
    tap.say(f'{total} attempts in {number} rounds')


def last_load(tap, client, traffic):
    """Loaded in the midst of traffic, then the traffic ends."""
    swlib.load()
    time.sleep(1)
    tap.equal(sample(client), [], 'the numbers are sane under traffic')
    traffic.stop()
    faults = []

    def agrees():
        faults[:] = truth.disagreement(swlib.read_rows())
        return not faults
    swlib.wait_for(agrees, 60 + swlib.PATIENCE_S)
    tap.ok(not faults, 'open agrees with the descriptors afterwards',
           '\n'.join(faults))
    tap.equal(sample(client), [], 'and the identities hold')
    swlib.unload()


def main():
    tap = swlib.Tap()
    swlib.prepare()
    client = genl.Genl()
    traffic = Traffic()
    try:
        began = time.monotonic()
        rounds(tap, client, traffic)
        tap.say(f'{time.monotonic() - began:.0f} s')
        tap.equal(traffic.said(), '', 'the traffic had nothing to complain')
        last_load(tap, client, traffic)
    finally:
        traffic.stop()
        client.close()
        if swlib.loaded():
            swlib.unload()
    log = [line for line in swlib.kernel_log().splitlines()
           if any(word in line for word in BAD)]
    tap.equal(log, [], 'the kernel has not complained')
    tap.done()


main()
