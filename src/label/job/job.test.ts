import { describe, expect, test } from 'vitest'
import { builtInFunctions, kindOfFunction } from './built-in-functions.ts'
import { planLabelingJob } from './job-plan.ts'
import type { LabelingJobPlan } from './job-plan.ts'
import { estimatePrice, taskPrice } from './task-price.ts'
import { uiTemplate } from './ui-template.ts'

const PLAN: LabelingJobPlan = {
  name: 'flight-7',
  kind: 'annotation',
  labels: ['car', 'truck'],
  region: 'eu-central-1',
  roleArn: 'arn:aws:iam::111122223333:role/Label',
  manifestUri: 's3://b/labels/flight-7/input/flight-7.manifest',
  outputUri: 's3://b/labels',
  attribute: 'labels',
  workforce: { type: 'private', teamArn: 'arn:aws:sagemaker:eu-central-1:111122223333:workteam/private-crowd/t' },
  title: 'Cars',
  instructions: 'Every car.\nParked ones, too.',
  workersPerObject: 3,
  taskTimeLimitS: 600,
}

describe('the request of a job', () => {
  test('names the built-in functions of its region and kind, and its files lie together', () => {
    const { request, files } = planLabelingJob({ ...PLAN, tags: { team: 'vision' }, maxObjects: 5 })
    const functions = 'arn:aws:lambda:eu-central-1:203001061592:function'
    expect(request).toEqual({
      LabelingJobName: 'flight-7',
      LabelAttributeName: 'labels',
      InputConfig: { DataSource: { S3DataSource: { ManifestS3Uri: PLAN.manifestUri } } },
      OutputConfig: { S3OutputPath: 's3://b/labels' },
      RoleArn: PLAN.roleArn,
      LabelCategoryConfigS3Uri: 's3://b/labels/flight-7/input/label-categories.json',
      StoppingConditions: { MaxHumanLabeledObjectCount: 5 },
      HumanTaskConfig: {
        WorkteamArn: 'arn:aws:sagemaker:eu-central-1:111122223333:workteam/private-crowd/t',
        UiConfig: { UiTemplateS3Uri: 's3://b/labels/flight-7/input/template.html' },
        PreHumanTaskLambdaArn: `${functions}:PRE-BoundingBox`,
        AnnotationConsolidationConfig: { AnnotationConsolidationLambdaArn: `${functions}:ACS-BoundingBox` },
        TaskTitle: 'Cars',
        TaskDescription: 'Every car.',
        TaskKeywords: ['images', 'bounding boxes'],
        NumberOfHumanWorkersPerDataObject: 3,
        TaskTimeLimitInSeconds: 600,
      },
      Tags: [{ Key: 'team', Value: 'vision' }],
    })
    expect(JSON.parse(files[0]?.text ?? '')).toEqual({
      'document-version': '2018-11-28',
      labels: [{ label: 'car' }, { label: 'truck' }],
    })
  })

  test('of an adjustment job shows the boxes of the attribute before', () => {
    const { request, files } = planLabelingJob({
      ...PLAN,
      kind: 'adjustment',
      attribute: 'labels-adjusted',
      priorAttribute: 'labels',
    })
    expect(request.HumanTaskConfig?.PreHumanTaskLambdaArn).toMatch(/:PRE-AdjustmentBoundingBox$/)
    expect(kindOfFunction(request.HumanTaskConfig?.PreHumanTaskLambdaArn)).toBe('adjustment')
    expect(JSON.parse(files[0]?.text ?? '')).toMatchObject({ auditLabelAttributeName: 'labels' })
    expect(files[1]?.text).toContain('task.input.manifestLine.labels.annotations')
  })

  test('to the public workforce has a price', () => {
    const { request } = planLabelingJob({
      ...PLAN,
      workforce: { type: 'public', taskPriceUsd: 0.072, isFreeOfPersonalData: true },
    })
    expect(request.HumanTaskConfig).toMatchObject({
      WorkteamArn: 'arn:aws:sagemaker:eu-central-1:394669845002:workteam/public-crowd/default',
      PublicWorkforceTaskPrice: { AmountInUsd: { Dollars: 0, Cents: 7, TenthFractionsOfACent: 2 } },
    })
    expect(request.InputConfig?.DataAttributes?.ContentClassifiers).toHaveLength(2)
  })

  test('names everything that is wrong at once', () => {
    const wrong = { ...PLAN, name: 'a b', labels: ['car', 'car'], attribute: 'x-metadata', title: 'x'.repeat(129) }
    expect(() => planLabelingJob(wrong)).toThrow(
      expect.objectContaining({ code: 'label.plan', problems: expect.objectContaining({ length: 4 }) as object }),
    )
    expect(() => planLabelingJob({ ...PLAN, kind: 'verification' })).toThrow('needs the attribute whose boxes it shows')
    expect(() => builtInFunctions('sa-east-1', 'annotation')).toThrow(expect.objectContaining({ code: 'label.region' }))
    expect(() => builtInFunctions('toString', 'annotation')).toThrow(expect.objectContaining({ code: 'label.region' }))
  })
})

describe('the price of a job', () => {
  test('is written in dollars, cents and tenths of a cent', () => {
    expect(taskPrice(0.036)).toEqual({ AmountInUsd: { Dollars: 0, Cents: 3, TenthFractionsOfACent: 6 } })
    expect(taskPrice(1.08)).toEqual({ AmountInUsd: { Dollars: 1, Cents: 8, TenthFractionsOfACent: 0 } })
    expect(() => taskPrice(0.05)).toThrow('it can be paid 0.036, 0.048')
  })

  test('is what workers get and what the service takes', () => {
    // 100 images x 3 workers x 0.036 = 10.80; 100 x 0.08 = 8.
    expect(estimatePrice(100, 3, 0.036)).toEqual({
      objects: 100,
      tasks: 300,
      workersUsd: 10.8,
      groundTruthUsd: 8,
      totalUsd: 18.8,
    })
    // 50,000 x 0.08 + 10,000 x 0.04.
    expect(estimatePrice(60_000, 1, 0).groundTruthUsd).toBe(4400)
  })
})

test('the page for workers says what people wrote, and runs none of it', () => {
  const html = uiTemplate('annotation', { title: '"><b>', instructions: 'a <script> & {{ task.input }}\n\nnext' })
  expect(html).toContain('header="&quot;&gt;&lt;b&gt;"')
  expect(html).toContain('<p>a &lt;script&gt; &amp; &#123;&#123; task.input &#125;&#125;</p><p>next</p>')
  expect(html).toContain('<crowd-bounding-box name="annotatedResult"')
})
