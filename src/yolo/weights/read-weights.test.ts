import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { torchFile } from '../../../test/support/torch-file.ts'
import { seededRandom } from '../../core/random.ts'
import { initialWeights, modelSpec, type ModelSpec, type Weights } from '../model/spec.ts'
import { exportMetadata } from '../export/export-metadata.ts'
import { exportOnnx } from '../export/export.ts'
import { toHalf } from '../export/export-half.ts'
import { toInt8 } from '../export/export-int8.ts'
import { withNms } from '../export/export-nms.ts'
import { openSession } from '../runtime/session.ts'
import { wholeModel } from './identify.ts'
import { decodeWeights, readWeights } from './read-weights.ts'
import { encodeSafetensors } from './safetensors.ts'
import { transferWeights } from './transfer.ts'

const folder = await mkdtemp(join(tmpdir(), 'weights-'))
afterAll(() => rm(folder, { recursive: true }))

const CLASSES = ['car', 'van', 'bus']
const spec = modelSpec('n', CLASSES.length)
const weights = varied(spec)
const tensors = (of: ModelSpec, values: Weights) =>
  [...of.parameters, ...of.buffers].map(({ name, shape }) => ({ name, shape, data: values.get(name)! }))
const size = { height: 64, width: 64 }
const metadata = exportMetadata({ scale: 'n', classNames: CLASSES, ...size })
const onnx = exportOnnx(spec, weights, { ...size, metadata })

/** One model in every format. */
const FILES: Readonly<Record<string, Uint8Array>> = {
  safetensors: encodeSafetensors(tensors(spec, weights), { classes: JSON.stringify(CLASSES) }),
  pytorch: torchFile(tensors(spec, weights)),
  onnx,
}

/** Weights whose norms do something, as after a training. */
function varied(of: ModelSpec): Weights {
  const random = seededRandom(7)
  const values = initialWeights(of, random)
  for (const { name, role } of [...of.parameters, ...of.buffers]) {
    if (role.startsWith('norm-'))
      values.set(
        name,
        values.get(name)!.map((value) => value + random.range(0, 0.5)),
      )
  }
  return values
}

async function answer(of: Uint8Array): Promise<Float32Array> {
  await using session = await openSession(of, { threads: 1 })
  const data = Float32Array.from({ length: 3 * 64 * 64 }, (_, i) => ((i * 7919) % 255) / 255)
  return (await session.run(new Map([['images', { data, shape: [1, 3, 64, 64] }]]))).get('output0')!.data
}

describe.each(Object.entries(FILES))('%s', (format, bytes) => {
  test('is told by its content, whatever it is called', async () => {
    const path = join(folder, `${format}.bin`)
    await writeFile(path, bytes)
    const file = await readWeights(path)
    expect([file.format, file.scale, file.folded]).toEqual([format, 'n', format === 'onnx'])
    expect(file.classNames).toEqual(format === 'pytorch' ? undefined : CLASSES)
  })

  test('gives a network that answers as the one it was made of', async () => {
    const whole = wholeModel(decodeWeights(bytes, format).tensors, format)
    expect(whole.spec).toEqual(spec)
    const [ours, expected] = [await answer(exportOnnx(spec, whole.weights, { ...size, metadata })), await answer(onnx)]
    expect(ours.reduce((high, value, i) => Math.max(high, Math.abs(value - expected[i]!)), 0)).toBeLessThan(1e-4)
  })

  test('starts a training of other classes: what fits is taken, classes go by name, the rest is listed', () => {
    const target = modelSpec('n', 2)
    const own = initialWeights(target, seededRandom(1))
    const { loaded, remapped, kept, classes } = transferWeights(target, own, decodeWeights(bytes, format), [
      'bus',
      'tram',
    ])
    const all = target.parameters.length + target.buffers.length
    // A bare state dict does not name its classes, so the six tensors of the class head start anew.
    const named = format !== 'pytorch'
    expect([loaded.length, remapped.length, kept.length]).toEqual(named ? [all - 6, 6, 0] : [all - 6, 0, 6])
    expect(classes).toEqual(named ? { bus: 'bus' } : {})
    expect(
      kept.map(({ reason }) => reason).filter((reason) => !/^shape \[3.*\] in the file, \[2/.test(reason)),
    ).toEqual([])
  })

  test('of another scale fits nothing but single tensors, and each of the others is listed with both shapes', () => {
    const target = modelSpec('s', 3)
    const own = initialWeights(target, seededRandom(1))
    const report = transferWeights(target, own, decodeWeights(bytes, format), CLASSES)
    expect(report.kept).toContainEqual({
      name: 'model.0.conv.weight',
      reason: 'shape [16, 3, 3, 3] in the file, [32, 3, 3, 3] here',
    })
    expect(report.loaded.length + report.remapped.length + report.kept.length).toBe(
      target.parameters.length + target.buffers.length,
    )
  })

  test('with a value that is not a number is refused by tensor and place', () => {
    const bad = new Map(weights)
    bad.set('model.23.cv2.0.2.bias', weights.get('model.23.cv2.0.2.bias')!.with(3, NaN))
    const file = {
      safetensors: () => encodeSafetensors(tensors(spec, bad), {}),
      pytorch: () => torchFile(tensors(spec, bad)),
      onnx: () => exportOnnx(spec, bad, { ...size, metadata }),
    }[format]!()
    expect(() => decodeWeights(file, 'w')).toThrow('w: "model.23.cv2.0.2.bias" has the value NaN at position 3')
  })

  test.each([0.999, 0.5, 0.01])('cut off at %d of its length is refused', (share) => {
    const cut = bytes.subarray(0, Math.floor(bytes.byteLength * share))
    expect(() => decodeWeights(cut, 'w')).toThrow(/^w (is not|gives no weights)/)
  })
})

test('a negative variance is refused, as its root is not a number', () => {
  const bad = new Map([...weights, ['model.0.bn.running_var', new Float32Array(16).fill(-1)]])
  expect(() => decodeWeights(torchFile(tensors(spec, bad)), 'w')).toThrow('"model.0.bn.running_var" has the value -1')
})

test.each(['s', 'm', 'l', 'x'] as const)('YOLO11%s is known by its shapes', (scale) => {
  const other = modelSpec(scale, 1)
  const empty = [...other.parameters, ...other.buffers].map(({ name, shape }) => ({
    name,
    shape,
    data: new Float32Array(0),
  }))
  expect(wholeModel(new Map(empty.map((tensor) => [tensor.name, tensor])), 'w').spec.scale).toBe(scale)
})

describe('exports', () => {
  test('with halves and with suppression give their weights', () => {
    const file = decodeWeights(withNms(toHalf(onnx)), 'w')
    expect(new Set(file.types.values())).toEqual(new Set(['float16']))
    expect(wholeModel(file.tensors, 'w').spec).toEqual(spec)
  })

  test('with 8-bit weights are refused, with what to give instead', () => {
    expect(() => decodeWeights(toInt8(onnx), 'w')).toThrow('w gives no weights: its weights are quantised')
  })
})

describe('a file that is no weights is called what it is', () => {
  const legacy = readFileSync(new URL('./fixtures/legacy.pt', import.meta.url))
  test.each<[string, Uint8Array, string]>([
    ['the format before PyTorch 1.6', legacy, 'a PyTorch file of the format before 1.6, which is not implemented'],
    ['a bare pickle', Buffer.from([0x80, 4, 0x4e, 0x2e]), 'a bare pickle'],
    ['an empty file', Buffer.alloc(0), 'empty (0 bytes)'],
    ['a compressed archive', gzipSync('model'), 'compressed by gzip'],
    [
      'a Git LFS pointer',
      Buffer.from('version https://git-lfs.github.com/spec/v1\n'),
      'a pointer to a file in Git LFS',
    ],
    ['text', Buffer.from('<!doctype html>'), 'not a weights file'],
  ])('%s', (_name, bytes, what) => {
    expect(() => decodeWeights(bytes, 'w.pt')).toThrow(`w.pt is ${what}`)
  })

  test('a missing one, and a folder', async () => {
    await expect(readWeights(join(folder, 'none.pt'))).rejects.toMatchObject({ code: 'yolo.weights.file' })
    await expect(readWeights(folder)).rejects.toMatchObject({ code: 'yolo.weights.file' })
  })

  test('another network is no YOLO11: what it lacks is named', () => {
    const some = new Map(tensors(spec, weights).map((tensor) => [tensor.name, tensor]))
    some.delete('model.9.cv1.conv.weight')
    expect(() => wholeModel(some, 'w')).toThrow(
      'w is no whole YOLO11n with 3 classes: it lacks model.9.cv1.conv.weight',
    )
    expect(() => wholeModel(new Map(), 'w')).toThrow('w holds no YOLO11 detector')
  })
})
