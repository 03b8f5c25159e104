/**
 * Where a scene is painted: linear reflectance and how much sun each pixel gets. Light is multiplied in at the end,
 * so that a shadow darkens whatever lies in it.
 */
export interface Canvas {
  readonly width: number
  readonly height: number
  /** `[H, W]` linear reflectance of red, green, blue, 0 to about 1. */
  readonly r: Float32Array
  readonly g: Float32Array
  readonly b: Float32Array
  /** `[H, W]` direct sun relative to open level ground; 0 in full shadow, above 1 on a slope facing the sun. */
  readonly sun: Float32Array
  /** `[H, W]` id of the labelled object on top, 0 for none. */
  readonly id: Uint16Array
}

export function createCanvas(width: number, height: number): Canvas {
  const n = width * height
  return {
    width,
    height,
    r: new Float32Array(n),
    g: new Float32Array(n),
    b: new Float32Array(n),
    sun: new Float32Array(n).fill(1),
    id: new Uint16Array(n),
  }
}

/** What a shader decides for one pixel; `sun` below 0 keeps what is there, `alpha` scales the coverage. */
export interface Ink {
  r: number
  g: number
  b: number
  sun: number
  alpha: number
}

export type Shader = (ink: Ink, xPx: number, yPx: number, index: number) => void

const SUB = 4
let coverageRow = new Float32Array(4096)
const crossings: number[] = []
const ink: Ink = { r: 0, g: 0, b: 0, sun: -1, alpha: 1 }

/**
 * Visits the pixels that a polygon touches with the covered fraction of each: four sub-rows, exact along x.
 *
 * @param points x0 y0 x1 y1 …, pixels; even-odd rule
 */
export function scanPolygon(
  width: number,
  height: number,
  points: readonly number[],
  visit: (index: number, coverage: number, x: number, y: number) => void,
): void {
  let [minY, maxY, minX, maxX] = [Infinity, -Infinity, Infinity, -Infinity]
  for (let i = 0; i < points.length; i += 2) {
    minX = Math.min(minX, points[i]!)
    maxX = Math.max(maxX, points[i]!)
    minY = Math.min(minY, points[i + 1]!)
    maxY = Math.max(maxY, points[i + 1]!)
  }
  if (maxX <= 0 || maxY <= 0 || minX >= width || minY >= height) return
  const yFirst = Math.max(0, Math.floor(minY))
  const yLast = Math.min(height - 1, Math.floor(maxY))
  const xFirst = Math.max(0, Math.floor(minX))
  const xLast = Math.min(width - 1, Math.floor(maxX))
  if (coverageRow.length < width) coverageRow = new Float32Array(width)
  for (let y = yFirst; y <= yLast; y++) {
    coverageRow.fill(0, xFirst, xLast + 1)
    for (let s = 0; s < SUB; s++) {
      const sy = y + (s + 0.5) / SUB
      findCrossings(points, sy)
      for (let k = 0; k + 1 < crossings.length; k += 2) addSpan(crossings[k]!, crossings[k + 1]!, width)
    }
    for (let x = xFirst; x <= xLast; x++) {
      const coverage = coverageRow[x]!
      if (coverage > 0.003) visit(y * width + x, Math.min(1, coverage), x, y)
    }
  }
}

function findCrossings(points: readonly number[], sy: number): void {
  crossings.length = 0
  let ax = points[points.length - 2]!
  let ay = points[points.length - 1]!
  for (let i = 0; i < points.length; i += 2) {
    const bx = points[i]!
    const by = points[i + 1]!
    if (ay <= sy !== by <= sy) crossings.push(ax + ((sy - ay) / (by - ay)) * (bx - ax))
    ax = bx
    ay = by
  }
  if (crossings.length > 2) crossings.sort((a, b) => a - b)
  else if (crossings.length === 2 && crossings[0]! > crossings[1]!) crossings.reverse()
}

function addSpan(from: number, to: number, width: number): void {
  const a = Math.max(0, from)
  const b = Math.min(width, to)
  if (b <= a) return
  const first = Math.floor(a)
  const last = Math.min(width - 1, Math.floor(b))
  if (first === last) {
    coverageRow[first]! += (b - a) / SUB
    return
  }
  coverageRow[first]! += (first + 1 - a) / SUB
  for (let x = first + 1; x < last; x++) coverageRow[x]! += 1 / SUB
  coverageRow[last]! += (b - last) / SUB
}

/**
 * Paints a polygon.
 *
 * @param id object id to leave where the polygon covers at least half a pixel opaquely; -1 keeps what is there
 */
export function paintPolygon(canvas: Canvas, points: readonly number[], shader: Shader, id = -1): void {
  const { r, g, b, sun } = canvas
  scanPolygon(canvas.width, canvas.height, points, (index, coverage, x, y) => {
    ink.sun = -1
    ink.alpha = 1
    shader(ink, x + 0.5, y + 0.5, index)
    const a = coverage * ink.alpha
    r[index]! += (ink.r - r[index]!) * a
    g[index]! += (ink.g - g[index]!) * a
    b[index]! += (ink.b - b[index]!) * a
    if (ink.sun >= 0) sun[index]! += (ink.sun - sun[index]!) * a
    if (id >= 0 && a >= 0.5) canvas.id[index] = id
  })
}

/** Convex hull of points x0 y0 x1 y1 …, by Andrew's monotone chain. */
export function convexHull(points: readonly number[]): number[] {
  const sorted: [number, number][] = []
  for (let i = 0; i < points.length; i += 2) sorted.push([points[i]!, points[i + 1]!])
  sorted.sort((p, q) => p[0] - q[0] || p[1] - q[1])
  const half = (list: readonly [number, number][]): [number, number][] => {
    const chain: [number, number][] = []
    for (const p of list) {
      while (chain.length >= 2 && turn(chain.at(-2)!, chain.at(-1)!, p) <= 0) chain.pop()
      chain.push(p)
    }
    chain.pop()
    return chain
  }
  return [...half(sorted), ...half(sorted.toReversed())].flat()
}

function turn(o: readonly [number, number], a: readonly [number, number], b: readonly [number, number]): number {
  return (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])
}

/** Two box passes each way: close to a gaussian of `sigmaPx`, in place; nothing below 0.2 px. */
export function blurPlane(plane: Float32Array, width: number, height: number, sigmaPx: number): void {
  if (sigmaPx < 0.2) return
  if (sigmaPx < 1.2) {
    blurSmall(plane, width, height, sigmaPx)
    return
  }
  // A box of radius r has the variance r (r + 1) / 3; two passes add up.
  const radius = Math.max(1, Math.round((Math.sqrt(6 * sigmaPx * sigmaPx + 1) - 1) / 2))
  const other = new Float32Array(plane.length)
  for (let pass = 0; pass < 2; pass++) {
    boxRows(plane, other, width, height, radius)
    boxColumns(other, plane, width, height, radius)
  }
}

function boxRows(from: Float32Array, to: Float32Array, width: number, height: number, radius: number): void {
  const scale = 1 / (2 * radius + 1)
  for (let y = 0; y < height; y++) {
    const row = y * width
    const last = row + width - 1
    let sum = 0
    for (let i = -radius; i <= radius; i++) sum += from[Math.min(last, Math.max(row, row + i))]!
    for (let p = row; p <= last; p++) {
      to[p] = sum * scale
      sum += from[Math.min(last, p + radius + 1)]! - from[Math.max(row, p - radius)]!
    }
  }
}

/** Running sums of a whole row at a time, so that memory is walked in its own order. */
function boxColumns(from: Float32Array, to: Float32Array, width: number, height: number, radius: number): void {
  const scale = 1 / (2 * radius + 1)
  const sums = new Float64Array(width)
  for (let i = -radius; i <= radius; i++) {
    const row = Math.min(height - 1, Math.max(0, i)) * width
    for (let x = 0; x < width; x++) sums[x]! += from[row + x]!
  }
  for (let y = 0; y < height; y++) {
    const next = Math.min(height - 1, y + radius + 1) * width
    const gone = Math.max(0, y - radius) * width
    for (let x = 0; x < width; x++) {
      to[y * width + x] = sums[x]! * scale
      sums[x]! += from[next + x]! - from[gone + x]!
    }
  }
}

/** Five-tap gaussian, both ways. */
function blurSmall(plane: Float32Array, width: number, height: number, sigmaPx: number): void {
  const w1 = Math.exp(-0.5 / (sigmaPx * sigmaPx))
  const w2 = Math.exp(-2 / (sigmaPx * sigmaPx))
  const total = 1 + 2 * w1 + 2 * w2
  const [k0, k1, k2] = [1 / total, w1 / total, w2 / total]
  const copy = Float32Array.from(plane)
  for (let y = 0; y < height; y++) {
    const row = y * width
    for (let x = 0; x < width; x++) {
      const l = x > 0 ? x - 1 : 0
      const ll = x > 1 ? x - 2 : 0
      const r = x < width - 1 ? x + 1 : width - 1
      const rr = x < width - 2 ? x + 2 : width - 1
      plane[row + x] =
        k0 * copy[row + x]! + k1 * (copy[row + l]! + copy[row + r]!) + k2 * (copy[row + ll]! + copy[row + rr]!)
    }
  }
  copy.set(plane)
  for (let y = 0; y < height; y++) {
    const row = y * width
    const u = y > 0 ? row - width : row
    const uu = y > 1 ? row - 2 * width : u
    const d = y < height - 1 ? row + width : row
    const dd = y < height - 2 ? row + 2 * width : d
    for (let x = 0; x < width; x++) {
      plane[row + x] = k0 * copy[row + x]! + k1 * (copy[u + x]! + copy[d + x]!) + k2 * (copy[uu + x]! + copy[dd + x]!)
    }
  }
}
