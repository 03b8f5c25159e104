/**
 * Reads the reference's own checkpoints and exports and compares tensors and network with what the reference says.
 *
 *   python test/parity/weights/reference_checkpoints.py FOLDER && node test/parity/weights/check.ts FOLDER
 *
 * Exits 1 when anything differs by more than rounding.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { exportOnnx } from '../../../src/yolo/export/export.ts'
import { openSession } from '../../../src/yolo/runtime/session.ts'
import { wholeModel } from '../../../src/yolo/weights/identify.ts'
import { readWeights } from '../../../src/yolo/weights/read-weights.ts'

interface Facts {
  readonly tensors: readonly (readonly [name: string, shape: readonly number[]])[]
  readonly names: readonly string[]
  readonly height: number
  readonly width: number
}

/** Boxes of up to 96 px in float32, through a network of some 90 convolutions. */
const MOST_BOX_PX = 2e-3
const MOST_PROBABILITY = 2e-5

const folder = process.argv[2] ?? '.'
const floats = (path: string): Float32Array =>
  new Float32Array(Uint8Array.from(readFileSync(join(folder, path))).buffer)
/** Files whose network is that of another file. */
const SAME_AS: Readonly<Record<string, string>> = {
  'fused.pt': 'yolo11n.pt',
  'state.pt': 'yolo11n.pt',
  'plain.onnx': 'yolo11n.pt',
  'slim.onnx': 'yolo11n.pt',
  'nms.onnx': 'yolo11n.pt',
  'dynamic.onnx': 'yolo11n.pt',
}

for (const name of readdirSync(folder).filter((file) => /\.(pt|onnx)$/.test(file))) {
  const answers = SAME_AS[name] ?? name
  if (!existsSync(join(folder, `${answers}.json`))) continue
  const facts = JSON.parse(readFileSync(join(folder, `${answers}.json`), 'utf8')) as Facts
  const file = await readWeights(join(folder, name))
  const { spec, weights } = wholeModel(file.tensors, name)
  const differing = answers === name ? differingTensors(facts, file.tensors, floats(`${answers}.tensors.f32`)) : []
  const { height, width } = facts
  await using session = await openSession(exportOnnx(spec, weights, { height, width, metadata: {} }))
  const images = { data: floats(`${answers}.images.f32`), shape: [1, 3, height, width] }
  const ours = (await session.run(new Map([['images', images]]))).get('output0')!.data
  const theirs = floats(`${answers}.output.f32`)
  const boxes = 4 * (ours.length / (4 + spec.classCount))
  const most = (from: number, to?: number): number =>
    ours.subarray(from, to).reduce((high, value, i) => Math.max(high, Math.abs(value - theirs[from + i]!)), 0)
  const [boxPx, probability] = [most(0, boxes), most(boxes)]
  const named = file.classNames === undefined || file.classNames.join() === facts.names.join()
  const good =
    ours.length === theirs.length &&
    boxPx <= MOST_BOX_PX &&
    probability <= MOST_PROBABILITY &&
    named &&
    !differing.length
  console.log(
    `${good ? 'equal ' : 'DIFFER'} ${name}: YOLO11${spec.scale}, ${spec.classCount} classes, ${file.tensors.size} tensors, ` +
      `box ${boxPx.toExponential(1)} px, probability ${probability.toExponential(1)}${named ? '' : ', other names'} ${differing.join()}`,
  )
  if (!good) process.exitCode = 1
}

/** Every tensor of the checkpoint must be there with the very same values. */
function differingTensors(
  facts: Facts,
  tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>,
  all: Float32Array,
): string[] {
  let at = 0
  return facts.tensors.flatMap(([name, shape]) => {
    const count = shape.reduce((product, axis) => product * axis, 1)
    const expected = all.subarray(at, (at += count))
    const found = tensors.get(name)
    const same = found?.shape.join() === shape.join() && found.data.every((value, i) => Object.is(value, expected[i]))
    return same ? [] : [name]
  })
}
