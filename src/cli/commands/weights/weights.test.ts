import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { smallDetector } from '../../../../test/support/small-detector.ts'
import { pickle, torchFile, zip } from '../../../../test/support/torch-file.ts'
import { openDetector } from '../../../yolo/runtime/detector-session.ts'
import { openSession } from '../../../yolo/runtime/session.ts'
import { readWeights } from '../../../yolo/weights/read-weights.ts'
import { BASE_WEIGHTS_PATH } from '../../../yolo/weights/weights-file.ts'
import { runProgram } from '../../program.ts'

const folder = await mkdtemp(join(tmpdir(), 'skyloop-weights-'))
afterAll(() => rm(folder, { recursive: true }))

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const environment = {
    home: folder,
    workingFolder: folder,
    colour: false,
    unattended: true,
    startedAtMs: 0,
    installMs: 0,
  }
  let [out, err] = ['', '']
  const code = await runProgram(['weights', ...args], environment, {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    interactive: false,
    columns: () => 100,
    signal: new AbortController().signal,
  })
  return { code, out, err }
}

async function json(...args: string[]): Promise<unknown> {
  const { code, out, err } = await run(...args, '--json')
  expect([code, err]).toEqual([0, ''])
  return JSON.parse(out)
}

const base = await readWeights(BASE_WEIGHTS_PATH)
const checkpoint = join(folder, 'best.pt')
await writeFile(checkpoint, torchFile(base.tensors.values()))
await writeFile(join(folder, 'classes.txt'), 'car\nvan\ntruck\nbus\nperson\nboat\n')

test('inspect tells what a file holds', async () => {
  expect((await run('inspect', 'best.pt')).out.replace(folder, '<folder>')).toMatchInlineSnapshot(`
    "file        <folder>/best.pt (10.0 MiB)
    format      pytorch
    model       YOLO11n, 6 classes
    classes     not named in the file
    parameters  2590994
    tensors     417, stored as float32 (417)
    "
  `)
  expect(await json('inspect', 'best.pt')).toMatchObject({
    format: 'pytorch',
    scale: 'n',
    classCount: 6,
    classNames: null,
    missing: [],
    parameters: 2_590_994,
  })
})

test('convert writes safetensors with the same tensors and the names given', async () => {
  expect(await json('convert', 'best.pt', 'best.safetensors', '--classes', 'classes.txt')).toMatchObject({
    from: 'pytorch',
    classNames: ['car', 'van', 'truck', 'bus', 'person', 'boat'],
  })
  const { tensors, classNames } = await readWeights(join(folder, 'best.safetensors'))
  expect(classNames).toEqual(base.classNames)
  expect(tensors.get('model.0.conv.weight')).toEqual(base.tensors.get('model.0.conv.weight'))
})

test('export keeps how frames were cut, where that fits its size, and says nothing where it is not known', async () => {
  await writeFile(join(folder, 'cut.onnx'), smallDetector())
  const tileOf = async (source: string, side: string): Promise<string | undefined> => {
    await json('export', source, '--classes', 'two.txt', '--imgsz', side, '--out', 'again.onnx')
    await using detector = await openDetector(join(folder, 'again.onnx'), { threads: 1 })
    return detector.metadata['tile']
  }
  await writeFile(join(folder, 'two.txt'), 'car\nbus\n')
  expect(await tileOf('cut.onnx', '64')).toBe('{"size":128,"overlap":0.25,"scale":0.5}')
  expect(await tileOf('cut.onnx', '96')).toBeUndefined()
})

test('export writes a detector that opens, at the size and precision asked for', async () => {
  const args = ['--imgsz', '96,128', '--precision', 'fp16', '--nms', '--max-detections', '50', '--out', 'out/m.onnx']
  expect(await json('export', 'best.pt', '--classes', 'classes.txt', ...args)).toMatchObject({
    file: join(folder, 'out/m.onnx'),
    images: [1, 3, 96, 128],
    output0: [1, 50, 6],
  })
  await using detector = await openDetector(join(folder, 'out/m.onnx'))
  expect([detector.height, detector.width, detector.classNames]).toEqual([96, 128, base.classNames])
  expect(detector.metadata).toMatchObject({ imgsz: '[96, 128]', stride: '32', precision: 'fp16', task: 'detect' })
  expect((await stat(join(folder, 'out/m.onnx'))).size).toBeLessThan(5.5e6)
})

test('export --dynamic leaves the sizes open, whatever else is asked for', async () => {
  const args = ['--imgsz', '64', '--dynamic', '--precision', 'fp16', '--classes', 'classes.txt']
  const plain = await json('export', 'best.pt', ...args, '--out', 'open.onnx')
  expect(plain).toMatchObject({ images: ['batch', 3, 'height', 'width'], output0: ['batch', 10, 'anchors'] })
  const suppressing = await json('export', 'best.pt', ...args, '--nms', '--out', 'open-nms.onnx')
  expect(suppressing).toMatchObject({ images: ['batch', 3, 'height', 'width'], output0: ['batch', 300, 6] })
  const images = { data: new Float32Array(2 * 3 * 32 * 96), shape: [2, 3, 32, 96] }
  const shapes: (readonly number[])[] = []
  for (const name of ['open.onnx', 'open-nms.onnx']) {
    await using session = await openSession(join(folder, name), { threads: 1 })
    shapes.push((await session.run(new Map([['images', images]]))).get('output0')!.shape)
  }
  // 4 x 12, 2 x 6 and 1 x 3 cells.
  expect(shapes).toEqual([
    [2, 10, 63],
    [2, 300, 6],
  ])
})

describe('is refused before anything is written', () => {
  test.each([
    [['inspect', 'none.pt'], 1, 'error yolo.weights.file: there is no file'],
    [['inspect', 'classes.txt'], 1, 'is not a weights file'],
    [['convert', 'best.pt', 'x.pt'], 2, 'x.pt does not end in .safetensors'],
    [['export', 'best.pt', '--imgsz', '100'], 2, 'multiples of 32 from 32 to 4096, not "100"'],
    [['export', 'best.pt', '--out', 'x.bin'], 2, 'x.bin does not end in .onnx'],
    [['export', 'best.pt', '--precision', 'fp8'], 2, 'fp32, fp16, int8'],
    [['export', 'best.pt', '--precision', 'int8-static'], 2, 'needs calibration images, is not implemented'],
    [['export', 'best.pt', '--classes', 'none.txt'], 2, 'there is no file none.txt'],
    [['export', 'best.pt', '--classes', 'two.txt'], 1, 'two.txt names 2 classes (a, b), the weights have 6'],
    [['export', 'cut.pt'], 1, 'cut.pt is not a readable zip file'],
    [['export', 'evil.pt'], 1, 'it names os.system'],
  ])('%j', async (args, code, message) => {
    await writeFile(join(folder, 'two.txt'), 'a\nb\n')
    await writeFile(join(folder, 'cut.pt'), (await readFile(checkpoint)).subarray(0, 1000))
    await writeFile(join(folder, 'evil.pt'), zip([{ name: 'm/data.pkl', bytes: pickle('cos\nsystem\n') }]))
    const result = await run(...args)
    expect([result.code, result.err]).toEqual([code, expect.stringContaining(message)])
  })
})
