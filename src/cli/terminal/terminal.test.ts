import { describe, expect, test, vi } from 'vitest'
import { createReporter } from './reporter.ts'
import { createScreen } from './screen.ts'
import { formatFacts, formatTable } from './table.ts'

test('columns are as wide as their widest cell', () => {
  expect(
    formatTable(
      ['name', 'status'],
      [
        ['a', 'InService'],
        ['endpoint', 'Failed'],
      ],
    ),
  ).toBe('NAME      STATUS\na         InService\nendpoint  Failed')
})

test('unknown facts are left out', () => {
  expect(formatFacts({ a: 1, long: 'x', none: undefined })).toBe('a     1\nlong  x')
})

describe('without a terminal', () => {
  test('a task is its first and last line, and one line per interval between them', () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    try {
      let text = ''
      const reporter = createReporter({
        write: (part) => void (text += part),
        interactive: false,
        colour: false,
        columns: () => 80,
      })
      const task = reporter.task('train')
      task.update('epoch 1', 0.1)
      vi.advanceTimersByTime(10_000)
      task.update('epoch 2', 0.2)
      task.update('epoch 3', 0.3)
      task.done('mAP50 0.7')
      expect(text).toBe('… train\n  train: 20% epoch 2\nok train: mAP50 0.7 (10.0s)\n')
    } finally {
      vi.useRealTimers()
    }
  })
})

test('a line that stays is written above the lines that are redrawn', () => {
  const writes: string[] = []
  const screen = createScreen((text) => void writes.push(text), true)
  const removeA = screen.live(() => 'A')
  const removeB = screen.live(() => 'B')
  screen.line('kept')
  removeA()
  removeB()
  screen.line('end')
  // \r to the line's start, [1A one up, [J erase to the end of the screen.
  expect(writes).toEqual([
    'A',
    '\r\u001B[JA\nB',
    '\r\u001B[1A\u001B[Jkept\nA\nB',
    '\r\u001B[1A\u001B[JB',
    '\r\u001B[J',
    'end\n',
  ])
})
