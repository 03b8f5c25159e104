import { expect, test } from 'vitest'
import type { TrainStep } from '../runtime/train-step.ts'
import { MAX_STEPS, openStepPool } from './step-pool.ts'

test('a size is compiled once while it is used, and the one longest unused gives way', async () => {
  const log: string[] = []
  const compile = async (sizePx: number): Promise<TrainStep> => {
    log.push(`+${sizePx}`)
    return {
      batch: 1,
      height: sizePx,
      width: sizePx,
      run: () => Promise.reject(new Error('not run here')),
      [Symbol.asyncDispose]: async () => void log.push(`-${sizePx}`),
    }
  }
  expect(MAX_STEPS).toBe(3)
  {
    await using pool = openStepPool(compile)
    for (const size of [32, 64, 96, 32, 128, 64]) expect((await pool.of(size)).height).toBe(size)
    expect(log).toEqual(['+32', '+64', '+96', '-64', '+128', '-96', '+64'])
  }
  expect(log.slice(-3).toSorted()).toEqual(['-128', '-32', '-64'])
})
