import { readFile } from 'node:fs/promises'
import { messageOf, SkyloopError } from '../../core/errors.ts'
import { parseClassNames } from './class-names.ts'
import { describeOnnx, type ModelFile, type ModelValue } from './model-file.ts'
import { openSession, type SessionOptions } from './session.ts'

/** An ONNX detector, ready to run. */
export interface DetectorSession extends AsyncDisposable {
  /** B, H, W of `images`. */
  readonly batch: number
  readonly height: number
  readonly width: number
  /** K */
  readonly classCount: number
  /** `class <k>` where the file names none. */
  readonly classNames: readonly string[]
  /** `metadata_props` of the file. */
  readonly metadata: Readonly<Record<string, string>>
  /** A, the number of candidate boxes. */
  readonly anchors: number
  /**
   * @param images `[B, 3, H, W]` RGB in [0, 1]
   * @returns `[B, 4 + K, A]`: cx cy w h in input pixels, then class probabilities
   * @throws SkyloopError `yolo.batch` when the array has another length
   */
  run(images: Float32Array): Promise<Float32Array>
}

/**
 * Opens an exported detector: one input `[B, 3, H, W]`, one output `[B, 4 + K, A]`.
 *
 * @param onnx path or content of the file
 * @throws SkyloopError `yolo.load` when it is no such model
 */
export async function openDetector(onnx: string | Uint8Array, options: SessionOptions = {}): Promise<DetectorSession> {
  const bytes = typeof onnx === 'string' ? await readModel(onnx) : onnx
  const file = describeOnnx(bytes)
  const shapes = detectorShapes(file)
  const { batch, height, width, classCount, anchors } = shapes
  const session = await openSession(bytes, options)
  return {
    ...shapes,
    classNames: parseClassNames(file.metadata['names'], classCount),
    metadata: file.metadata,
    async run(images) {
      const shape = [batch, 3, height, width]
      if (images.length !== batch * 3 * height * width) {
        throw new SkyloopError({
          code: 'yolo.batch',
          fault: 'internal',
          message: `images has ${images.length} values, not those of [${shape.join(', ')}]`,
        })
      }
      const results = await session.run(new Map([[shapes.inputName, { data: images, shape }]]))
      const output = results.get(shapes.outputName)
      if (output?.data.length !== batch * (4 + classCount) * anchors) {
        throw new SkyloopError({
          code: 'yolo.run',
          message: `the model answered with shape [${output?.shape.join(', ')}]`,
        })
      }
      return output.data
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  }
}

async function readModel(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: unknown) => {
    throw new SkyloopError({
      code: 'yolo.load',
      message: `the model cannot be read: ${messageOf(error)}`,
      cause: error,
    })
  })
}

interface DetectorShapes {
  readonly inputName: string
  readonly outputName: string
  readonly batch: number
  readonly height: number
  readonly width: number
  readonly classCount: number
  readonly anchors: number
}

function detectorShapes({ inputs, outputs }: ModelFile): DetectorShapes {
  const [image, output] = [inputs[0], outputs[0]]
  const [batch, channels, height, width] = image?.shape ?? []
  const [outBatch, rows, anchors] = output?.shape ?? []
  const fits =
    inputs.length === 1 &&
    outputs.length === 1 &&
    channels === 3 &&
    image?.shape.length === 4 &&
    output?.shape.length === 3 &&
    batch === outBatch
  if (!fits || !image || !output || !batch || !height || !width || !rows || rows <= 4 || !anchors) {
    throw new SkyloopError({
      code: 'yolo.load',
      message: `not a detector with one input [B, 3, H, W] and one output [B, 4 + K, A] of fixed sizes: it has ${list(inputs)} and ${list(outputs)}`,
    })
  }
  return { inputName: image.name, outputName: output.name, batch, height, width, classCount: rows - 4, anchors }
}

function list(values: readonly ModelValue[]): string {
  return values.map(({ name, shape }) => `${name} [${shape.map((n) => n ?? '?').join(', ')}]`).join(', ') || 'nothing'
}
