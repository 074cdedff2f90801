# SPDX-License-Identifier: GPL-2.0
"""The guest's initramfs: a cpio archive of busybox, the init scripts, the job
and the modules that reach the root file system.  Written anew for each boot;
that takes a few milliseconds."""
import os
import shutil
import stat

VM_DIR = os.path.dirname(os.path.abspath(__file__))

# In the stock kernel these are modules; in ours they are built in.
MODULES = ('virtio_pci', 'virtio_console', 'virtio_rng', '9pnet_virtio', '9p',
           'overlay')


class Archive:
    """The "newc" format of cpio, as the kernel reads it."""

    def __init__(self, file):
        self.file = file
        self.inode = 0

    def add(self, name, mode, data=b''):
        self.inode += 1
        fields = [self.inode, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0,
                  len(name) + 1, 0]
        head = b'070701' + b''.join(b'%08X' % field for field in fields)
        self.put(head + name.encode() + b'\0')
        self.put(data)

    def put(self, data):
        self.file.write(data + b'\0' * (-len(data) % 4))

    def folder(self, name):
        self.add(name, stat.S_IFDIR | 0o755)

    def copy(self, name, path, mode=0o755):
        with open(path, 'rb') as source:
            self.add(name, stat.S_IFREG | mode, source.read())

    def end(self):
        self.add('TRAILER!!!', 0)


def module_paths(modules, release):
    """Files of MODULES and what they depend on, in the order of loading."""
    base = os.path.join(modules, 'lib/modules', release)
    needs, paths = {}, {}
    with open(os.path.join(base, 'modules.dep'), encoding='ascii') as file:
        for line in file:
            path, _, rest = line.partition(':')
            name = os.path.basename(path).partition('.')[0].replace('-', '_')
            paths[name] = path
            # The farthest dependency stands last.
            needs[name] = rest.split()[::-1] + [path]
    order = []
    for name in MODULES:
        for path in needs.get(name, []):
            if path not in order:
                order.append(path)
    return [os.path.join(base, path) for path in order]


def write(file, modules, release, job):
    """Write the archive for a kernel's modules folder and a job script."""
    archive = Archive(file)
    for name in ('bin', 'dev', 'lower', 'upper', 'root', 'modules'):
        archive.folder(name)
    archive.copy('bin/busybox', shutil.which('busybox'))
    for name in ('init', 'stage2', 'verdict', 'patterns'):
        archive.copy(name, os.path.join(VM_DIR, 'guest', name))
    archive.add('job', stat.S_IFREG | 0o644, job.encode())
    names = []
    for path in module_paths(modules, release):
        names.append(os.path.basename(path))
        archive.copy('modules/' + names[-1], path)
    archive.add('modules/list', stat.S_IFREG | 0o644,
                ''.join(name + '\n' for name in names).encode())
    archive.end()
