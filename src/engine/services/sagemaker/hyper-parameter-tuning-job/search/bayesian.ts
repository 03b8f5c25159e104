import { seededRandom } from '../../../../../core/random.ts'
import type { Random } from '../../../../../core/random.ts'
import { expectedImprovement } from './expected-improvement.ts'
import { fitGaussianProcess } from './gaussian-process.ts'
import { suggestRandom, uniformPoint } from './random.ts'
import { decode, encode, keyOf } from './space.ts'
import type { Parameters, Space } from './space.ts'
import type { Situation, Suggest } from './suggestion.ts'

/** Combinations drawn for each choice. */
const CANDIDATES = 1000

/** Rounds of ever nearer candidates around the best one so far. */
const REFINEMENTS = 6

/** Results beyond this are left out, worst first: the fit takes time with their cube, and the engine waits for it. */
const MAX_RESULTS = 120

/** Jobs without result that are stood in for, the newest: those that run, and failed ones. */
const MAX_STAND_INS = 40

/**
 * The combination from which most improvement is expected, by a Gaussian process over all results; quasi-random
 * combinations until there are results for twice as many as there are dimensions. Jobs that still run, or failed, count
 * with the result that is expected of them, so that parallel jobs search in different places.
 */
export const suggestBayesian: Suggest = (situation) => {
  const { space, seed, tried } = situation
  const { points, losses } = observations(situation)
  if (points.length < initialJobs(space)) return spread(situation)
  const taken = new Set(tried.map((parameters) => keyOf(space, parameters)))
  if (taken.size >= space.size) return undefined
  const process = fitGaussianProcess(space, points, losses)
  const best = Math.min(...losses)
  const random = seededRandom(seed).fork(`bayesian/${tried.length}`)
  let chosen: { point: number[]; parameters: Parameters; gain: number } | undefined
  const consider = (drawn: readonly number[]): void => {
    // What a job gets is rounded, so that is where the gain is expected.
    const parameters = decode(space, drawn)
    if (taken.has(keyOf(space, parameters))) return
    const point = encode(space, parameters)
    const { mean, deviation } = process.at(point)
    const gain = expectedImprovement(mean, deviation, best)
    if (!chosen || gain > chosen.gain) chosen = { point, parameters, gain }
  }
  for (let i = 0; i < CANDIDATES; i++) consider(uniformPoint(space, random))
  const bestPoint = points[losses.indexOf(best)] ?? []
  for (let i = 0; i < CANDIDATES / 10; i++) consider(near(space, bestPoint, 0.1, random))
  for (let round = 0; round < REFINEMENTS && chosen; round++) {
    const centre = chosen.point
    for (let i = 0; i < CANDIDATES / 20; i++) consider(near(space, centre, 0.1 / 2 ** round, random))
  }
  return chosen?.parameters ?? suggestRandom(situation)
}

/** Results as points and losses, with jobs that run standing in at what is expected of them. */
function observations({ space, results, tried }: Situation): { points: number[][]; losses: number[] } {
  const kept = results.toSorted((a, b) => a.loss - b.loss).slice(0, MAX_RESULTS)
  const points = kept.map(({ parameters }) => encode(space, parameters))
  const losses = kept.map(({ loss }) => loss)
  if (points.length < initialJobs(space)) return { points, losses }
  const known = new Set(results.map(({ parameters }) => keyOf(space, parameters)))
  const running = tried.filter((parameters) => !known.has(keyOf(space, parameters))).slice(-MAX_STAND_INS)
  if (running.length === 0) return { points, losses }
  const process = fitGaussianProcess(space, points, losses)
  const stand = running.map((parameters) => encode(space, parameters))
  return { points: [...points, ...stand], losses: [...losses, ...stand.map((point) => process.at(point).mean)] }
}

const initialJobs = (space: Space): number => Math.min(10, Math.max(3, 2 * space.dimensions.length))

/**
 * Points of low discrepancy, shifted by the seed.
 *
 * @source Halton 1960; Cranley and Patterson 1976 for the shift
 */
function spread(situation: Situation): Parameters | undefined {
  const { space, seed, tried } = situation
  const shift = seededRandom(seed).fork('shift')
  const point = space.dimensions.map((dimension, d) => {
    const u = (radicalInverse(tried.length + 1, PRIMES[d % PRIMES.length] ?? 2) + shift.next()) % 1
    return dimension.kind === 'categorical' ? Math.floor(u * dimension.values.length) : u
  })
  const parameters = decode(space, point)
  const key = keyOf(space, parameters)
  return tried.some((each) => keyOf(space, each) === key) ? suggestRandom(situation) : parameters
}

const PRIMES = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101]

/** The digits of `index` in a base, mirrored behind the point. */
function radicalInverse(index: number, base: number): number {
  let inverse = 0
  for (let rest = index, part = 1 / base; rest > 0; rest = Math.floor(rest / base), part /= base) {
    inverse += (rest % base) * part
  }
  return inverse
}

/** A point around another: normally distributed along ranges, now and then another category. */
function near(space: Space, centre: readonly number[], deviation: number, random: Random): number[] {
  return space.dimensions.map((dimension, d) => {
    const at = centre[d] ?? 0
    if (dimension.kind === 'categorical') return random.next() < 0.2 ? random.int(dimension.values.length) : at
    // An integer must be able to move to its neighbour.
    const step = dimension.kind === 'integer' ? Math.max(deviation, 1 / (dimension.max - dimension.min + 1)) : deviation
    return Math.min(1, Math.max(0, at + step * random.normal()))
  })
}
