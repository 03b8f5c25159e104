import { expect, test } from 'vitest'
import { compilePipeline } from '../definition/compile.ts'
import { outputUri } from '../steps/step.ts'
import { TRAINING_METRICS } from './create-training-step.ts'
import { PipelineFactory } from './pipeline-factory.ts'

const factory = new PipelineFactory({ accountId: '000000000000', region: 'us-east-1' })
const compiled = (spot = false) =>
  compilePipeline(
    factory.createCompletePipeline({
      pipelineName: 'skyloop-detection',
      inputData: 's3://skyloop-000000000000-us-east-1/data/flights',
      defaults: { epochs: 3, minMap50: 0.4 },
      hyperparameters: { mosaic: 0.2 },
      spot,
    }),
  )

test('the complete pipeline is written as agreed', async () => {
  const { definition } = compiled()
  await expect(`${JSON.stringify(definition, null, 2)}\n`).toMatchFileSnapshot('complete-pipeline.json.golden')
})

test('eight steps in the order of the loop, deployment and monitoring behind the gate', () => {
  const { definition } = compiled()
  expect(definition.Steps.map((step) => step.Name)).toEqual([
    'Preprocess',
    'Validate',
    'Train',
    'Evaluate',
    'Register',
    'QualityGate',
  ])
  const gate = definition.Steps[5]?.Arguments as Record<'IfSteps' | 'ElseSteps', { Name: string }[]>
  expect(gate.IfSteps.map((step) => step.Name)).toEqual(['Deploy', 'MonitoringSetup'])
  expect(gate.ElseSteps.map((step) => step.Name)).toEqual(['QualityGateFailed'])
})

test('the same pipeline compiles to the same text', () => {
  expect(compiled().json).toBe(compiled().json)
})

test('spot training waits longer than it runs', () => {
  const training = compiled(true).definition.Steps.find((step) => step.Name === 'Train')
  expect(training?.Arguments).toMatchObject({
    EnableManagedSpotTraining: true,
    StoppingCondition: { MaxRuntimeInSeconds: 86_400, MaxWaitTimeInSeconds: 172_800 },
  })
})

test('metric definitions read the training program’s lines', () => {
  const line =
    'epoch=3 train_loss=2.113 box_loss=1e-05 cls_loss=0.5 dfl_loss=0.9 val_map50=0.41 val_map50_95=0.2 images_per_second=7.9'
  const read = Object.fromEntries(TRAINING_METRICS.map(({ Name, Regex }) => [Name, new RegExp(Regex).exec(line)?.[1]]))
  expect(read).toEqual({
    epoch: '3',
    train_loss: '2.113',
    box_loss: '1e-05',
    cls_loss: '0.5',
    dfl_loss: '0.9',
    val_map50: '0.41',
    val_map50_95: '0.2',
    images_per_second: '7.9',
  })
})

test('steps made one by one fit together', () => {
  const preprocess = factory.createPreprocessingStep({ inputData: 's3://b/raw', cache: 'off' })
  const train = factory.createTrainingStep({
    dataset: outputUri(preprocess, 'dataset'),
    hyperparameters: { epochs: 2 },
  })
  const { definition } = compilePipeline({ name: 'own', parameters: [], steps: [preprocess, train] })
  expect(definition.Steps[1]?.Arguments).toMatchObject({ HyperParameters: { epochs: '2' } })
  expect(definition.Steps[0]).not.toHaveProperty('CacheConfig')
})
