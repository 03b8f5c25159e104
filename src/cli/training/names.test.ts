import { expect, test } from 'vitest'
import { experimentName, jobNameOf, shortName } from './names.ts'

test('an experiment is named by the person, or after its data', () => {
  expect(experimentName('training', 'harbour-1', './x', 'abc123')).toBe('experiment-harbour-1')
  expect(experimentName('training', 'experiment-harbour', './x', 'abc123')).toBe('experiment-harbour')
  expect(experimentName('training', undefined, './My Flights/', 'abc123')).toBe('experiment-my-flights-abc123')
  expect(experimentName('training', undefined, '.', 'abc123')).toBe('experiment-data-abc123')
  expect(experimentName('tuning', undefined, 's3://b/a-very-long-name-of-data', 'abc123')).toBe(
    'experiment-a-very-long-na-abc123',
  )
})

test('a name that no job can have is refused with the room there is', () => {
  expect(() => experimentName('training', 'two words', '', '')).toThrow('1 to 52 letters')
  expect(() => experimentName('tuning', 'x'.repeat(22), '', '')).toThrow('1 to 21 letters')
})

test('the prefix is optional for a person', () => {
  expect(jobNameOf('a')).toBe('experiment-a')
  expect(jobNameOf('experiment-a')).toBe('experiment-a')
  expect(shortName('experiment-a')).toBe('a')
})
