import { expect, test } from 'vitest'
import { greaterThan } from '../dsl/condition.ts'
import { floatParameter } from '../dsl/parameter.ts'
import { conditionStep, failStep } from '../steps/control-steps.ts'
import { modelStep } from '../steps/job-steps.ts'
import { compilePipeline } from './compile.ts'

const stop = failStep({ name: 'Stop', message: 'no' })

test('steps become what the SDK would send, undefined members left out', () => {
  const model = modelStep({
    name: 'Model',
    displayName: 'Make the model',
    arguments: {
      ExecutionRoleArn: 'arn:role',
      PrimaryContainer: { Image: 'i', ModelDataUrl: undefined },
    },
    dependsOn: [stop, 'Stop'],
    retry: [{ exceptions: ['Step.THROTTLING'], maxAttempts: 2 }],
  })
  const { definition } = compilePipeline({ name: 'p', parameters: [], steps: [stop, model] })
  expect(definition.Steps[1]).toEqual({
    Name: 'Model',
    Type: 'Model',
    DisplayName: 'Make the model',
    Arguments: { ExecutionRoleArn: 'arn:role', PrimaryContainer: { Image: 'i' } },
    DependsOn: ['Stop', 'Stop'],
    RetryPolicies: [{ ExceptionType: ['Step.THROTTLING'], IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 2 }],
  })
})

test('conditions nest', () => {
  const min = floatParameter('Min', { default: 0.5 })
  const inner = conditionStep({ name: 'Inner', conditions: [greaterThan(min, 0.1)], elseSteps: [stop] })
  const outer = conditionStep({ name: 'Outer', conditions: [greaterThan(min, 0)], ifSteps: [inner] })
  const { definition } = compilePipeline({ name: 'p', parameters: [min], steps: [outer] })
  expect(definition.Steps[0]?.Arguments).toMatchObject({
    IfSteps: [{ Name: 'Inner', Arguments: { IfSteps: [], ElseSteps: [{ Name: 'Stop', Type: 'Fail' }] } }],
    ElseSteps: [],
  })
})

test('all problems of a pipeline come together', () => {
  const broken = modelStep({
    name: 'Model',
    arguments: { ExecutionRoleArn: 'r', PrimaryContainer: { ModelDataUrl: floatParameter('Undeclared') as never } },
    dependsOn: ['Nobody'],
  })
  const odd = { ...stop, name: 'Odd', arguments: { ErrorMessage: () => 'x', Number: Number.NaN } }
  expect(() => compilePipeline({ name: '-p', parameters: [], steps: [broken, odd] })).toThrow(
    expect.objectContaining({
      code: 'pipeline.definition',
      problems: [
        'pipeline name "-p" must be 1 to 256 letters, digits and inner hyphens',
        'Odd.ErrorMessage: a function cannot be written into a definition',
        'Odd.Number: NaN is no JSON number',
        'step "Model" depends on "Nobody", which does not exist',
        'step "Model": parameter "Undeclared" does not exist',
      ],
    }),
  )
})
