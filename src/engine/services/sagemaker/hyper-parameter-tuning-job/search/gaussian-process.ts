import { cholesky, solveLower, solveUpper } from './cholesky.ts'
import type { Space } from './space.ts'

/** What a function is believed to be, from a few of its values. */
export interface GaussianProcess {
  /** @returns mean and standard deviation of the function's value at a point, in the units of the values given */
  at(point: readonly number[]): { readonly mean: number; readonly deviation: number }
}

/** Logarithms of what the kernel is made of. */
interface Shape {
  /** How far along each dimension values stay alike, in units of the range. */
  readonly logLengths: readonly number[]
  /** Variance of the noise as a part of the function's. */
  readonly logNoise: number
}

/** Expectation and spread of {@link Shape}: keeps the shape sensible while values are few. */
const PRIOR = { logLength: Math.log(0.5), lengthSpread: 1, logNoise: Math.log(1e-4), noiseSpread: 2 }

/**
 * Fits a Gaussian process with a Matérn 5/2 kernel, one length a dimension, chosen by its posterior likelihood. Two
 * different categories are as far from each other as the two ends of a range.
 *
 * @param points `[n][d]` as `encode` gives them
 * @param values `[n]`
 * @source Rasmussen and Williams 2006, Gaussian Processes for Machine Learning, algorithm 2.1 and equation 4.17;
 *   Snoek et al. 2012 (arXiv:1206.2944) for this kernel in tuning
 */
export function fitGaussianProcess(
  space: Space,
  points: readonly (readonly number[])[],
  values: readonly number[],
): GaussianProcess {
  const n = points.length
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n) || 1
  const y = Float64Array.from(values, (value) => (value - mean) / spread)
  const squares = squaredDistances(space, points)
  const shape = chooseShape(squares, y, space.dimensions.length)
  const { l, weights, scale } = solve(shape, squares, y) ?? unreachable()
  const inverseLengths = shape.logLengths.map((log) => Math.exp(-2 * log))
  return {
    at: (point) => {
      const row = new Float64Array(n)
      for (let i = 0; i < n; i++) {
        let square = 0
        for (let d = 0; d < inverseLengths.length; d++) {
          square += squareBetween(space, d, point, points[i] ?? []) * (inverseLengths[d] ?? 0)
        }
        row[i] = matern(square)
      }
      const v = solveLower(l, n, row)
      const estimate = row.reduce((sum, k, i) => sum + k * (weights[i] ?? 0), 0)
      const rest = 1 - v.reduce((sum, each) => sum + each * each, 0)
      return { mean: mean + spread * estimate, deviation: spread * Math.sqrt(scale * Math.max(rest, 1e-12)) }
    },
  }
}

/** Matérn 5/2 of a squared distance in lengths. */
function matern(square: number): number {
  const root = Math.sqrt(5 * square)
  return (1 + root + (5 / 3) * square) * Math.exp(-root)
}

function squareBetween(space: Space, d: number, a: readonly number[], b: readonly number[]): number {
  const difference = (a[d] ?? 0) - (b[d] ?? 0)
  return space.dimensions[d]?.kind === 'categorical' ? Number(difference !== 0) : difference * difference
}

/** `[d][n * n]`: for each dimension the squared distances between points. */
function squaredDistances(space: Space, points: readonly (readonly number[])[]): Float64Array[] {
  const n = points.length
  return space.dimensions.map((_, d) => {
    const square = new Float64Array(n * n)
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) square[i * n + j] = squareBetween(space, d, points[i] ?? [], points[j] ?? [])
    return square
  })
}

function solve(shape: Shape, squares: readonly Float64Array[], y: Float64Array) {
  const n = y.length
  const kernel = new Float64Array(n * n)
  squares.forEach((square, d) => {
    const factor = Math.exp(-2 * (shape.logLengths[d] ?? 0))
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) kernel[i * n + j] = (kernel[i * n + j] ?? 0) + factor * (square[i * n + j] ?? 0)
  })
  const noise = Math.exp(shape.logNoise)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) kernel[i * n + j] = matern(kernel[i * n + j] ?? 0) + (i === j ? noise : 0)
  const l = cholesky(kernel, n)
  if (!l) return undefined
  const weights = solveUpper(l, n, solveLower(l, n, y))
  // The function's own variance has a best value in closed form.
  const scale = Math.max(y.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0) / n, 1e-6)
  return { l, weights, scale }
}

/** Logarithm of the posterior of a shape, up to a constant. */
function likelihood(shape: Shape, squares: readonly Float64Array[], y: Float64Array): number {
  const solved = solve(shape, squares, y)
  if (!solved) return -Infinity
  const n = y.length
  let logDeterminant = 0
  for (let i = 0; i < n; i++) logDeterminant += 2 * Math.log(solved.l[i * n + i] ?? 1)
  const prior = shape.logLengths.reduce(
    (sum, log) => sum - 0.5 * ((log - PRIOR.logLength) / PRIOR.lengthSpread) ** 2,
    -0.5 * ((shape.logNoise - PRIOR.logNoise) / PRIOR.noiseSpread) ** 2,
  )
  return -0.5 * (n * Math.log(solved.scale) + logDeterminant) + prior
}

/** Climbs along one coordinate after another with ever smaller steps. */
function chooseShape(squares: readonly Float64Array[], y: Float64Array, dimensions: number): Shape {
  let best = [...Array<number>(dimensions).fill(PRIOR.logLength), PRIOR.logNoise]
  const asShape = (x: readonly number[]): Shape => ({
    logLengths: x.slice(0, dimensions).map((log) => Math.min(Math.log(10), Math.max(Math.log(0.02), log))),
    logNoise: Math.min(0, Math.max(Math.log(1e-6), x[dimensions] ?? 0)),
  })
  let height = likelihood(asShape(best), squares, y)
  for (const step of [1, 0.5, 0.5, 0.25, 0.25]) {
    for (let at = 0; at <= dimensions; at++) {
      for (const sign of [1, -1]) {
        const tried = best.map((value, i) => (i === at ? value + sign * step * (at === dimensions ? 2 : 1) : value))
        const reached = likelihood(asShape(tried), squares, y)
        if (reached > height) [best, height] = [tried, reached]
      }
    }
  }
  return asShape(best)
}

function unreachable(): never {
  throw new Error('internal: a kernel with noise is not positive definite')
}
