import { readFile } from 'node:fs/promises'
import { decodeSafetensors } from '../../src/yolo/weights/safetensors.ts'

/** Numbers of the reference trainer, written by the Python programs beside this file. */
export interface Fixture {
  /** @throws Error when the fixture has no such tensor */
  values(name: string): Float32Array
  shape(name: string): readonly number[]
  /** What the generator noted: versions, names, settings. */
  readonly source: Readonly<Record<string, unknown>>
}

export async function readFixture(name: string): Promise<Fixture> {
  const path = new URL(`fixtures/${name}.safetensors`, import.meta.url)
  const { tensors, metadata } = decodeSafetensors(await readFile(path), name)
  const find = (key: string) => {
    const tensor = tensors.get(key)
    if (!tensor) throw new Error(`fixture ${name} has no ${key}, only ${[...tensors.keys()].join(', ')}`)
    return tensor
  }
  return {
    values: (key) => find(key).data,
    shape: (key) => find(key).shape,
    source: JSON.parse(metadata['source'] ?? '{}') as Record<string, unknown>,
  }
}

/** Greatest |a − b|; infinite when the lengths differ or a number is missing. */
export function greatestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity
  let greatest = 0
  for (let i = 0; i < a.length; i++) {
    const off = Math.abs(a[i]! - b[i]!)
    if (!(off <= greatest)) greatest = Number.isNaN(off) ? Infinity : off
  }
  return greatest
}

/** Each `step`-th number, beginning with the first. */
export function everyNth(values: Float32Array, step: number): Float32Array {
  return Float32Array.from({ length: Math.ceil(values.length / step) }, (_, i) => values[i * step]!)
}
