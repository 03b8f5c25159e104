import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { ratesAt, type Schedule } from '../../src/yolo/train/update/schedule.ts'

/** A training by the reference: its settings, and learning rate, that of biases and momentum at every batch. */
interface Training {
  readonly name: string
  readonly optimizer: 'SGD' | 'AdamW'
  readonly cos_lr: boolean
  readonly lr0: number
  readonly lrf: number
  readonly momentum: number
  readonly warmup_epochs: number
  readonly epochs: number
  readonly batches: number
  readonly warmup_momentum: number
  readonly warmup_bias_lr: number
  readonly rates: readonly (readonly [number, number, number])[]
}

// The first line names the program that wrote the numbers.
const [, ...trainings] = (await readFile(new URL('fixtures/schedule.jsonl', import.meta.url), 'utf8'))
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Training)

test.each(trainings)('rates and momentum of every batch are those of the reference trainer: $name', (training) => {
  const { lr0, lrf, epochs, batches, momentum, rates } = training
  const schedule: Schedule = {
    lr0,
    lrf,
    shape: training.cos_lr ? 'cosine' : 'linear',
    warmupSteps: Math.round(training.warmup_epochs * batches),
    totalSteps: epochs * batches,
    stepsPerEpoch: batches,
    warmupBiasRate: training.warmup_bias_lr,
    // AdamW keeps its first beta.
    momentum: training.optimizer === 'SGD' ? { from: training.warmup_momentum, to: momentum } : undefined,
  }
  expect(rates).toHaveLength(epochs * batches)
  const off = rates.flatMap(([rate, biasRate, expectedMomentum], step) => {
    const own = ratesAt(schedule, step)
    return [own.learningRate - rate, own.biasLearningRate - biasRate, (own.momentum ?? momentum) - expectedMomentum]
  })
  expect(Math.max(...off.map(Math.abs))).toBeLessThan(1e-12)
})
