import { expect, test } from 'vitest'
import { modelSpec } from '../../model/spec.ts'
import { explainAllocation, requireMemory, trainingBytes } from './memory-need.ts'
import { DEFAULT_SETTINGS } from '../settings/settings.ts'

/** Peak resident megabytes of a process that runs two steps, measured on Linux with 2 threads. */
const MEASURED = [
  { scale: 'n', batch: 8, imgsz: 192, peakMb: 435 },
  { scale: 'n', batch: 4, imgsz: 320, peakMb: 503 },
  { scale: 'n', batch: 8, imgsz: 320, peakMb: 851 },
  { scale: 'n', batch: 16, imgsz: 320, peakMb: 1411 },
  { scale: 'n', batch: 8, imgsz: 640, peakMb: 3458 },
  { scale: 's', batch: 8, imgsz: 320, peakMb: 1521 },
  { scale: 'm', batch: 4, imgsz: 320, peakMb: 1591 },
] as const

test.each(MEASURED)('$scale at $imgsz px, batch $batch: the estimate covers the $peakMb MB measured', (point) => {
  const { peakMb, ...settings } = point
  const estimate = trainingBytes(modelSpec(settings.scale, 5), { ...DEFAULT_SETTINGS, ...settings }) / 1e6
  expect(estimate / peakMb).toBeGreaterThan(1)
  expect(estimate / peakMb).toBeLessThan(2.1)
})

test('the three largest sizes of a multi-scale training are in memory at a time', () => {
  const spec = modelSpec('n', 5)
  const fixed = trainingBytes(spec, { ...DEFAULT_SETTINGS, imgsz: 384 })
  const mixed = trainingBytes(spec, { ...DEFAULT_SETTINGS, multi_scale: 0.2 })
  expect(mixed / fixed).toBeGreaterThan(2)
  expect(mixed / fixed).toBeLessThan(3)
})

test('what does not fit is refused with the batch that does', () => {
  const spec = modelSpec('n', 5)
  const settings = { ...DEFAULT_SETTINGS, batch: 64, imgsz: 640 }
  const four = trainingBytes(spec, { ...settings, batch: 4 })
  requireMemory(spec, { ...settings, batch: 4 }, four)
  expect(() => requireMemory(spec, settings, four)).toThrow(
    expect.objectContaining({
      code: 'yolo.train.memory',
      message: expect.stringMatching(/^YOLO11n at 640 px with batch 64 needs about 2\d\.\d GiB/) as string,
      hint: expect.stringContaining('batch=4 fits, and with accumulate=16') as string,
    }) as Error,
  )
  const tiny = expect.objectContaining({ hint: expect.stringContaining('not even batch=1 fits') as string }) as Error
  expect(() => requireMemory(spec, settings, 1e8)).toThrow(tiny)
})

test('a failed allocation is told as such, other errors stay as they are', () => {
  const other = new Error('Non-zero status code returned while running Add node')
  expect(explainAllocation(other, DEFAULT_SETTINGS)).toBe(other)
  const arena = 'BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 13107200'
  expect(explainAllocation(new Error(arena), DEFAULT_SETTINGS)).toMatchObject({
    code: 'yolo.train.memory',
    message: expect.stringContaining('YOLO11n at 320 px with batch 8') as string,
  })
})
