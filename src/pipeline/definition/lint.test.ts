import { describe, expect, test } from 'vitest'
import { lintDefinition } from './lint.ts'

const job = (Name: string, Arguments: object = {}, more: object = {}) => ({
  Name,
  Type: 'Processing',
  Arguments: { AppSpecification: { ImageUri: 'i' }, ...Arguments },
  ...more,
})
const definition = (Steps: unknown, Parameters: unknown = []) => ({ Version: '2020-12-01', Parameters, Steps })
const problems = (Steps: unknown, Parameters?: unknown) => lintDefinition(definition(Steps, Parameters))

describe('the lint of definitions', () => {
  test('is silent about a definition in order', () => {
    const report = {
      PropertyFiles: [{ PropertyFileName: 'R', OutputName: 'out', FilePath: 'r.json' }],
      CacheConfig: { Enabled: true, ExpireAfter: 'PT1H' },
      RetryPolicies: [{ ExceptionType: ['Step.THROTTLING'], MaxAttempts: 3 }],
    }
    const steps = [
      job('A', { ProcessingOutputConfig: { Outputs: [{ OutputName: 'out' }] } }, report),
      {
        Name: 'Gate',
        Type: 'Condition',
        Arguments: {
          Conditions: [
            {
              Type: 'LessThan',
              LeftValue: { 'Std:JsonGet': { PropertyFile: { Get: 'Steps.A.PropertyFiles.R' }, Path: 'x' } },
              RightValue: { Get: 'Parameters.Max' },
            },
          ],
          IfSteps: [job('B', { RoleArn: { Get: 'Steps.A.ProcessingJobArn' } })],
          ElseSteps: [{ Name: 'Stop', Type: 'Fail', Arguments: { ErrorMessage: 'too much' } }],
        },
      },
    ]
    expect(problems(steps, [{ Name: 'Max', Type: 'Float', DefaultValue: 0.5 }])).toEqual([])
  })

  test('names every problem at once', () => {
    const found = problems(
      [
        job('A', { X: { Get: 'Parameters.Missing' }, Y: { Get: 'Steps.Nowhere.Arn' } }),
        job('A'),
        job('bad name', {}, { DependsOn: ['Ghost'] }),
        { Name: 'T', Type: 'Teleport', Arguments: {} },
      ],
      [
        { Name: 'P', Type: 'Integer', DefaultValue: 1.5 },
        { Name: 'P', Type: 'String', DefaultValue: 'c', EnumValues: ['a', 'b'] },
        { Name: 'Q', Type: 'Date' },
      ],
    )
    expect(found).toEqual([
      'parameter "P": default 1.5 is no Integer',
      'parameter name "P" is used twice',
      'parameter "P": default "c" is not among its EnumValues',
      'parameter "Q": type must be String, Integer, Float, Boolean',
      'step name "A" is used twice',
      'step "A": parameter "Missing" does not exist',
      'step "A": refers to step "Nowhere", which does not exist',
      'step name "bad name" must be 1 to 64 letters, digits, hyphens and underscores',
      'step "bad name" depends on "Ghost", which does not exist',
      expect.stringMatching(/^step "T": type "Teleport" is not one of Processing, Training/) as string,
    ])
  })

  test('finds circles through references, dependsOn and conditions', () => {
    expect(
      problems([
        job('A', { R: { Get: 'Steps.B.Arn' } }),
        job('B', {}, { DependsOn: ['C'] }),
        job('C', { X: [{ Get: 'Steps.A.Arn' }] }),
      ]),
    ).toEqual(['steps wait for each other in a circle: A -> B -> C -> A'])
    const gate = {
      Name: 'Gate',
      Type: 'Condition',
      Arguments: {
        Conditions: [{ Type: 'Equals', LeftValue: { Get: 'Steps.Inner.Status' }, RightValue: 'x' }],
        IfSteps: [job('Inner')],
      },
    }
    expect(problems([gate])).toEqual(['steps wait for each other in a circle: Gate -> Inner -> Gate'])
  })

  test('knows property files and their outputs', () => {
    const ask = (file: string) => ({
      Name: 'Gate',
      Type: 'Condition',
      Arguments: {
        Conditions: [
          {
            Type: 'Equals',
            LeftValue: { 'Std:JsonGet': { PropertyFile: { Get: `Steps.A.PropertyFiles.${file}` }, Path: 'x' } },
            RightValue: 1,
          },
        ],
      },
    })
    const step = job('A', {}, { PropertyFiles: [{ PropertyFileName: 'R', OutputName: 'gone', FilePath: 'r.json' }] })
    expect(problems([step, ask('S')])).toEqual(['step "Gate": step "A" has no property file "S"'])
    expect(problems([step, ask('R')])).toEqual([
      'step "Gate": property file "R" lies in output "gone", which step "A" does not have',
    ])
  })

  test.each([
    [{ CacheConfig: { Enabled: true, ExpireAfter: 'soon' } }, 'ExpireAfter "soon" is no ISO 8601 duration'],
    [{ CacheConfig: { Enabled: true } }, 'ExpireAfter undefined is no ISO 8601 duration'],
    [{ RetryPolicies: [{ ExceptionType: ['Step.THROTTLING'] }] }, 'give MaxAttempts or ExpireAfterMin'],
    [{ RetryPolicies: [{ ExceptionType: ['Step.THROTTLING'], MaxAttempts: 21 }] }, 'MaxAttempts must be 1 to 20'],
    [{ RetryPolicies: [{ ExceptionType: ['Rain'], MaxAttempts: 1 }] }, 'ExceptionType must list some of'],
    [{ DependsOn: 'B' }, 'DependsOn must be a list'],
  ])('policies: %j', (more, problem) => {
    expect(problems([job('A', {}, more)])).toEqual([expect.stringContaining(problem)])
  })

  test.each([
    [{ Get: 'Execution.Weather' }, 'there is no execution variable'],
    [{ Get: 'Train.Arn' }, 'is no reference to a parameter'],
    [{ 'Std:Join': { Values: [] } }, 'Std:Join needs On and Values'],
    [{ 'Std:JsonGet': { Path: 'x' } }, 'Std:JsonGet needs PropertyFile or S3Uri'],
    [{ 'Std:JsonGet': { S3Uri: 's3://b/x' } }, 'Std:JsonGet needs a Path'],
  ])('expressions: %j', (expression, problem) => {
    expect(problems([job('A', { X: expression })])).toEqual([expect.stringContaining(problem)])
  })

  test('takes any JSON, and refuses what is too large', () => {
    expect(lintDefinition('x')).toEqual(['the definition is not a JSON object'])
    expect(lintDefinition({ Version: '1', Steps: 7, Parameters: 'x' })).toEqual([
      'Version must be "2020-12-01", given "1"',
      'Parameters must be a list',
      'Steps must be a list of steps',
      'a pipeline needs at least one step',
    ])
    expect(problems([null, { Name: 'A' }])).toEqual([
      'Steps[0] is no step: it has no Name',
      expect.stringContaining('type undefined is not one of') as string,
      'step "A" has no Arguments',
    ])
    expect(problems([job('A', { Note: 'x'.repeat(1_048_576) })])).toEqual([
      expect.stringContaining('at most 1048576 are allowed'),
    ])
  })
})
