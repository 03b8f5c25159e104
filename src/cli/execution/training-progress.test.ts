import { expect, test } from 'vitest'
import { stepLine } from '../../yolo/train/results.ts'
import { readMetricLine, readStepLine, trainingState } from './training-progress.ts'

test('a line within an epoch says how much of the whole training is done', () => {
  expect(readStepLine(stepLine(2, 6, 7, 20, 2.913))).toEqual({
    detail: 'epoch 2/6, batch 7/20, loss 2.91',
    fraction: (1 + 7 / 20) / 6,
  })
  expect(readStepLine(stepLine(2, 6, 7, 20, 2.913, 185))?.detail).toBe(
    'epoch 2/6, batch 7/20, loss 2.91, about 3m 05s left',
  )
  expect(readStepLine('Epoch 2 of 6: loss 2.913, 13.0 images/s')).toBeUndefined()
})

test('a metric line gives its numbers, and other lines give nothing', () => {
  expect(readMetricLine('epoch=3 train_loss=2.113 val_map50=0.41')).toEqual({
    detail: 'epoch 3, loss 2.11, mAP50 0.410',
    epoch: 3,
    metrics: { epoch: 3, train_loss: 2.113, val_map50: 0.41 },
  })
  expect(readMetricLine('Training on 160 images')).toBeUndefined()
})

test('a training stands where its last telling line says', () => {
  const metric = 'epoch=3 train_loss=2.113 val_map50=0.41'
  expect(trainingState([stepLine(3, 6, 7, 20, 2.9), metric, 'Epoch 3 of 6: loss 2.113'], 6)).toEqual({
    detail: 'epoch 3/6, loss 2.11, mAP50 0.410',
    fraction: 0.5,
  })
  expect(trainingState([metric, stepLine(4, 6, 10, 20, 2.9)], 6).fraction).toBe((3 + 0.5) / 6)
  expect(trainingState(['Training on 160 images'], 6)).toEqual({ detail: 'Training on 160 images' })
})
