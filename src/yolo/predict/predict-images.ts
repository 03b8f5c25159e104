import { SkyloopError } from '../../core/errors.ts'
import type { DetectorSession } from '../runtime/detector-session.ts'
import { decodeForPrediction, predictDecoded, type Prediction, type PredictOptions, tilingOf } from './predict-image.ts'
import type { Tiling } from './tiles.ts'

/** A path, or the bytes of a JPEG or PNG and the name by which messages call it. */
export type ImageSource = string | { readonly name: string; readonly bytes: Uint8Array }

/** What became of one image: boxes, or what the image itself is to blame for. */
export type ImageOutcome<S extends ImageSource = ImageSource> =
  | { readonly source: S; readonly prediction: Prediction }
  | { readonly source: S; readonly error: SkyloopError }

export interface PredictImagesOptions extends Omit<PredictOptions, 'name'> {
  /** Decoded images that may wait for the network; each takes three bytes a pixel. @default 2 */
  readonly ahead?: number
}

type Decoded<S> =
  | { readonly source: S; readonly image: Awaited<ReturnType<typeof decodeForPrediction>>; readonly decodeMs: number }
  | { readonly source: S; readonly error: SkyloopError }

/**
 * Finds objects in many images: while one is in the network, the next ones are decoded.
 *
 * @param images read no further ahead than `ahead` images
 * @returns one outcome per image, in their order; an image that cannot be read does not end the others
 * @throws whatever no image is to blame for, such as a tiling that does not fit the network
 */
export async function* predictImages<S extends ImageSource>(
  session: DetectorSession,
  images: Iterable<S> | AsyncIterable<S>,
  options: PredictImagesOptions = {},
): AsyncGenerator<ImageOutcome<S>, void, void> {
  const { ahead = 2, ...predictOptions } = options
  const tiling = tilingOf(session, predictOptions)
  const iterator = Symbol.asyncIterator in images ? images[Symbol.asyncIterator]() : images[Symbol.iterator]()
  const waiting: Promise<Decoded<S> | undefined>[] = []
  // One after the other, because not every iterator can be asked again before it has answered.
  let asked: Promise<IteratorResult<S> | undefined> = Promise.resolve(undefined)
  const decodeNext = (): void => {
    asked = asked.then((last) => (last?.done ? last : iterator.next()))
    const decoded = asked.then((next) => (next?.done === false ? decode(next.value, tiling) : undefined))
    // An error is thrown when it is this image's turn; until then it is not "unhandled".
    decoded.catch(() => undefined)
    waiting.push(decoded)
  }
  try {
    for (let i = 0; i < Math.max(1, ahead); i++) decodeNext()
    for (;;) {
      const next = await waiting.shift()
      if (!next) return
      decodeNext()
      if ('error' in next) {
        yield next
        continue
      }
      const { source, image, decodeMs } = next
      yield await outcome(source, () => predictDecoded(session, image, tiling, predictOptions, decodeMs))
    }
  } finally {
    await iterator.return?.()
  }
}

async function decode<S extends ImageSource>(source: S, tiling: Tiling | null): Promise<Decoded<S>> {
  const begun = performance.now()
  try {
    const image =
      typeof source === 'string'
        ? await decodeForPrediction(source, tiling)
        : await decodeForPrediction(source.bytes, tiling, source.name)
    return { source, image, decodeMs: performance.now() - begun }
  } catch (error) {
    return { source, error: blameOfImage(error) }
  }
}

async function outcome<S extends ImageSource>(source: S, predict: () => Promise<Prediction>): Promise<ImageOutcome<S>> {
  try {
    return { source, prediction: await predict() }
  } catch (error) {
    return { source, error: blameOfImage(error) }
  }
}

/** What an image can be to blame for; anything else ends the whole run. */
const IMAGE_ERRORS: readonly string[] = ['yolo.image.corrupt', 'yolo.image.size', 'yolo.predict.tiles']

function blameOfImage(error: unknown): SkyloopError {
  if (error instanceof SkyloopError && IMAGE_ERRORS.includes(error.code)) return error
  throw error
}
