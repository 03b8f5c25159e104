import { expect, test } from 'vitest'
import { NO_PROGRESS } from './checkpoint.ts'
import { stepLine } from './results.ts'
import { measureRate } from './stopwatch.ts'

test('time left follows the batches since the first one, which compiles', () => {
  let seconds = 0
  const rate = measureRate(10, () => seconds)
  const at = (epoch: number, batch: number, now: number): number | undefined => {
    seconds = now
    return rate.secondsFor(20 - (epoch * 10 + batch), { ...NO_PROGRESS, epoch, batch })
  }
  // 30 s for the first batch, of which 28 s are compilation; 2 s for each after it.
  expect(at(0, 1, 30)).toBeUndefined()
  expect(at(0, 2, 32)).toBe(36)
  // The validation between epochs, 8 s, is spread over the batches: 26 s for 9 of them, 10 to go.
  expect(at(1, 0, 56)).toBeCloseTo((26 / 9) * 10, 9)
})

test('it is told in whole seconds, and not at all when it is over', () => {
  expect(stepLine(1, 3, 2, 9, 2.5)).toBe('Epoch 1 of 3, batch 2 of 9: loss 2.500')
  expect(stepLine(1, 3, 2, 9, 2.5, 50.14)).toBe('Epoch 1 of 3, batch 2 of 9: loss 2.500, about 50s left')
  expect(stepLine(1, 3, 2, 9, 2.5, 185.4)).toBe('Epoch 1 of 3, batch 2 of 9: loss 2.500, about 3m 05s left')
  expect(stepLine(3, 3, 9, 9, 2.5, 0)).toBe('Epoch 3 of 3, batch 9 of 9: loss 2.500')
})
