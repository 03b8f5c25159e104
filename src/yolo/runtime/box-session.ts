import { BINS } from '../model/scales.ts'
import { type HitWindows, WINDOW } from './hit-windows.ts'
import { distancePlanes, distanceRows, type Distances } from './network-output.ts'
import { openSession, type Feed, type SessionOptions, type Values } from './session.ts'
import { SPLIT_NAMES } from './split-at-boxes.ts'

/** What the branch of a level that predicts boxes reads. */
export interface Features {
  readonly batch: number
  readonly height: number
  readonly width: number
  /** C */
  readonly channels: number
  /** `[B · height · width + 1, C]`, the last row zeros */
  readonly rows: Float32Array
}

/** Cells of a level in which there may be an object. */
export interface LevelHits {
  readonly cells: Int32Array
  readonly windows: HitWindows
}

const DISTANCES = 4 * BINS

/** Predicts the boxes of some cells. */
export interface BoxesOfHits extends AsyncDisposable {
  run(features: readonly Features[], hits: readonly LevelHits[]): Promise<Distances[]>
}

/** @param model `boxesOfHits` of a detector that has been split */
export async function openBoxesOfHits(model: Uint8Array, options: SessionOptions): Promise<BoxesOfHits> {
  const session = await openSession(model, options)
  return {
    async run(features, hits) {
      if (hits.every(({ cells }) => cells.length === 0)) {
        return hits.map(({ cells }) => distanceRows(new Float32Array(0), cells))
      }
      const feeds = SPLIT_NAMES.flatMap((names, i): [string, Feed][] => {
        const { rows, channels } = features[i]!
        const { near, hits: windows } = hits[i]!.windows
        return [
          [names.features, { data: rows, shape: [rows.length / channels, channels] }],
          [names.near, { data: near, shape: [near.length / WINDOW, WINDOW] }],
          [names.hits, { data: windows, shape: [windows.length / WINDOW, WINDOW] }],
        ]
      })
      const results = await session.run(new Map(feeds))
      return SPLIT_NAMES.map(({ distances }, i) => distanceRows(results.get(distances)!.data, hits[i]!.cells))
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  }
}

/** Predicts the boxes of all cells. */
export interface BoxesOfAll extends AsyncDisposable {
  /** @param into distances of an earlier run on maps of these sizes, to be written anew */
  run(features: readonly Features[], into: readonly (Distances | undefined)[]): Promise<Distances[]>
}

/** @param model `boxesOfAll` of a detector that has been split */
export async function openBoxesOfAll(model: Uint8Array, options: SessionOptions): Promise<BoxesOfAll> {
  const session = await openSession(model, options)
  return {
    async run(features, into) {
      const feeds = SPLIT_NAMES.map((names, i): [string, Feed] => {
        const { rows, batch, height, width, channels } = features[i]!
        const data = rows.subarray(0, rows.length - channels)
        return [names.features, { data, shape: [batch, height, width, channels] }]
      })
      const all = features.map(({ batch, height, width }, i) => {
        const cells = height * width
        const old = into[i]
        const length = batch * DISTANCES * cells
        const fits = old?.kind === 'planes' && old.values.length === length
        return distancePlanes(fits ? old.values : new Float32Array(length), cells)
      })
      const fetches = SPLIT_NAMES.map(({ distances }, i): [string, Values] => {
        const { batch, height, width } = features[i]!
        return [distances, { data: all[i]!.values, shape: [batch, DISTANCES, height, width] }]
      })
      await session.run(new Map(feeds), new Map(fetches))
      return all
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  }
}
