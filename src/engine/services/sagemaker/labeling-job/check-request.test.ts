import {
  CreateLabelingJobCommand,
  CreateWorkforceCommand,
  DescribeWorkforceCommand,
  ListWorkforcesCommand,
  ListWorkteamsCommand,
} from '@aws-sdk/client-sagemaker'
import type { CreateLabelingJobRequest, HumanTaskConfig } from '@aws-sdk/client-sagemaker'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestEngine } from '../../../testing.ts'
import type { TestEngine } from '../../../testing.ts'
import { LAB, openLab } from '../testing.ts'
import type { Lab } from '../testing.ts'
import { functionsOf, labelingRequest, labellingEnd, manifestOf, prepareLabelling, TEAM_ARN } from './testing.ts'

let engine: TestEngine
let lab: Lab
beforeAll(async () => {
  engine = await startTestEngine()
  lab = await openLab(engine)
  await prepareLabelling(lab)
})
afterAll(async () => engine.stop())

const PUBLIC = 'arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/default'
const CUSTOM = 'arn:aws:lambda:us-east-1:000000000000:function:mine'

test.each<[string, Partial<HumanTaskConfig>, Partial<CreateLabelingJobRequest>, string]>([
  [
    'the public workforce',
    { WorkteamArn: PUBLIC },
    {},
    'The public workforce is not implemented by this engine: nobody',
  ],
  ['a team that is not there', { WorkteamArn: `${TEAM_ARN}x` }, {}, 'private-crowd/annotatorsx does not exist'],
  ['a function of ones own', { PreHumanTaskLambdaArn: CUSTOM }, {}, `PreHumanTaskLambdaArn ${CUSTOM}`],
  ['a task type that is not here', functionsOf('SemanticSegmentation'), {}, 'is not implemented by this engine'],
  [
    'functions of two task types',
    { PreHumanTaskLambdaArn: functionsOf('AdjustmentBoundingBox').PreHumanTaskLambdaArn },
    {},
    'are of different task types',
  ],
  ['too many workers', { NumberOfHumanWorkersPerDataObject: 10 }, {}, 'NumberOfHumanWorkersPerDataObject is 10'],
  [
    'too little time',
    { TaskTimeLimitInSeconds: 29 },
    {},
    'TaskTimeLimitInSeconds is 29, but must be from 30 to 604800',
  ],
  ['an attribute that is metadata', {}, { LabelAttributeName: 'x-metadata' }, 'must not end with -metadata'],
  ['an attribute that is a reference', {}, { LabelAttributeName: 'boxes-ref' }, 'must not end with -ref'],
  ['no categories', {}, { LabelCategoryConfigS3Uri: undefined }, 'LabelCategoryConfigS3Uri is required'],
  ['no manifest', {}, { InputConfig: { DataSource: {} } }, 'ManifestS3Uri is required'],
  ['a path for an output', {}, { OutputConfig: { S3OutputPath: '/tmp' } }, 'OutputConfig.S3OutputPath: not an S3 URI'],
  [
    'automated labelling',
    {},
    {
      LabelingJobAlgorithmsConfig: {
        LabelingJobAlgorithmSpecificationArn:
          'arn:aws:sagemaker:us-east-1:027400017018:labeling-job-algorithm-specification/object-detection',
      },
    },
    'automated data labeling',
  ],
  ['a bad name', {}, { LabelingJobName: 'a b' }, 'labelingJobName'],
])('%s is refused', async (_what, task, more, message) => {
  await expect(
    lab.sagemaker.send(new CreateLabelingJobCommand(labelingRequest(lab, 'refused', task, more))),
  ).rejects.toMatchObject({ name: 'ValidationException', message: expect.stringContaining(message) as string })
})

test.each<[string, string, string]>([
  ['manifest.jsonl', '\n', 'has no objects'],
  ['manifest.jsonl', '{"source-ref": "s3://lab/a.jpg"', 'line 1 is not JSON'],
  ['manifest.jsonl', `${manifestOf('a')}\n[]\n{"source": "text"}`, 'line 2 is no JSON object; line 3 has a "source"'],
  ['manifest.jsonl', '{"source-ref": "/etc/passwd"}', 'line 1 is not an S3 URI: "/etc/passwd"'],
  ['manifest.jsonl', '{"source-ref": "s3://lab/a.jpg", "$x": 1}', 'an attribute that begins with $: $x'],
  ['manifest.jsonl', `{"source-ref": "s3://lab/a.jpg", "x": "${'y'.repeat(20_001)}"}`, 'characters in the attribute x'],
  ['manifest.jsonl', `{"source-ref": "s3://lab/a.jpg", "x": "${'y'.repeat(100_000)}"}`, 'more than 100000'],
  ['categories.json', '{"labels": []}', 'names no label'],
  ['categories.json', '{"labels": [{"label": "car"}, {"label": "car"}]}', 'names the label "car" twice'],
  ['categories.json', 'car', 'is not JSON'],
  ['template.html', '<p>hello</p>', 'has no <crowd-bounding-box>'],
])('a job with a wrong %s fails and says why (%#)', async (file, content, reason) => {
  const name = `wrong-${crypto.randomUUID().slice(0, 8)}`
  await lab.put(`${name}/${file}`, content)
  const uri = (one: string) => (one === file ? `${LAB}/${name}/${file}` : `${LAB}/label/${one}`)
  await lab.sagemaker.send(
    new CreateLabelingJobCommand(
      labelingRequest(
        lab,
        name,
        { UiConfig: { UiTemplateS3Uri: uri('template.html') } },
        {
          InputConfig: { DataSource: { S3DataSource: { ManifestS3Uri: uri('manifest.jsonl') } } },
          LabelCategoryConfigS3Uri: uri('categories.json'),
        },
      ),
    ),
  )
  expect(await labellingEnd(lab, name)).toMatchObject({
    LabelingJobStatus: 'Failed',
    FailureReason: expect.stringMatching(/^ClientError: /) as string,
    LabelCounters: { TotalLabeled: 0, Unlabeled: 0 },
  })
  expect((await labellingEnd(lab, name)).FailureReason).toContain(reason)
})

test('names are taken whatever their case', async () => {
  await lab.sagemaker.send(new CreateLabelingJobCommand(labelingRequest(lab, 'Twice')))
  await expect(lab.sagemaker.send(new CreateLabelingJobCommand(labelingRequest(lab, 'twice')))).rejects.toMatchObject({
    name: 'ResourceInUse',
  })
})

test('an engine has one private workforce, whose teams name the portal', async () => {
  const CognitoConfig = { UserPool: 'us-east-1_abc', ClientId: 'client' }
  await lab.sagemaker.send(new CreateWorkforceCommand({ WorkforceName: 'default', CognitoConfig }))
  await expect(
    lab.sagemaker.send(new CreateWorkforceCommand({ WorkforceName: 'second', CognitoConfig })),
  ).rejects.toMatchObject({ name: 'ResourceLimitExceeded' })
  const { Workforce } = await lab.sagemaker.send(new DescribeWorkforceCommand({ WorkforceName: 'default' }))
  expect(Workforce).toMatchObject({ WorkforceName: 'default', CognitoConfig, Status: 'Active' })
  expect((await lab.sagemaker.send(new ListWorkforcesCommand({}))).Workforces).toEqual([Workforce])
  const { Workteams } = await lab.sagemaker.send(new ListWorkteamsCommand({ NameContains: 'annot' }))
  expect(Workteams).toMatchObject([
    {
      WorkteamName: 'annotators',
      WorkteamArn: TEAM_ARN,
      WorkforceArn: Workforce?.WorkforceArn,
      SubDomain: `${new URL(engine.url).host}/_skyloop/labeling/annotators`,
    },
  ])
})
