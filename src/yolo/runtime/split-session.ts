import { atLeast, logit } from './at-least.ts'
import { type BoxesOfAll, type Features, type LevelHits, openBoxesOfAll, openBoxesOfHits } from './box-session.ts'
import type { HeadOptions, HeadRequest, HeadSession } from './head-session.ts'
import { hitWindows, WINDOW } from './hit-windows.ts'
import type { LevelValues } from './network-output.ts'
import { openSession, type Values } from './session.ts'
import { SPLIT_NAMES, type SplitDetector } from './split-at-boxes.ts'

/**
 * Share of the rows of all maps up to which the boxes of hits are predicted by themselves. Gathering windows costs time that
 * convolutions of whole maps do not need.
 */
const MOST_WORK = 0.5

/** A level whose boxes are not predicted yet. */
interface ScoredLevel extends Omit<LevelValues, 'distances' | 'features' | 'hits'> {
  readonly features: Features
}

/**
 * Opens a detector that has been split: classes are predicted everywhere, boxes where a class is probable enough, or everywhere
 * when that is cheaper.
 */
export async function openSplit(
  { trunk: trunkModel, boxesOfHits, boxesOfAll, channels }: SplitDetector,
  { inputName, classCount, ...options }: HeadOptions,
): Promise<HeadSession> {
  const trunk = await openSession(trunkModel, options)
  const hitBoxes = await openBoxesOfHits(boxesOfHits, options)
  // Predictions of images that are not full of objects do without.
  let allBoxes: Promise<BoxesOfAll> | undefined

  async function score({ images, batch, height, width, into }: HeadRequest): Promise<ScoredLevel[]> {
    const levels = SPLIT_NAMES.map(({ stride }, i): ScoredLevel => {
      const map = { height: height / stride, width: width / stride }
      const cells = batch * map.height * map.width
      const old = into?.levels[i]
      const rows = old?.features ?? new Float32Array((cells + 1) * channels[i]!)
      const classes = old?.classes ?? new Float32Array(classCount * cells)
      return { stride, ...map, classes, features: { batch, ...map, channels: channels[i]!, rows } }
    })
    const fetches = SPLIT_NAMES.flatMap((names, i): [string, Values][] => {
      const { classes, features, ...map } = levels[i]!
      const rows = features.rows.subarray(0, features.rows.length - features.channels)
      return [
        [names.classes, { data: classes, shape: [batch, classCount, map.height, map.width] }],
        [names.features, { data: rows, shape: [batch, map.height, map.width, features.channels] }],
      ]
    })
    await trunk.run(new Map([[inputName, { data: images, shape: [batch, 3, height, width] }]]), new Map(fetches))
    return levels
  }

  return {
    async run(request) {
      const { batch, confidence, into } = request
      const levels = await score(request)
      const features = levels.map((level) => level.features)
      const hits = levels.map(({ classes }) => (confidence > 0 ? atLeast(classes, logit(confidence)) : undefined))
      const cells = levels.map((level, i) => hits[i] && cellsOf(hits[i], level, classCount))
      const found = cells.every((each) => each !== undefined) ? windowsOf(cells, levels) : undefined
      const distances = found
        ? await hitBoxes.run(features, found)
        : await (
            await (allBoxes ??= openBoxesOfAll(boxesOfAll, options))
          ).run(
            features,
            levels.map((_, i) => into?.levels[i]?.distances),
          )
      return {
        kind: 'head',
        batch,
        classCount,
        confidence,
        levels: levels.map(({ features: { rows }, ...level }, i) => ({
          ...level,
          features: rows,
          distances: distances[i]!,
          hits: hits[i],
        })),
      }
    },
    async [Symbol.asyncDispose]() {
      await trunk[Symbol.asyncDispose]()
      await hitBoxes[Symbol.asyncDispose]()
      await (await allBoxes?.catch(() => undefined))?.[Symbol.asyncDispose]()
    },
  }
}

/** The cells of some values of `[B, K, height, width]`, each once. */
function cellsOf(indices: readonly number[], { height, width }: ScoredLevel, classCount: number): Int32Array {
  const map = height * width
  return Int32Array.from(new Set(indices.map((index) => Math.trunc(index / (classCount * map)) * map + (index % map))))
}

/** @returns undefined when predicting boxes everywhere is less work */
function windowsOf(cells: readonly Int32Array[], levels: readonly ScoredLevel[]): LevelHits[] | undefined {
  const rows = (counts: readonly number[]): number =>
    counts.reduce((sum, count, i) => sum + count * levels[i]!.features.channels, 0)
  const all = rows(levels.map(({ features: { batch, height, width } }) => batch * height * width))
  // Looking for their neighbours takes time, too.
  if (rows(cells.map(({ length }) => length)) > (MOST_WORK / 2) * all) return
  const hits = cells.map((each, i) => ({ cells: each, windows: hitWindows(levels[i]!.features, each) }))
  return rows(hits.map(({ windows }) => windows.near.length / WINDOW)) > MOST_WORK * all ? undefined : hits
}
