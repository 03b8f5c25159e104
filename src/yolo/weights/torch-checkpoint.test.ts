import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  entry,
  FLOAT,
  little,
  pickle,
  small,
  tensor,
  text,
  zip,
  type Member,
} from '../../../test/support/torch-file.ts'
import { SkyloopError } from '../../core/errors.ts'
import { seededRandom } from '../../core/random.ts'
import { decodeTorchCheckpoint } from './torch-checkpoint.ts'
import { openZip } from './zip-archive.ts'

/** Written by PyTorch 2.15 (`test/parity/weights/make_fixtures.py`). */
const fixture = (name: string): Uint8Array => readFileSync(new URL(`./fixtures/${name}`, import.meta.url))
const values = (bytes: Uint8Array): Record<string, [readonly number[], number[]]> =>
  Object.fromEntries(
    [...decodeTorchCheckpoint(bytes, 'x.pt').tensors].map(([name, { shape, data }]) => [name, [shape, [...data]]]),
  )

describe('a state dict written by PyTorch', () => {
  test('gives every element type, views of shared storage and strides as they are', () => {
    expect(values(fixture('state-dict.pt'))).toEqual({
      f32: [
        [2, 2],
        [1, -2, 0.5, 3],
      ],
      f16: [[2], [1.5, -0.25]],
      bf16: [[2], [1.5, -0.25]],
      f64: [[2], [1.5, -0.25]],
      i64: [[], [-7]],
      i32: [[1], [-7]],
      i16: [[1], [-7]],
      i8: [[1], [-7]],
      u8: [[1], [200]],
      bool: [[2], [1, 0]],
      empty: [[0, 3], []],
      base: [
        [3, 4],
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
      ],
      turned: [
        [4, 3],
        [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11],
      ],
      column: [[3], [1, 5, 9]],
      channels_last: [
        [1, 2, 2, 2],
        [0, 1, 2, 3, 4, 5, 6, 7],
      ],
    })
    expect(decodeTorchCheckpoint(fixture('state-dict.pt'), 'x').types.get('bf16')).toBe('bfloat16')
  })

  test.each([0, 1, 30, 100, 1000, 4000, 4852])('cut off after %i bytes is refused', (length) => {
    expect(() => decodeTorchCheckpoint(fixture('state-dict.pt').subarray(0, length), 'x.pt')).toThrow(/cut off/)
  })

  test('with a damaged storage is refused by member', () => {
    const bytes = Buffer.from(fixture('state-dict.pt'))
    const at = bytes.indexOf(Buffer.from(Float32Array.of(1, -2, 0.5, 3).buffer))
    bytes[at]! ^= 1
    expect(() => decodeTorchCheckpoint(bytes, 'x.pt')).toThrow(/"state-dict\/data\/\d+" is damaged/)
  })
})

describe('a whole model pickled by PyTorch, of a class that nobody here has', () => {
  const checkpoint = decodeTorchCheckpoint(fixture('model.pt'), 'x.pt')

  test('gives its moving average by dotted names; buffers that are not persistent stay out', () => {
    expect(checkpoint.entry).toBe('ema')
    expect(values(fixture('model.pt'))).toEqual({
      '0.weight': [
        [2, 1, 1, 1],
        [2, -4],
      ],
      '1.norm.weight': [[2], [1, 1]],
      '1.norm.bias': [[2], [0, 0]],
      '1.norm.running_mean': [[2], [0.5, 0.25]],
      '1.norm.running_var': [[2], [1, 1]],
      '1.norm.num_batches_tracked': [[], [0]],
    })
  })

  test('gives its class names', () => {
    expect(checkpoint.classNames).toEqual(['car', "driver's van"])
  })
})

function checkpoint(program: string | Buffer, more: readonly Member[] = []): Buffer {
  const bytes = typeof program === 'string' ? pickle(program) : program
  const one = Buffer.from(Float32Array.of(5).buffer)
  const members = [{ name: 'm/data.pkl', bytes }, { name: 'm/data/0', bytes: one }, ...more]
  return zip(members)
}

const refusal = (bytes: Uint8Array) => (): unknown => decodeTorchCheckpoint(bytes, 'x.pt')

test('a pickle assembled here is read, so that the ones below are refused for what they are', () => {
  expect(values(checkpoint(entry(tensor(FLOAT))))).toEqual({ a: [[1], [5]] })
})

describe('a pickle that would execute something is refused by the name of it, and nothing is executed', () => {
  const call = (name: string, argument = 'echo'): string => `c${name.replace('.', '\n')}\n${text(argument)}\x85R`
  test.each([
    ['os.system', call('os.system')],
    ['posix.system', call('posix.system')],
    ['builtins.eval', call('builtins.eval')],
    ['__builtin__.getattr', call('__builtin__.getattr')],
    ['subprocess.Popen', call('subprocess.Popen')],
    ['importlib.import_module', call('importlib.import_module')],
    ['nowhere.anything', call('nowhere.anything')],
    ['torch.load', call('torch.load')],
    ['a stacked name', `\x8c\x02os\x8c\x06system\x93${text('echo')}\x85R`],
  ])('%s', (name, program) => {
    const named = name === 'a stacked name' ? 'os.system' : name
    expect(refusal(checkpoint(program))).toThrow(expect.objectContaining({ code: 'yolo.pickle' }) as Error)
    expect(refusal(checkpoint(program))).toThrow(named)
    // Also where the answer is thrown away, deep inside an otherwise good file.
    expect(refusal(checkpoint(entry(`${program}0${tensor(FLOAT)}`)))).toThrow(named)
  })

  test('an object of an unknown class is a record, whatever its class would do with its state', () => {
    const evil = `cnowhere\nEvil\n)\x81}${text('x')}${small(1)}sb`
    expect(values(checkpoint(entry(`${evil}0${tensor(FLOAT)}`)))).toEqual({ a: [[1], [5]] })
  })
})

describe('a broken or hostile file is refused', () => {
  test.each<[string, Buffer, string]>([
    ['an instruction of another protocol', checkpoint('I1\n'), '0x49'],
    ['a protocol of the future', checkpoint(Buffer.from('\x80\x09N.', 'latin1')), 'protocol 9'],
    ['an empty stack', checkpoint('0'), 'empty stack'],
    ['a value never remembered', checkpoint('h\x07'), 'recalls value 7'],
    ['a mark never set', checkpoint('t'), 'mark'],
    ['a text longer than the file', checkpoint(`X${little(0xfffffff0, 4)}a`), 'cut off'],
    ['no end', checkpoint(Buffer.from('\x80\x02N', 'latin1')), 'cut off'],
    ['a huge whole number', checkpoint(`\x8b${little(1000, 4)}`), 'whole number of 1000 bytes'],
    ['a storage of another kind', checkpoint(entry(tensor('ctorch\nComplexFloatStorage\n'))), 'ComplexFloatStorage'],
    ['a storage of another length', checkpoint(entry(tensor('ctorch\nDoubleStorage\n'))), 'needs 8 bytes'],
    ['a tensor beyond its storage', checkpoint(entry(tensor(FLOAT, { offset: 1 }))), 'reaches element 1'],
    [
      'a tensor of many times one element',
      checkpoint(entry(tensor(FLOAT, { size: 2 ** 20, stride: 0 }))),
      'elements of a',
    ],
    ['no model', checkpoint(`}${text('epoch')}${small(3)}s`), 'none of its entries is a model (epoch)'],
    ['a list', checkpoint(']'), 'holds a list'],
    ['a compressed member', zip([{ name: 'm/data.pkl', bytes: pickle('N'), method: 8 }]), 'compressed (method 8)'],
    ['an encrypted member', zip([{ name: 'm/data.pkl', bytes: pickle('N'), flags: 1 }]), 'encrypted'],
    ['one member twice', checkpoint('N', [{ name: 'm/data/0', bytes: pickle('N') }]), 'two members'],
    ['two pickles', checkpoint('N', [{ name: 'n/data.pkl', bytes: pickle('N') }]), '2 files data.pkl'],
    ['another byte order', checkpoint('N', [{ name: 'm/byteorder', bytes: Buffer.from('big') }]), '"big"'],
    ['a zip of something else', zip([{ name: 'a.txt', bytes: Buffer.from('a') }]), 'no data.pkl'],
    ['TorchScript', zip([{ name: 'm/constants.pkl', bytes: Buffer.from('a') }]), 'TorchScript'],
  ])('%s', (_name, bytes, message) => {
    expect(refusal(bytes)).toThrow(message)
  })

  test('modules that contain each other end, however small the file is', () => {
    // A module whose two children are one module, whose two children are one module, ...
    const module = (children: string): string => `cm\nM\n)\x81}${text('_modules')}}(${children}usb`
    let program = module(`${text('x')}N`)
    for (let depth = 0; depth < 40; depth++) program = `${program}q\x010${module(`${text('a')}h\x01${text('b')}h\x01`)}`
    expect(refusal(checkpoint(program))).toThrow('over 100000 modules')
    let deep = module(`${text('x')}N`)
    for (let depth = 0; depth < 70; depth++) deep = `${deep}q\x010${module(`${text('a')}h\x01`)}`
    expect(refusal(checkpoint(deep))).toThrow('nested over 64 deep')
  })
})

test.each(['state-dict', 'model'])('a %s pickle with any bytes changed is read or refused, never more', (name) => {
  const archive = openZip(fixture(`${name}.pt`), name)
  const members = archive.names.map((member) => ({ name: member, bytes: Buffer.from(archive.read(member)) }))
  const program = members.find((member) => member.name.endsWith('data.pkl'))!.bytes
  const random = seededRandom(1)
  const refusals: unknown[] = []
  for (let round = 0; round < 400; round++) {
    const original = Buffer.from(program)
    for (let change = 0; change <= round % 3; change++) program[random.int(program.length)] = random.int(256)
    try {
      decodeTorchCheckpoint(zip(members), 'x.pt')
    } catch (error) {
      refusals.push(error)
    }
    original.copy(program)
  }
  expect(refusals.filter((error) => !(error instanceof SkyloopError))).toEqual([])
  expect(refusals.length).toBeGreaterThan(200)
})
