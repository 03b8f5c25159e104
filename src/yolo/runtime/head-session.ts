import { BINS } from '../model/scales.ts'
import { cutAtHead } from './cut-at-head.ts'
import { HEAD_NAMES } from './head-values.ts'
import { distancePlanes, type HeadOutput, type LevelValues } from './network-output.ts'
import { openSession, type SessionOptions, type Values } from './session.ts'
import { splitAtBoxes } from './split-at-boxes.ts'
import { openSplit } from './split-session.ts'

/** What one run of a head is to work on. */
export interface HeadRequest {
  /** `[B, 3, H, W]`, sides multiples of 32 */
  readonly images: Float32Array
  /** B */
  readonly batch: number
  readonly height: number
  readonly width: number
  /** Least probability of a class in cells whose boxes are wanted; 0 for all. */
  readonly confidence: number
  /** The output of an earlier run on as many images of this size, to be written anew. */
  readonly into: HeadOutput | undefined
}

/** The network of a file up to its head. */
export interface HeadSession extends AsyncDisposable {
  run(request: HeadRequest): Promise<HeadOutput>
}

export interface HeadOptions extends SessionOptions {
  /** Name of the images. */
  readonly inputName: string
  /** K */
  readonly classCount: number
}

/**
 * Opens a file up to its head.
 *
 * @returns undefined when the file does not describe its head, as files of other products do not
 * @throws SkyloopError `yolo.load` when the runtime does not take it
 */
export async function openHead(bytes: Uint8Array, options: HeadOptions): Promise<HeadSession | undefined> {
  const parts = splitAtBoxes(bytes)
  if (parts) return openSplit(parts, options)
  const head = cutAtHead(bytes)
  return head && openWhole(head, options)
}

/** A head whose branches are not known: boxes are predicted everywhere. */
async function openWhole(model: Uint8Array, { inputName, classCount, ...options }: HeadOptions): Promise<HeadSession> {
  const session = await openSession(model, options)
  const channels = 4 * BINS
  return {
    async run({ images, batch, height, width, into }) {
      const feeds = new Map([[inputName, { data: images, shape: [batch, 3, height, width] }]])
      const levels = HEAD_NAMES.map(({ stride }, i): LevelValues => {
        const cells = (height / stride) * (width / stride)
        return {
          stride,
          height: height / stride,
          width: width / stride,
          classes: into?.levels[i]?.classes ?? new Float32Array(batch * classCount * cells),
          distances: into?.levels[i]?.distances ?? distancePlanes(new Float32Array(batch * channels * cells), cells),
        }
      })
      const fetches = HEAD_NAMES.flatMap(({ distances, classes }, i): [string, Values][] => {
        const level = levels[i]!
        return [
          [distances, { data: level.distances.values, shape: [batch, channels, level.height, level.width] }],
          [classes, { data: level.classes, shape: [batch, classCount, level.height, level.width] }],
        ]
      })
      await session.run(feeds, new Map(fetches))
      return { kind: 'head', batch, classCount, confidence: 0, levels }
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  }
}
