/**
 * What boxes_fixture.py lets the reference predict: the shipped weights as a file of open size, and rendered scenes.
 *
 *   node test/parity/boxes-inputs.ts FOLDER
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { renderScene } from '../../src/data/scenes/render-scene.ts'
import { exportMetadata } from '../../src/yolo/export/export-metadata.ts'
import { exportOnnx } from '../../src/yolo/export/export.ts'
import { wholeModel } from '../../src/yolo/weights/identify.ts'
import { readWeights } from '../../src/yolo/weights/read-weights.ts'
import { BASE_WEIGHTS_PATH } from '../../src/yolo/weights/weights-file.ts'

const SIDE = 320
/** Wide, tall, square, and of sides that no ratio makes whole. */
export const SCENES = [
  { seed: 2, width: 480, height: 270 },
  { seed: 3, width: 233, height: 517 },
  { seed: 5, width: 320, height: 320 },
  { seed: 7, width: 641, height: 399 },
]

export async function detectorFile(): Promise<Uint8Array> {
  const base = await readWeights(BASE_WEIGHTS_PATH)
  const { spec, weights } = wholeModel(base.tensors, base.source)
  const size = { height: SIDE, width: SIDE }
  const metadata = exportMetadata({ scale: spec.scale, classNames: base.classNames!, ...size })
  return exportOnnx(spec, weights, { ...size, dynamic: true, metadata })
}

export function scenePng(scene: (typeof SCENES)[number]): Promise<Buffer> {
  const { width, height, rgb } = renderScene(scene)
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
}

if (import.meta.main) {
  const folder = process.argv[2] ?? '.'
  await writeFile(join(folder, 'detector.onnx'), await detectorFile())
  for (const [i, scene] of SCENES.entries()) await writeFile(join(folder, `${i}.png`), await scenePng(scene))
}
