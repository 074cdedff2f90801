#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The interface is written down four times: in the header (enums, and message
trees in its comments), in the YAML for YNL, in genl.c, and for people in
sockwatch.rst.  They must say the same, and the YAML must be valid."""
import re
import subprocess
import sys

import jsonschema
import yaml

sys.dont_write_bytecode = True
from tapcheck import Checks, TOP, VM_DIR, read  # noqa: E402

SPEC = 'Documentation/netlink/specs/sockwatch.yaml'
HEADER = 'include/uapi/linux/sockwatch.h'
GENL = 'module/genl.c'
PROC = 'module/proc.c'
MAIN = 'module/main.c'
MANUAL = 'Documentation/sockwatch.rst'
NLA_TYPES = {'NLA_U8': 'u8', 'NLA_U16': 'u16', 'NLA_U32': 'u32',
             'NLA_U64': 'u64', 'NLA_FLAG': 'flag', 'NLA_STRING': 'string',
             'NLA_NUL_STRING': 'string', 'NLA_NESTED': 'nest'}
SETS = {'sockwatch': ('sockwatch_attr', 'SOCKWATCH_A_'),
        'hook': ('sockwatch_hook_attr', 'SOCKWATCH_A_HOOK_')}


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
    if sorted(left) == sorted(right):
        yield f'{what}: another order: {left_name}: {left}, ' \
              f'{right_name}: {right}'


def upper(name):
    return name.upper().replace('-', '_')


# The header

def enum_of(name):
    """[(constant, value)] without what is private."""
    text = re.search(rf'^enum {name} {{(.*?)^}};', read(HEADER),
                     re.MULTILINE | re.DOTALL).group(1)
    text = text.split('/* private: */')[0]
    constants, value = [], -1
    for entry in re.sub(r'/\*.*?\*/', '', text, flags=re.DOTALL).split(','):
        if not entry.strip():
            continue
        constant, _, number = (part.strip() for part in entry.partition('='))
        value = int(number, 0) if number else value + 1
        constants.append((constant, value))
    return constants


def comments_of(enum):
    """{constant: text} of the kernel-doc of an enum."""
    text = re.search(rf'/\*\*\n \* enum {enum} - (.*?)\*/', read(HEADER),
                     re.DOTALL).group(1)
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
    'nest': {attribute: [...]}}."""
    text = comments_of('sockwatch_cmd')[f'SOCKWATCH_CMD_{command}']
    mode = re.search(r'\((do|dump)\)::', text).group(1)
    # The tree is the first paragraph behind the "::".
    tree = text.partition('::\n')[2].strip('\n').partition('\n\n')[0]
    request, _, reply = tree.partition('reply')
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
            'nest': nests}


# The YAML

SPEC_DATA = yaml.safe_load(read(SPEC))


def attributes(name):
    for attribute_set in SPEC_DATA['attribute-sets']:
        if attribute_set['name'] == name:
            return attribute_set
    raise KeyError(f'no attribute set {name}')


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


# genl.c

def policy():
    """{attribute: type} of the one policy, in the order of the numbers."""
    text = re.search(r'nla_policy request_policy\[\] = {(.*?)^};', read(GENL),
                     re.MULTILINE | re.DOTALL).group(1)
    return {name: NLA_TYPES[kind] for name, kind in re.findall(
        r'\[SOCKWATCH_A_(\w+)\] = {\s*\.type = (\w+)', text)}


def kernel_ops():
    """{command: {field: value}} of the table of operations."""
    text = re.search(r'genl_ops ops\[\] = {(.*?)^};', read(GENL),
                     re.MULTILINE | re.DOTALL).group(1)
    result = {}
    for block in re.findall(r'{(.*?)}', text, re.DOTALL):
        fields = dict(re.findall(r'\.(\w+) = (\w+)', block))
        result[fields['cmd'].replace('SOCKWATCH_CMD_', '')] = fields
    return result


def puts():
    """[(type, constant)]: everything that is put into a message."""
    text = read(GENL)
    found = re.findall(r'nla_put_(u8|u16|u32|string|flag)\(skb,\s*'
                       r'(SOCKWATCH_A_\w+)', text)
    found += [('u64', name) for name in re.findall(
        r'(?:u64_put|nla_put_u64_64bit)\(skb,\s*(SOCKWATCH_A_\w+)', text)]
    found += [('nest', name) for name in re.findall(
        r'nla_nest_start\(skb,\s*(SOCKWATCH_A_\w+)', text)]
    found += [('pad', name) for name in re.findall(
        r'(SOCKWATCH_A_(?:HOOK_)?PAD)\)', text)]
    return found


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
                       enum_of('sockwatch_cmd')[1:])


def attribute_values(name):
    enum, prefix = SETS[name]
    return differences(name, 'the YAML',
                       c_values(attributes(name)['attributes'], prefix),
                       'the header', enum_of(enum)[1:])


def definition_values():
    for definition in SPEC_DATA['definitions']:
        enum = 'sockwatch_' + definition['name'].replace('-', '_')
        yield from differences(
            enum, 'the YAML', c_values(definition['entries'],
                                       enum.upper() + '_'),
            'the header', enum_of(enum))
    written = {'sockwatch_' + item['name'].replace('-', '_')
               for item in SPEC_DATA['definitions']}
    known = {'sockwatch_cmd'} | {enum for enum, _ in SETS.values()}
    for enum in re.findall(r'^enum (\w+) {', read(HEADER), re.MULTILINE):
        if enum not in written | known:
            yield f'enum {enum} is not in the YAML'


def attribute_types(name):
    enum, prefix = SETS[name]
    comments = comments_of(enum)
    for attribute in attributes(name)['attributes']:
        constant = prefix + upper(attribute['name'])
        said = type_in_comment(comments[constant])
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
    tree = message_tree(upper(item['name']))
    if set(item) & {'do', 'dump'} != {tree['mode']}:
        yield f'a {tree["mode"]} in the header'
        return
    sub = item[tree['mode']]
    for side in ('request', 'reply'):
        yield from differences(
            side, 'the YAML', [upper(name) for name in
                               sub[side]['attributes']],
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
    fields = kernel_ops()[upper(item['name'])]
    mode = 'do' if 'do' in item else 'dump'
    if {'doit', 'dumpit'} & set(fields) != {mode + 'it'}:
        yield f'no {mode}it, or not it alone'
    if fields.get('policy') != 'request_policy':
        yield 'no policy'
    values = dict(enum_of('sockwatch_attr'))
    limit = values[fields['maxattr']]
    taken = [name for name in policy()
             if values[f'SOCKWATCH_A_{name}'] <= limit]
    yield from differences(
        'request', 'the YAML', [upper(name) for name in
                                item[mode]['request']['attributes']],
        GENL, taken)
    types = {upper(entry['name']): entry['type']
             for entry in attributes('sockwatch')['attributes']}
    for name in taken:
        if policy()[name] != types[name]:
            yield f'{name}: {policy()[name]} in the policy, {types[name]} ' \
                  'in the YAML'


def kernel_ops_known():
    return differences('commands', 'the YAML',
                       [upper(item['name']) for item in operations()], GENL,
                       list(kernel_ops()))


def kernel_puts():
    """What genl.c puts has the YAML's type, and each reply is put."""
    types = {}
    for name, (_, prefix) in SETS.items():
        for attribute in attributes(name)['attributes']:
            types[prefix + upper(attribute['name'])] = attribute['type']
    found = puts()
    for kind, constant in found:
        if types.get(constant) != kind:
            yield f'{constant}: {kind} in {GENL}, {types.get(constant)} in ' \
                  'the YAML'
    requests = {f'SOCKWATCH_A_{name}' for name in policy()}
    for constant in types:
        if constant not in requests | {name for _, name in found}:
            yield f'{constant} is never put'


def proc_columns():
    """/proc/sockwatch has the columns of get-counters, in their order."""
    header = re.search(r'seq_puts\(m, "(family type [^"]*)\\n"\)',
                       read(PROC)).group(1).split()
    reply = operation('get-counters')['dump']['reply']['attributes']
    head = ('netns', 'time-ns', 'rows')
    return differences('columns', 'the YAML',
                       [name.replace('-', '_') for name in reply
                        if name not in head], PROC, header)


def manual():
    """The manual explains each number and each parameter by its name."""
    text = read(MANUAL)
    wanted = [entry['name'].replace('-', '_')
              for entry in attributes('sockwatch')['attributes']
              if entry['type'] != 'pad']
    wanted += re.findall(r'^module_param\((\w+),', read(MAIN), re.MULTILINE)
    for name in wanted:
        if f'``{name}``' not in text:
            yield f'{MANUAL} does not explain {name}'


def main():
    checks = Checks()
    checks.case('YAML: valid by genetlink.yaml', schema)
    checks.case('YAML: family, header and prefixes', names)
    checks.case('YAML: everything has a doc', documented)
    checks.case('header: commands', command_values)
    for name in SETS:
        checks.case(f'header: attributes of {name}', attribute_values, name)
        checks.case(f'header: types of {name}', attribute_types, name)
    checks.case('header: other enums', definition_values)
    for item in operations():
        checks.case(f'header: message tree of {item["name"]}', command_tree,
                    item)
        checks.case(f'genl.c: policy of {item["name"]}', kernel_op, item)
    checks.case('genl.c: commands', kernel_ops_known)
    checks.case('genl.c: what is put', kernel_puts)
    checks.case('proc.c: columns', proc_columns)
    checks.case('sockwatch.rst: every number and parameter', manual)
    checks.end()


if __name__ == '__main__':
    main()
