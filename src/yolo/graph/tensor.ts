import { SkyloopError } from '../../core/errors.ts'
import type { Graph } from './graph.ts'

/** Element type: 32-bit float, 64-bit integer, truth value. */
export type DType = 'f32' | 'i64' | 'bool'

/** Sizes of the axes, all known when the graph is built; `[]` is a scalar. */
export type Shape = readonly number[]

/** A value that the graph will compute: it has a shape and a type, and no numbers yet. */
export interface Tensor {
  readonly id: number
  readonly shape: Shape
  readonly dtype: DType
  readonly graph: Graph
}

/** Tensors whose shapes do not fit together; the message quotes them. */
export class ShapeError extends SkyloopError {
  constructor(what: string, shapes: readonly Shape[]) {
    super({ code: 'yolo.shape', fault: 'internal', message: `${what}: ${shapes.map(formatShape).join(' and ')}` })
    this.name = 'ShapeError'
  }
}

function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`
}

export function elementCount(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1)
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis])
}

/** Size of an axis that the caller knows to exist; negative axes count from the end. */
export function axisSize(shape: Shape, axis: number): number {
  const size = shape.at(axis)
  if (size === undefined) throw new ShapeError(`axis ${axis} is missing`, [shape])
  return size
}

/** `[B, C, H, W]` of an image-like tensor. */
export function imageShape(shape: Shape): [number, number, number, number] {
  const [b, c, h, w] = shape
  if (b === undefined || c === undefined || h === undefined || w === undefined || shape.length !== 4) {
    throw new ShapeError('expected [B, C, H, W]', [shape])
  }
  return [b, c, h, w]
}

/** The common shape of two tensors under NumPy's rules: axes align from the right, 1 stretches. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const x = a[axis - rank + a.length] ?? 1
    const y = b[axis - rank + b.length] ?? 1
    if (x !== y && x !== 1 && y !== 1) throw new ShapeError('shapes do not broadcast', [a, b])
    return x === 1 ? y : x
  })
}
