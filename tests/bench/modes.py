# SPDX-License-Identifier: GPL-2.0
"""What is measured.  A mode is a set of module parameters, or no module, and
the programs that read or trace meanwhile."""
import os
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))
OPERATIONS = {
    'u': 'UDP socket, close',
    'U': 'UNIX stream socket, close',
    't': 'TCP connect, accept, reset',
    'f': 'TCP connect, accept, close',
    'r': 't with ten round trips in it',
}
# Those that readers are judged by: what comes once a second is in their mean.
LONG = 'tf'
STATISTICS = ('p10', 'median', 'mean')      # as ops prints them
KERNELS = ('stock', 'stock-6.12')


@dataclass(frozen=True)
class Reader:
    """A program, and how it is seen to work.  What it prints is thrown away,
    so that what is measured is its own, unless that is what shows it."""
    command: tuple
    seen: str = ''                  # a pattern in what it prints
    programs: int = 0               # BPF programs that run at a connection


@dataclass(frozen=True)
class Mode:
    """How the machine is while the operations are measured."""
    name: str
    text: str
    params: tuple = None            # the module's; None: it is not loaded
    readers: tuple = ()
    operations: str = 'uUtfr'
    seconds: int = 0                # each of LONG for at least so long
    part: bool = False              # only some of the hooks

    def seconds_of(self, operation):
        return self.seconds if operation in LONG else 0

    @property
    def traces(self):
        """Whether its readers do something at each event; those of the module
        do in bursts."""
        return bool(self.readers) and self.params is None

    @property
    def counts(self):
        """Whether the module is to count what is done."""
        return self.params is not None and 'hooks=0' not in self.params


# A line behind the first one.
LINES = r'\n[^\n]*\S[^\n]*\n'


def sockwatch(*words, seen=LINES):
    return Reader(('sockwatch', *words), seen)


# Seen by what the module says that it sent.
MONITOR = sockwatch('monitor', seen='')
TCPSTATES = Reader(('tcpstates',), programs=1)
TCPLIFE = Reader(('tcplife',), programs=1)
# One runs when a connection begins, one when a segment comes.
TCPCONNLAT = Reader(('tcpconnlat',), programs=2)
# It attaches one probe after the other; the last and the first have counted.
BPFTRACE = Reader(('bpftrace', f'{HERE}/nearest.bt'),
                  r'Attaching(.|\n)*@created\[2, 1, ')

# Those without a reader come first, whatever their place.
MODES = {mode.name: mode for mode in (
    Mode('bare', 'nothing loaded', seconds=1),
    Mode('no-hooks', 'loaded, hooks=0', ('hooks=0',)),
    Mode('on', 'everything on', (), seconds=1),
    # What nothing is without, and each part that can be had beside it.
    Mode('required', 'sockets, states, times', ('hooks=required',),
         part=True),
    Mode('children', 'and children at once', ('hooks=security_sk_clone',),
         operations='tf', part=True),
    Mode('connects', 'and failed connects',
         ('hooks=tcp_v4_connect,tcp_v6_connect',), operations='tf',
         part=True),
    Mode('segments', 'and segments', (
        'hooks=tcp_retransmit_skb,tcp_retransmit_synack,tcp_send_reset,'
        'tcp_v4_send_reset,tcp_v6_send_reset,tcp_receive_reset',),
         operations='tf', part=True),
    Mode('time-wait', 'and TIME_WAIT', (
        'hooks=__inet_twsk_schedule,tcp_timewait_state_process,'
        'tcp_twsk_destructor',), operations='tf', part=True),
    Mode('monitor', 'with a monitor', (), (MONITOR,)),
    Mode('monitor-file', 'a monitor, into a file', (),
         (sockwatch('monitor'),), 'tf'),
    Mode('polled', 'show, latency each second', (),
         (sockwatch('show', '-i', '1'), sockwatch('latency', '-i', '1')),
         'tf', 1),
    Mode('tcpstates', 'tcpstates', readers=(TCPSTATES,)),
    Mode('tcpstates-file', 'tcpstates, into a file',
         readers=(Reader(('tcpstates',), LINES),), operations='tf'),
    Mode('tcplife', 'tcplife', readers=(TCPLIFE,)),
    Mode('tcpconnlat', 'tcpconnlat', readers=(TCPCONNLAT,)),
    Mode('three', 'these three together',
         readers=(TCPSTATES, TCPLIFE, TCPCONNLAT)),
    Mode('bpftrace', 'bpftrace, nearest.bt', readers=(BPFTRACE,)),
)}
