import { readFile } from 'node:fs/promises'
import { messageOf, SkyloopError } from '../../core/errors.ts'
import { parseClassNames } from './class-names.ts'
import { type DetectorShapes, detectorShapes } from './detector-shapes.ts'
import { type HeadSession, openHead } from './head-session.ts'
import { describeOnnx } from './model-file.ts'
import type { BoxesOutput, NetworkOutput } from './network-output.ts'
import { openSession, type Session, type SessionOptions, type Values } from './session.ts'

/** A tenth of the time in the network on an idle machine of two cores; longer waits gain nothing. */
const SPIN_US = 100

/** An ONNX detector, ready to run. */
export interface DetectorSession extends AsyncDisposable {
  /** B, H, W of the images that the file was made for. */
  readonly batch: number
  readonly height: number
  readonly width: number
  /** Whether {@link run} takes any number of images with any sides that are multiples of 32. */
  readonly anySize: boolean
  /** K */
  readonly classCount: number
  /** `class <k>` where the file names none. */
  readonly classNames: readonly string[]
  /** `metadata_props` of the file. */
  readonly metadata: Readonly<Record<string, string>>
  /**
   * @param images `[B, 3, H, W]` RGB in [0, 1]; may be written to again once the promise is settled
   * @param size H and W. @default those of the file
   * @throws SkyloopError `yolo.batch` when the array does not hold whole images of that size, or the file fixes another one
   */
  run(images: Float32Array, size?: ImageSize, options?: RunOptions): Promise<NetworkOutput>
}

export interface RunOptions {
  /** Boxes that no class reaches with this probability need not be predicted. @default 0, which predicts them all */
  readonly confidence?: number
  /** The output of an earlier run on as many images of this size, written anew instead of taking new memory. */
  readonly into?: NetworkOutput | undefined
}

export interface ImageSize {
  /** Pixels. */
  readonly height: number
  readonly width: number
}

/**
 * Opens an exported detector: one input `[B, 3, H, W]`, one output `[B, 4 + K, A]`.
 *
 * Files of this product describe their head; of those only the part up to the head is loaded, and it runs at any size.
 *
 * @param onnx path or content of the file
 * @throws SkyloopError `yolo.load` when it is no such model
 */
export async function openDetector(onnx: string | Uint8Array, options: SessionOptions = {}): Promise<DetectorSession> {
  const bytes = typeof onnx === 'string' ? await readModel(onnx) : onnx
  const file = describeOnnx(bytes)
  const shapes = detectorShapes(file)
  // Only files of this product say so; in them 8 bits are a way to store weights, not to compute.
  const widenWeights = file.metadata['precision'] === 'int8'
  const settings = { spinUs: SPIN_US, widenWeights, ...options }
  const { height, width, classCount, inputName } = shapes
  const head = await openHead(bytes, { ...settings, inputName, classCount })
  const network = head ? headNetwork(head) : wholeNetwork(await openSession(bytes, settings), shapes)
  const anySize = shapes.anySize || head !== undefined
  return {
    batch: shapes.batch,
    height,
    width,
    anySize,
    classCount,
    classNames: parseClassNames(file.metadata['names'], classCount),
    metadata: file.metadata,
    async run(images, size = shapes, { confidence = 0, into } = {}) {
      const batch = images.length / (3 * size.height * size.width)
      if (!fits(batch, size, anySize, shapes)) {
        throw new SkyloopError({
          code: 'yolo.batch',
          fault: 'internal',
          message: `images has ${images.length} values at ${size.width}x${size.height} px; the model takes ${anySize ? '[any, 3, n · 32, n · 32]' : `[${[shapes.batch, 3, height, width].join(', ')}]`}`,
        })
      }
      return network.run({ images, batch, height: size.height, width: size.width, confidence, into })
    },
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  }
}

interface Request {
  readonly images: Float32Array
  readonly batch: number
  readonly height: number
  readonly width: number
  readonly confidence: number
  readonly into: NetworkOutput | undefined
}

interface Network extends AsyncDisposable {
  run(request: Request): Promise<NetworkOutput>
}

function headNetwork(head: HeadSession): Network {
  return {
    run: (request) => head.run({ ...request, into: request.into?.kind === 'head' ? request.into : undefined }),
    [Symbol.asyncDispose]: () => head[Symbol.asyncDispose](),
  }
}

/** A file that puts out boxes and says nothing about its head. */
function wholeNetwork(session: Session, shapes: DetectorShapes): Network {
  return {
    async run({ images, batch, height, width, into }) {
      const fetches = into?.kind === 'boxes' ? boxesArrays(into, shapes.outputName) : undefined
      const feeds = new Map([[shapes.inputName, { data: images, shape: [batch, 3, height, width] }]])
      return boxesOutput(await session.run(feeds, fetches), shapes, batch)
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  }
}

/** Sides of the images are multiples of the coarsest level's cells. */
const SIDE_STEP = 32

function fits(batch: number, size: ImageSize, anySize: boolean, file: DetectorShapes): boolean {
  if (!Number.isInteger(batch) || batch < 1) return false
  if (anySize) return size.height % SIDE_STEP === 0 && size.width % SIDE_STEP === 0
  return batch === file.batch && size.height === file.height && size.width === file.width
}

type Results = Awaited<ReturnType<Session['run']>>

function boxesOutput(results: Results, { outputName, classCount }: DetectorShapes, batch: number): NetworkOutput {
  const { data: values, shape } = results.get(outputName) as Values
  const anchors = shape[2] as number
  if (shape.length !== 3 || values.length !== batch * (4 + classCount) * anchors) {
    throw new SkyloopError({
      code: 'yolo.run',
      message: `the model answered with shape [${shape.join(', ')}], not [${batch}, ${4 + classCount}, A]`,
    })
  }
  return { kind: 'boxes', batch, classCount, anchors, values }
}

function boxesArrays({ batch, classCount, anchors, values }: BoxesOutput, name: string): Map<string, Values> {
  return new Map([[name, { data: values, shape: [batch, 4 + classCount, anchors] }]])
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
