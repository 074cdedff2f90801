#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The interface is written down several times: in the header (enums, and
message trees in its comments), in the YAML for YNL, in genl.c and genl_rows.c,
in proc.c, in the names, and for people in sockwatch.rst.  They must say the
same, and the YAML must be valid."""
import re
import subprocess
import sys

import jsonschema
import yaml

sys.dont_write_bytecode = True
import sources  # noqa: E402
from sources import GENL, HEADER, NAMES, PROC, ROWS  # noqa: E402
from tapcheck import Checks, TOP, VM_DIR, read  # noqa: E402

SPEC = 'Documentation/netlink/specs/sockwatch.yaml'
MANUAL = 'Documentation/sockwatch.rst'
SETS = {'sockwatch': ('sockwatch_attr', 'SOCKWATCH_A_'),
        'hook': ('sockwatch_hook_attr', 'SOCKWATCH_A_HOOK_')}
HEAD = ('netns', 'time-ns', 'rows')
QUANTILES = ['p50_ns', 'p90_ns', 'p99_ns', 'p999_ns']
# Each section of /proc/sockwatch shows the rows of a command, with something
# else in place of some attributes.
SECTIONS = {
    None: ('get-counters', {}),
    'tcp_states': ('get-states', {}),
    'tcp_transitions': ('get-transitions', {}),
    'tcp_counters': ('get-tcp', {}),
    'latency': ('get-latency', {'buckets': QUANTILES, 'unknown': []}),
    'latency_unknown': ('get-latency', {
        'scope': [], 'state': [], 'count': [], 'sum_ns': [], 'max_ns': [],
        'buckets': [], 'unknown': ['count']}),
    # The name is a part of the option: congestion:cubic.
    'options': ('get-options', {'name': []}),
}
# The lists of names, and the definitions of the YAML that they name.
NAMED = {'METRICS': 'metric', 'SCOPES': 'scope', 'OPTIONS': 'option',
         'ORIGINS': 'socket-origin'}
# The constants that are not called as their enum: genetlink.yaml has no word
# for that.
PREFIXES = {'filter-code': 'SOCKWATCH_FILTER_',
            'filter-field': 'SOCKWATCH_FIELD_',
            'event-type': 'SOCKWATCH_EVENT_',
            'event-known': 'SOCKWATCH_KNOWN_'}
# Who frees what a dump has.
DONE = 'dump_done', 'sockwatch_sockets_done'
# Who makes a message of events.
EVENT = 'batch_begin'


def differences(what, left_name, left, right_name, right):
    """Two lists that should be the same."""
    if left == right:
        return
    for item in left:
        if item not in right:
            yield f'{what}: {item} only in {left_name}'
    for item in right:
        if item not in left:
            yield f'{what}: {item} only in {right_name}'
    if set(left) == set(right):
        yield f'{what}: another order: {left_name}: {left}, ' \
              f'{right_name}: {right}'


def upper(name):
    return name.upper().replace('-', '_')


# The YAML

SPEC_DATA = yaml.safe_load(read(SPEC))


def attributes(name):
    for attribute_set in SPEC_DATA['attribute-sets']:
        if attribute_set['name'] == name:
            return attribute_set
    raise KeyError(f'no attribute set {name}')


def definition(name):
    return next(item for item in SPEC_DATA['definitions']
                if item['name'] == name)


def operations():
    return SPEC_DATA['operations']['list']


def operation(name):
    return next(item for item in operations() if item['name'] == name)


def c_values(entries, prefix):
    """[(constant, value)] as YNL numbers them."""
    values, value = [], 0
    for entry in entries:
        value = entry.get('value', value + 1)
        values.append((prefix + upper(entry['name']), value))
    return values


def definition_values_of(definition, prefix):
    """Flags are numbered as bits."""
    values = c_values(definition['entries'], prefix)
    if definition['type'] == 'flags':
        values = [(name, 1 << bit - 1) for name, bit in values]
    return values


def mode_of(item):
    return next(mode for mode in ('do', 'dump', 'event') if mode in item)


def reply_of(item):
    if 'event' in item:
        return item['event']['attributes']
    return item[mode_of(item)].get('reply', {}).get('attributes', [])


def request_of(item):
    return item[mode_of(item)].get('request', {}).get('attributes', [])


def requests():
    return [item for item in operations() if 'event' not in item]


# The cases

def schema():
    folder = subprocess.run(
        [f'{VM_DIR}/source.sh', '6.12', 'Documentation/netlink',
         'scripts/kernel-doc'], stdout=subprocess.PIPE, text=True,
        check=True).stdout.strip()
    with open(f'{folder}/Documentation/netlink/genetlink.yaml',
              encoding='utf-8') as file:
        validator = jsonschema.Draft7Validator(yaml.safe_load(file))
    for error in validator.iter_errors(SPEC_DATA):
        yield f'{"/".join(map(str, error.absolute_path))}: {error.message}'


def names():
    family = re.search(r'#define SOCKWATCH_GENL_NAME\s+"(\w+)"',
                       read(HEADER)).group(1)
    if SPEC_DATA['name'] != family:
        yield f'the family is {SPEC_DATA["name"]} and {family}'
    if f'include/uapi/{SPEC_DATA["uapi-header"]}' != HEADER:
        yield f'the header is {SPEC_DATA["uapi-header"]}'
    ops = SPEC_DATA['operations']
    if ops['name-prefix'] != 'sockwatch-cmd-':
        yield f'commands begin with {ops["name-prefix"]}'
    for name, (enum, prefix) in SETS.items():
        attribute_set = attributes(name)
        if upper(attribute_set['name-prefix']) != prefix:
            yield f'{name}: attributes begin with ' \
                  f'{attribute_set["name-prefix"]}'
        if attribute_set['enum-name'].replace('-', '_') != enum:
            yield f'{name}: the enum is {attribute_set["enum-name"]}'


def command_values():
    return differences('commands', 'the YAML',
                       c_values(operations(), 'SOCKWATCH_CMD_'), 'the header',
                       sources.enum_of('sockwatch_cmd')[1:])


def attribute_values(name):
    enum, prefix = SETS[name]
    return differences(name, 'the YAML',
                       c_values(attributes(name)['attributes'], prefix),
                       'the header', sources.enum_of(enum)[1:])


def definition_values():
    for definition in SPEC_DATA['definitions']:
        enum = 'sockwatch_' + definition['name'].replace('-', '_')
        prefix = PREFIXES.get(definition['name'], enum.upper() + '_')
        yield from differences(
            enum, 'the YAML', definition_values_of(definition, prefix),
            'the header', sources.enum_of(enum))
    written = {'sockwatch_' + item['name'].replace('-', '_')
               for item in SPEC_DATA['definitions']}
    known = {'sockwatch_cmd'} | {enum for enum, _ in SETS.values()}
    for enum in sources.enums():
        if enum not in written | known:
            yield f'enum {enum} is not in the YAML'


def attribute_enums():
    """An attribute has the enum that its comment names."""
    comments = sources.comments_of('sockwatch_attr')
    for attribute in attributes('sockwatch')['attributes']:
        constant = 'SOCKWATCH_A_' + upper(attribute['name'])
        said = re.match(r'u8, &enum sockwatch_(\w+)', comments[constant])
        said = said and said.group(1).replace('_', '-')
        if attribute.get('enum') != said:
            yield f'{constant}: enum {attribute.get("enum")} in the YAML, ' \
                  f'{said} in the header'


def bucket():
    """YNL's genetlink has no structs: an array of struct sockwatch_bucket is
    one of u64, in pairs."""
    if sources.structs() != ['sockwatch_bucket', 'sockwatch_filter_op',
                             'sockwatch_event']:
        yield f'{HEADER} has {sources.structs()}'
    buckets = next(entry for entry in attributes('sockwatch')['attributes']
                   if entry['name'] == 'buckets')
    members = sources.struct_of('sockwatch_bucket')
    if members != [('__u64', 'le_ns'), ('__u64', 'count')]:
        yield f'struct sockwatch_bucket has {members}'
    if (buckets['type'], buckets.get('sub-type')) != ('binary', 'u64'):
        yield f'buckets are {buckets["type"]} of {buckets.get("sub-type")}'
    places = [buckets['doc'].find(name.replace('_', '-'))
              for _, name in members]
    if -1 in places or places != sorted(places):
        yield 'the doc of buckets has other members, or another order'


def filter_op():
    """Nor can it say what a step of a filter is: its doc does."""
    entry = next(entry for entry in attributes('sockwatch')['attributes']
                 if entry['name'] == 'filter')
    members = sources.struct_of('sockwatch_filter_op')
    wanted = [('__u8', 'code'), ('__u8', 'field'), ('__u8', 'len'),
              ('__u8', 'prefix'), ('__u32', 'unused'), ('__u64', 'number'),
              ('__u8', 'bytes')]
    if members != wanted:
        yield f'struct sockwatch_filter_op has {members}'
    said = re.findall(r'(\w+) \((u\d+)', entry['doc'])
    if [(f'__{kind}', name) for name, kind in said] != members:
        yield f'the doc of filter has {said}'


def event():
    """Nor what an event is."""
    entry = next(entry for entry in attributes('sockwatch')['attributes']
                 if entry['name'] == 'events')
    said = [(name, kind) for name, kind in
            re.findall(r'(\w+)\s\((\w+)', entry['doc'])]
    members = [(name, kind.strip('_')) for kind, name in
               sources.struct_of('sockwatch_event')]
    return differences('struct sockwatch_event', 'the YAML', said,
                       'the header', members)


def attribute_types(name):
    enum, prefix = SETS[name]
    comments = sources.comments_of(enum)
    for attribute in attributes(name)['attributes']:
        constant = prefix + upper(attribute['name'])
        said = sources.type_in_comment(comments[constant])
        if said != attribute['type']:
            yield f'{constant}: {attribute["type"]} in the YAML, {said} in ' \
                  'the header'


def documented():
    for name in SETS:
        for attribute in attributes(name)['attributes']:
            if not attribute.get('doc', '').strip():
                yield f'{name}: {attribute["name"]} has no doc'
    for item in operations():
        if not item.get('doc', '').strip():
            yield f'{item["name"]} has no doc'


def command_tree(item):
    tree = sources.message_tree(upper(item['name']))
    mode = 'event' if tree['mode'] == 'multicast' else tree['mode']
    if set(item) & {'do', 'dump', 'event'} != {mode}:
        yield f'a {mode} in the header'
        return
    for side, names_of in ('request', request_of), ('reply', reply_of):
        yield from differences(
            side, 'the YAML', [upper(name) for name in names_of(item)],
            'the header', tree[side])
    for attribute, inside in tree['nest'].items():
        nested = attributes(next(
            entry['nested-attributes']
            for entry in attributes('sockwatch')['attributes']
            if upper(entry['name']) == attribute))['attributes']
        yield from differences(
            attribute, 'the YAML', [upper(entry['name']) for entry in nested
                                    if entry['type'] != 'pad'],
            'the header', inside)


def kernel_op(item):
    """The table in genl.c takes what the YAML says, and nothing else."""
    fields = sources.kernel_ops()[upper(item['name'])]
    mode = mode_of(item)
    if {'doit', 'dumpit'} & set(fields) != {mode + 'it'}:
        yield f'no {mode}it, or not it alone'
    if mode == 'dump' and fields.get('done') not in DONE:
        yield 'nobody frees the dump'
    policy = sources.policies().get(fields.get('policy'))
    if not policy:
        yield 'no policy'
        return
    values = dict(sources.enum_of('sockwatch_attr'))
    limit = values[fields['maxattr']]
    taken = [name for name in policy
             if values[f'SOCKWATCH_A_{name}'] <= limit]
    yield from differences(
        'request', 'the YAML', [upper(name) for name in request_of(item)],
        GENL, taken)
    for name in taken:
        yield from kernel_policy(name, *policy[name])


def kernel_policy(name, kind, limits):
    """The type, and the limits, which are the ends of an enum."""
    attribute = next(entry for entry in attributes('sockwatch')['attributes']
                     if upper(entry['name']) == name)
    if kind != attribute['type']:
        yield f'{name}: {kind} in the policy, {attribute["type"]} in the YAML'
    constants = sources.enum_of(f'sockwatch_{attribute["enum"]}') \
        if 'enum' in attribute else []
    ends = constants and [constants[0][0], constants[-1][0]]
    if (limits or []) != ends:
        yield f'{name}: {limits} in the policy, the enum has {ends}'
    checks = attribute.get('checks', {})
    if constants and checks != {'min': constants[0][1],
                                'max': constants[-1][1]}:
        yield f'{name}: {checks} in the YAML, the enum has {constants}'


def kernel_ops_known():
    yield from differences('commands', 'the YAML',
                           [upper(item['name']) for item in requests()],
                           GENL, list(sources.kernel_ops()))
    yield from differences('dumps', 'the YAML',
                           [upper(item['name']) for item in operations()
                            if 'dump' in item], ROWS,
                           list(sources.kernel_lists()))


def kernel_reply(item):
    """Each message is made of what the YAML says, and of nothing else."""
    fields = sources.kernel_ops().get(upper(item['name']), {})
    starts = [fields.get('doit') or fields.get('dumpit') or EVENT]
    if 'dump' in item:
        starts.append(sources.kernel_lists()[upper(item['name'])]['put'])
    said = {f'SOCKWATCH_A_{upper(name)}' for name in reply_of(item)}
    for entry in attributes('sockwatch')['attributes']:
        if entry['name'] in reply_of(item) and 'nested-attributes' in entry:
            name = entry['nested-attributes']
            said |= {SETS[name][1] + upper(inside['name'])
                     for inside in attributes(name)['attributes']
                     if inside['type'] != 'pad'}
    return differences('reply', 'the YAML', sorted(said), 'the module',
                       sorted(sources.puts_of(*starts)))


def asks_for_capability(command):
    """Whether its doit, or what that calls, does."""
    functions = sources.functions()
    doit = sources.kernel_ops().get(command, {}).get('doit')
    todo, seen = [doit] if doit else [], set()
    while todo:
        seen.add(todo[-1])
        called = set(re.findall(r'\b\w+\b', functions[todo.pop()]))
        if 'sockwatch_genl_administers' in called:
            return True
        todo += (called & functions.keys()) - seen
    return False


def privileged():
    """Which commands are for whoever administers the namespace."""
    lists = sources.kernel_lists()
    for item in operations():
        command = upper(item['name'])
        said = {GENL: lists.get(command, {}).get('admin') == 'true' or
                asks_for_capability(command),
                SPEC: 'Needs CAP_NET_ADMIN' in item['doc'],
                HEADER: 'Needs CAP_NET_ADMIN' in
                        sources.message_tree(command)['text']}
        if len(set(said.values())) > 1:
            yield f'{item["name"]}: {said}'


def kernel_puts():
    """What is put has the YAML's type, and each reply is put."""
    types = {}
    for name, (_, prefix) in SETS.items():
        for attribute in attributes(name)['attributes']:
            types[prefix + upper(attribute['name'])] = attribute['type']
    found = sources.puts()
    for kind, constant in found:
        if types.get(constant) != kind:
            yield f'{constant}: put as {kind}, {types.get(constant)} in ' \
                  'the YAML'
    requests = {f'SOCKWATCH_A_{name}' for policy in
                sources.policies().values() for name in policy}
    for constant in types:
        if constant not in requests | {name for _, name in found}:
            yield f'{constant} is never put'


def proc_columns(title):
    """A section has the attributes of its command, in their order."""
    name, instead = SECTIONS[title]
    wanted = []
    for attribute in reply_of(operation(name)):
        column = attribute.replace('-', '_')
        if attribute not in HEAD:
            wanted += instead.get(column, [column])
    return differences('columns', 'the YAML', wanted, PROC,
                       sources.sections()[title])


def proc_sections():
    return differences('sections', 'this file', list(SECTIONS), PROC,
                       list(sources.sections()))


def names_known():
    """The names are those of the YAML, with underscores."""
    for what, name in NAMED.items():
        yield from differences(
            what, 'the YAML',
            [(constant.lower(), value) for constant, value in
             c_values(definition(name)['entries'], '')],
            NAMES, sources.names(what))


def names_of_states():
    """TCP's states have the numbers of the kernel, and ss's names."""
    folder = subprocess.run([f'{VM_DIR}/source.sh', '6.1'], text=True,
                            stdout=subprocess.PIPE, check=True).stdout.strip()
    text = read(f'{folder}/include/net/tcp_states.h')
    states = re.search(r'^enum {(.*?)TCP_NEW_SYN_RECV', text,
                       re.MULTILINE | re.DOTALL).group(1)
    words = [re.sub(r'(?<=wait)(?=\d)', '-', name.lower().replace('_', '-'))
             for name in re.findall(r'\bTCP_(\w+)', states)]
    return differences('states', 'the kernel',
                       [(word, number) for number, word in
                        enumerate(words, 1)], NAMES,
                       sources.names('TCP_STATES'))


def manual():
    """The manual explains each number, each name and each parameter, and shows
    each section."""
    text = read(MANUAL)
    wanted = [entry['name'].replace('-', '_')
              for entry in attributes('sockwatch')['attributes']
              if entry['type'] != 'pad']
    wanted += [entry['name'] for entry in definition('operation')['entries']]
    wanted += [name for what in (*NAMED, 'TCP_STATES')
               for name, _ in sources.names(what)]
    wanted += [item['name'] for item in operations()]
    wanted += QUANTILES
    wanted += sources.parameters()
    for name in dict.fromkeys(wanted):
        if f'``{name}``' not in text:
            yield f'{MANUAL} does not explain {name}'
    text = ' '.join(text.split())
    for title, columns in sources.sections().items():
        for words in [title] if title else [], columns:
            if words and f'``{" ".join(words)}``' not in text:
                yield f'{MANUAL} does not show {" ".join(words)}'


def main():
    checks = Checks()
    checks.case('YAML: valid by genetlink.yaml', schema)
    checks.case('YAML: family, header and prefixes', names)
    checks.case('YAML: everything has a doc', documented)
    checks.case('header: commands', command_values)
    for name in SETS:
        checks.case(f'header: attributes of {name}', attribute_values, name)
        checks.case(f'header: types of {name}', attribute_types, name)
    checks.case('header: enums of attributes', attribute_enums)
    checks.case('header: struct sockwatch_bucket', bucket)
    checks.case('header: struct sockwatch_filter_op', filter_op)
    checks.case('header: struct sockwatch_event', event)
    checks.case('header: other enums', definition_values)
    for item in operations():
        checks.case(f'header: message tree of {item["name"]}', command_tree,
                    item)
        if 'event' not in item:
            checks.case(f'genl.c: policy of {item["name"]}', kernel_op, item)
        if reply_of(item):
            checks.case(f'genl.c: reply of {item["name"]}', kernel_reply,
                        item)
    checks.case('genl.c: commands', kernel_ops_known)
    checks.case('genl.c: what is put', kernel_puts)
    checks.case('genl.c: privileges', privileged)
    checks.case('proc.c: sections', proc_sections)
    for title in SECTIONS:
        checks.case(f'proc.c: columns of {title or "the kinds"}',
                    proc_columns, title)
    checks.case('names: metrics, scopes and options', names_known)
    checks.case("names: TCP's states", names_of_states)
    checks.case('sockwatch.rst: every number, name, parameter and section',
                manual)
    checks.end()


if __name__ == '__main__':
    main()
