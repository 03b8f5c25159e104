import { expect, test } from 'vitest'
import { parseSchedule } from './schedule.ts'

const next = (expression: string, after: string) => parseSchedule(expression)(new Date(after))?.toISOString()

// 2026-01-01 is a Thursday.
test.each([
  ['rate(5 minutes)', '2026-01-01T00:00:30Z', '2026-01-01T00:05:30.000Z'],
  ['rate(1 day)', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00.000Z'],
  ['cron(0 12 * * ? *)', '2026-01-01T11:59:59Z', '2026-01-01T12:00:00.000Z'],
  ['cron(0 12 * * ? *)', '2026-01-01T12:00:00Z', '2026-01-02T12:00:00.000Z'],
  ['cron(0/15 * * * ? *)', '2026-01-01T00:44:00Z', '2026-01-01T00:45:00.000Z'],
  ['cron(5,50 8-9 ? * MON-FRI *)', '2026-01-02T09:50:00Z', '2026-01-05T08:05:00.000Z'],
  ['cron(0 0 L * ? *)', '2026-02-01T00:00:00Z', '2026-02-28T00:00:00.000Z'],
  ['cron(0 0 L * ? *)', '2028-02-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ['cron(0 0 15W * ? *)', '2026-03-01T00:00:00Z', '2026-03-16T00:00:00.000Z'],
  ['cron(0 0 1W * ? *)', '2026-08-01T00:00:00Z', '2026-08-03T00:00:00.000Z'],
  ['cron(0 0 ? * 6L *)', '2026-01-01T00:00:00Z', '2026-01-30T00:00:00.000Z'],
  ['cron(0 0 ? * TUE#2 *)', '2026-01-01T00:00:00Z', '2026-01-13T00:00:00.000Z'],
  ['cron(30 6 1 JAN ? 2030)', '2026-01-01T06:30:00Z', '2030-01-01T06:30:00.000Z'],
  ['cron(0 0 1 1 ? 2020)', '2026-01-01T00:00:00Z', undefined],
  ['cron(0 0 31 2 ? *)', '2026-01-01T00:00:00Z', undefined],
])('%s after %s fires at %s', (expression, after, expected) => expect(next(expression, after)).toBe(expected))

test.each([
  'rate(0 minutes)',
  'rate(1 minutes)',
  'rate(2 minute)',
  'rate(5 seconds)',
  'cron(0 12 * * *)',
  'cron(0 12 * * * *)',
  'cron(0 12 ? * ? *)',
  'cron(60 12 * * ? *)',
  'cron(0 24 * * ? *)',
  'cron(0 12 * FOO ? *)',
  'cron(0 12 0 * ? *)',
  'every day',
])('refuses %s', (expression) => {
  expect(() => parseSchedule(expression)).toThrow('Parameter ScheduleExpression is not valid')
})
