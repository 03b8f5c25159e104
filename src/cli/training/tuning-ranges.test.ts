import { expect, test } from 'vitest'
import { parameterRanges, readTuningRange } from './tuning-ranges.ts'

test('ranges and choices become what a tuning job takes', () => {
  const ranges = ['lr0=1e-4..1e-2:log', 'mosaic=0..1', 'freeze=0..11:lin', 'batch=4,8', 'optimizer=sgd, adamw']
  expect(parameterRanges(ranges.map(readTuningRange))).toEqual({
    ContinuousParameterRanges: [
      { Name: 'lr0', MinValue: '1e-4', MaxValue: '1e-2', ScalingType: 'Logarithmic' },
      { Name: 'mosaic', MinValue: '0', MaxValue: '1', ScalingType: 'Auto' },
    ],
    IntegerParameterRanges: [{ Name: 'freeze', MinValue: '0', MaxValue: '11', ScalingType: 'Linear' }],
    CategoricalParameterRanges: [
      { Name: 'batch', Values: ['4', '8'] },
      { Name: 'optimizer', Values: ['sgd', 'adamw'] },
    ],
  })
})

test.each([
  ['lr0', 'write name=low..high'],
  ['lr0=0.1', 'at least two values'],
  ['lr0=0.1,0.1', 'given more than once'],
  ['lr0=0.1..0.01', '0.1 is not less than 0.01'],
  ['lr0=0..0.1:log', 'begins above 0'],
  ['lr0=0.1..0.2:cubic', '"cubic" is not one of lin, log, revlog'],
  ['lr0=0.1..7', 'lr0="7" is not a number from 0 to 1'],
  ['batch=4,five', 'batch="five" is not a whole number'],
  ['imgsz=320..640', 'a multiple of 32; list its values'],
  ['optimizer=a..b', 'optimizer="a"'],
  ['speed=1..2', 'unknown hyperparameter "speed"'],
])('%s is refused with what is wrong', (text, words) => {
  expect(() => readTuningRange(text)).toThrow(words)
})
