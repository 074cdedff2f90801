# SPDX-License-Identifier: GPL-2.0
"""What the interface's C files say: the header's enums, structs and message
trees, what genl.c takes and puts, the sections of /proc/sockwatch, and the
names."""
import re

from tapcheck import read

HEADER = 'include/uapi/linux/sockwatch.h'
# With those that it includes.
HEADERS = (HEADER, 'include/uapi/linux/sockwatch_filter.h',
           'include/uapi/linux/sockwatch_event.h')
NAMES = 'include/sockwatch_names.h'
GENL = 'module/genl.c'
ROWS = 'module/genl_rows.c'
NETLINK = (GENL, ROWS, 'module/genl_rows.h', 'module/genl_net.c',
           'module/genl_info.c', 'module/genl_sockets.c',
           'module/genl_events.c', 'module/genl_batch.c')
PROC = 'module/proc.c'
MAIN = 'module/main.c'
NLA_TYPES = {'NLA_U8': 'u8', 'NLA_U16': 'u16', 'NLA_U32': 'u32',
             'NLA_U64': 'u64', 'NLA_FLAG': 'flag', 'NLA_STRING': 'string',
             'NLA_NUL_STRING': 'string', 'NLA_NESTED': 'nest',
             'NLA_BINARY': 'binary'}
# The functions that put an attribute.
PUTS = {'nla_put_u8': 'u8', 'nla_put_u16': 'u16', 'nla_put_u32': 'u32',
        'nla_put_u64_64bit': 'u64', 'sockwatch_u64_put': 'u64',
        'known_put': 'u64',
        'nla_put_string': 'string', 'nla_put_flag': 'flag',
        'nla_put': 'binary', 'nla_reserve_64bit': 'binary',
        'nla_reserve': 'binary',
        'nla_nest_start': 'nest'}


def text_of(path):
    """Of a file, or of several that are one."""
    return read(path) if isinstance(path, str) else ''.join(map(read, path))


def found(pattern, path):
    """The group of a pattern that must be in the file."""
    match = re.search(pattern, text_of(path), re.MULTILINE | re.DOTALL)
    if not match:
        raise ValueError(f'{path} has no {pattern}')
    return match.group(1)


# The header

def enum_of(name):
    """[(constant, value)] without what is private."""
    text = found(rf'^enum {name} {{(.*?)^}};', HEADERS)
    text = text.split('/* private: */')[0]
    constants, value = [], -1
    for entry in re.sub(r'/\*.*?\*/', '', text, flags=re.DOTALL).split(','):
        if not entry.strip():
            continue
        constant, _, number = (part.strip() for part in entry.partition('='))
        shift = re.fullmatch(r'1 << (\d+)', number)
        if shift:
            value = 1 << int(shift.group(1))
        else:
            value = int(number, 0) if number else value + 1
        constants.append((constant, value))
    return constants


def enums():
    return re.findall(r'^enum (\w+) {', text_of(HEADERS), re.MULTILINE)


def struct_of(name):
    """[(type, member)], with those of a union."""
    text = found(rf'^struct {name} {{(.*?)^}};', HEADERS)
    return re.findall(r'^\t+(\w+) (\w+)(?:\[\d+\])?;', text, re.MULTILINE)


def structs():
    return re.findall(r'^struct (\w+) {', text_of(HEADERS), re.MULTILINE)


def comments_of(enum):
    """{constant: text} of the kernel-doc of an enum."""
    text = found(rf'/\*\*\n \* enum {enum} - (.*?)\*/', HEADERS)
    text = re.sub(r'^ \* ?', '', text, flags=re.MULTILINE)
    parts = re.split(r'^@(\w+): ?', text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def type_in_comment(text):
    """The first word says it: "u64, ...", "nest, ..."; what only aligns is a
    pad."""
    return 'pad' if text.startswith('aligns') else re.match(r'\w+',
                                                            text).group(0)


def message_tree(command):
    """What the comment of a command says: {'mode', 'request', 'reply',
    'nest': {attribute: [...]}, 'text': what stands behind}."""
    text = comments_of('sockwatch_cmd')[f'SOCKWATCH_CMD_{command}']
    mode = re.search(r'\((do|dump|multicast)\b[^)]*\)::', text).group(1)
    # The tree is the first paragraph behind the "::".
    tree, _, after = text.partition('::\n')[2].strip('\n').partition('\n\n')
    request, _, reply = tree.partition(
        'message' if mode == 'multicast' else 'reply')
    nests = {}

    def nest(match):
        nests[match.group(1)] = re.findall(r'[A-Z][A-Z_]+', match.group(2))
        return match.group(1)

    reply = re.sub(r'(\w+) \{(.*?)\}', nest, reply, flags=re.DOTALL)
    # The label of the rows is no attribute.
    reply = re.sub(r'ROWS messages:', '', reply)
    return {'mode': mode,
            'request': re.findall(r'[A-Z][A-Z_]+', request),
            'reply': list(dict.fromkeys(re.findall(r'[A-Z][A-Z_]+', reply))),
            'nest': nests, 'text': after}


# The module

def policies():
    """{name: policy()}"""
    return {name: policy(name) for name in
            re.findall(r'nla_policy (\w+)\[\] = {', read(GENL))}


def policy(policy_name):
    """{attribute: (type, limits)} in the order of the numbers; limits are two
    constants or None."""
    text = found(rf'nla_policy {policy_name}\[\] = {{(.*?)^}};', GENL)
    result = {}
    for name, value in re.findall(
            r'\[SOCKWATCH_A_(\w+)\] =\s*(.*?),\n(?=\t\[|\Z)', text,
            re.DOTALL):
        plain = re.fullmatch(r'{ \.type = (\w+) }', value)
        limited = re.fullmatch(
            r'NLA_POLICY_RANGE\((\w+),\s*(\w+),\s*(\w+)\)', value)
        kind, *limits = (plain or limited).groups()
        result[name] = (NLA_TYPES[kind], limits or None)
    if len(result) != text.count('] ='):
        raise ValueError(f'not all understood: {text}')
    return result


def table(pattern, path):
    """{command: {field: value}} of a table with a row for each command."""
    result = {}
    for block in re.findall(r'{(.*?)}', found(pattern, path), re.DOTALL):
        fields = dict(re.findall(r'\.(\w+) = (\w+)', block))
        result[fields['cmd'].replace('SOCKWATCH_CMD_', '')] = fields
    return result


def kernel_ops():
    return table(r'genl_ops ops\[\] = {(.*?)^};', GENL)


def kernel_lists():
    """The same of what the dumps hold."""
    return table(r'sockwatch_genl_list lists\[\] = {(.*?)^};', ROWS)


def functions():
    """{name: body} of all that has to do with netlink."""
    result = {}
    for path in NETLINK:
        for name, body in re.findall(r'^(?=\w)[^;{}#]*?\b(\w+)\([^;{}]*\)\n'
                                     r'{\n(.*?)^}', read(path),
                                     re.MULTILINE | re.DOTALL):
            if name in result:
                raise ValueError(f'{name} is there twice')
            result[name] = body
    return result


def puts_in(text):
    """[(type, constant)]: everything that is put into a message."""
    result = []
    for function, constant in re.findall(r'(\w+)\(skb,\s*(SOCKWATCH_A_\w+)',
                                         text):
        result.append((PUTS[function], constant))
    result += [('pad', name) for name in re.findall(
        r'(SOCKWATCH_A_(?:HOOK_)?PAD)\)', text)]
    return result


def puts():
    return [put for body in functions().values() for put in puts_in(body)]


def puts_of(*starts):
    """The constants that these functions put, and all that they call."""
    known = functions()
    left, seen = list(starts), set()
    while left:
        name = left.pop()
        if name not in seen:
            seen.add(name)
            left += [word for word in re.findall(r'\w+', known[name])
                     if word in known]
    return {constant for name in seen
            for kind, constant in puts_in(known[name]) if kind != 'pad'}


def sections():
    """{title: [column]} of /proc/sockwatch; the first has no title."""
    text = found(r'^} sections\[\] = {(.*?)^};', PROC)
    rows = re.findall(r'{ (NULL|"\w+"), "([^"]*)",\s*\w+, \w+ },', text)
    if len(rows) != text.count('{'):
        raise ValueError(f'not all understood: {text}')
    return {None if title == 'NULL' else title.strip('"'): columns.split()
            for title, columns in rows}


def parameters():
    return re.findall(r'^module_param\((\w+),', read(MAIN), re.MULTILINE)


def names(what):
    """[(name, number)] of a list for the module and the command."""
    text = found(rf'#define SOCKWATCH_{what}\(X\)(.*?[^\\])\n', NAMES)
    return [(name, int(number)) for number, name in re.findall(
        r'X\((\d+), "([^"]+)"\)', text)]
