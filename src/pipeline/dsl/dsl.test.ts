import type { DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker'
import { expect, test } from 'vitest'
import { equals, isIn, not, or } from './condition.ts'
import { floatParameter, integerParameter, stringParameter } from './parameter.ts'
import { propertiesOf } from './properties.ts'
import { EXPRESSION, execution, isReference, join, text, type Reference } from './reference.ts'

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

test('references write what the service reads', () => {
  const epochs = integerParameter('Epochs', { default: 3 })
  expect(epochs[EXPRESSION]).toEqual({ Get: 'Parameters.Epochs' })
  expect(execution('PipelineExecutionId')[EXPRESSION]).toEqual({ Get: 'Execution.PipelineExecutionId' })
  expect(json(join('/', ['s3://b', execution('PipelineName'), epochs, 7, true]))).toEqual({
    'Std:Join': {
      On: '/',
      Values: ['s3://b', { Get: 'Execution.PipelineName' }, { Get: 'Parameters.Epochs' }, 7, true],
    },
  })
})

test('text leaves texts alone and turns numbers into text', () => {
  const name = stringParameter('Name')
  expect(text(5)).toBe('5')
  expect(text(name)).toBe(name)
  const joined = join('', ['a'])
  expect(text(joined)).toBe(joined)
  expect(json(text(floatParameter('Scale')))).toEqual({ 'Std:Join': { On: '', Values: [{ Get: 'Parameters.Scale' }] } })
})

test('properties are paths, typed by the SDK', async () => {
  const train = propertiesOf<DescribeTrainingJobResponse>('Train')
  const artifacts: Reference<string> = train.ModelArtifacts.S3ModelArtifacts
  expect(json(artifacts)).toEqual({ Get: 'Steps.Train.ModelArtifacts.S3ModelArtifacts' })
  expect(json(train.FinalMetricDataList.at(0).Value)).toEqual({ Get: 'Steps.Train.FinalMetricDataList[0].Value' })
  expect(json(train.InputDataConfig.named('dataset').ChannelName)).toEqual({
    Get: "Steps.Train.InputDataConfig['dataset'].ChannelName",
  })
  expect(isReference(artifacts)).toBe(true)
  expect(isReference({ Get: 'x' })).toBe(false)
  expect(json(await Promise.resolve(artifacts))).toEqual(json(artifacts))
})

test('a reference put into a text by accident is refused, with the way out', () => {
  const train = propertiesOf<DescribeTrainingJobResponse>('Train')
  const careless: readonly unknown[] = [integerParameter('Epochs'), train.ModelArtifacts.S3ModelArtifacts]
  for (const reference of careless) {
    expect(() => String(reference)).toThrow('has no value before the pipeline runs')
    expect(() => String(reference)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('join(') as string }),
    )
  }
})

test('conditions write the form of the SDK', () => {
  const size = stringParameter('Size')
  const left = { Get: 'Parameters.Size' }
  expect(equals(size, 'n')).toEqual({ Type: 'Equals', LeftValue: left, RightValue: 'n' })
  expect(isIn(size, ['n', 's'])).toEqual({ Type: 'In', QueryValue: left, Values: ['n', 's'] })
  expect(or(not(equals(size, 'n')), equals(1, 1))).toEqual({
    Type: 'Or',
    Conditions: [
      { Type: 'Not', Condition: { Type: 'Equals', LeftValue: left, RightValue: 'n' } },
      { Type: 'Equals', LeftValue: 1, RightValue: 1 },
    ],
  })
})
