import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge'
import {
  DescribeLabelingJobCommand,
  ListLabelingJobsCommand,
  ListLabelingJobsForWorkteamCommand,
  ListTagsCommand,
  StopLabelingJobCommand,
} from '@aws-sdk/client-sagemaker'
import { ListObjectsV2Command } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPortalSource } from '../../../../label/tasks/portal-source.ts'
import type { LabellingTask, TaskSource } from '../../../../label/tasks/task-source.ts'
import { startTestEngine } from '../../../testing.ts'
import type { TestEngine } from '../../../testing.ts'
import { eventually, LAB, openLab } from '../testing.ts'
import type { Lab } from '../testing.ts'
import {
  beginLabelling,
  functionsOf,
  labelingRequest,
  labellingEnd,
  labellingIs,
  manifestOf,
  outputLines,
  prepareLabelling,
  TEAM_ARN,
} from './testing.ts'

let engine: TestEngine
let lab: Lab
beforeAll(async () => {
  engine = await startTestEngine()
  lab = await openLab(engine)
  await prepareLabelling(lab)
  const events = new EventBridgeClient(engine.clientConfiguration)
  const logs = new CloudWatchLogsClient(engine.clientConfiguration)
  await logs.send(new CreateLogGroupCommand({ logGroupName: '/aws/events/labels' }))
  const pattern = { 'detail-type': ['SageMaker Ground Truth Labeling Job State Change'] }
  await events.send(new PutRuleCommand({ Name: 'labels', EventPattern: JSON.stringify(pattern) }))
  const Arn = 'arn:aws:logs:us-east-1:000000000000:log-group:/aws/events/labels'
  await events.send(new PutTargetsCommand({ Rule: 'labels', Targets: [{ Id: 'log', Arn }] }))
})
afterAll(async () => engine.stop())

const box = (left: number, top: number, width: number, height: number, label = 'car') => ({
  label,
  left,
  top,
  width,
  height,
})
const answer = (...boundingBoxes: ReturnType<typeof box>[]) => ({
  annotatedResult: { boundingBoxes, inputImageProperties: { width: 64, height: 48 } },
})

/** The worker answers the next task. @returns which object it was */
async function label(source: TaskSource, worker: string, ...boxes: ReturnType<typeof box>[]) {
  const task = await source.claim(worker)
  if (!task) throw new Error(`nothing left for ${worker}`)
  await source.submit(task, answer(...boxes))
  return task.objectId
}

const keysUnder = async (Prefix: string) => {
  const { Contents = [] } = await lab.s3.send(new ListObjectsV2Command({ Bucket: 'lab', Prefix }))
  return Contents.map(({ Key = '' }) =>
    Key.slice(Prefix.length).replaceAll(/\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d/g, '<time>'),
  )
}

describe('a labeling job', () => {
  test('waits for its workers, and is complete when they have answered', async () => {
    const job = await beginLabelling(lab, labelingRequest(lab, 'one', {}, { Tags: [{ Key: 'team', Value: 'vision' }] }))
    expect(job).toMatchObject({
      LabelingJobStatus: 'InProgress',
      LabelCounters: { TotalLabeled: 0, HumanLabeled: 0, MachineLabeled: 0, FailedNonRetryableError: 0, Unlabeled: 3 },
      Tags: [{ Key: 'team', Value: 'vision' }],
    })
    expect(job.LabelingJobOutput).toBeUndefined()
    const source = await openPortalSource(lab.sagemaker, 'one')
    expect(source.about).toMatchObject({
      title: 'Cars',
      labels: ['car', 'truck'],
      kind: 'annotation',
      instructions: 'Every car.\n- Also parked & towed ones',
      workersPerObject: 1,
      taskTimeLimitS: 600,
    })

    const task = await source.claim('ana')
    expect(task).toMatchObject({
      objectId: '0',
      sourceRef: `${LAB}/raw/a.jpg`,
      image: { width: 64, height: 48 },
      proposals: [],
    })
    expect(await source.claim('ana')).toEqual(task)
    if (!task) return
    await source.submit(task, answer(box(1, 2, 30, 20), box(40.4, 10.2, 20.2, 30.1, 'truck')))
    await labellingIs(lab, 'one', ({ LabelCounters }) => LabelCounters?.HumanLabeled === 1)
    const { LabelCounters } = await lab.sagemaker.send(new DescribeLabelingJobCommand({ LabelingJobName: 'ONE' }))
    expect(LabelCounters).toMatchObject({ TotalLabeled: 1, Unlabeled: 2 })

    expect(await label(source, 'ana')).toBe('1')
    expect(await label(source, 'ben', box(0, 0, 64, 48))).toBe('2')
    const ended = await labellingEnd(lab, 'one')
    expect(ended).toMatchObject({
      LabelingJobStatus: 'Completed',
      LabelCounters: { TotalLabeled: 3, HumanLabeled: 3, Unlabeled: 0 },
      LabelingJobOutput: { OutputDatasetS3Uri: `${LAB}/labelled/one/manifests/output/output.manifest` },
    })
    const lines = await outputLines(lab, 'one')
    expect(lines[0]).toEqual({
      'source-ref': `${LAB}/raw/a.jpg`,
      flight: 'f01',
      boxes: {
        image_size: [{ width: 64, height: 48, depth: 3 }],
        annotations: [
          { class_id: 0, left: 1, top: 2, width: 30, height: 20 },
          // 40.4 + 20.2 = 60.6 → 61; 10.2 + 30.1 = 40.3 → 40.
          { class_id: 1, left: 40, top: 10, width: 21, height: 30 },
        ],
      },
      'boxes-metadata': {
        objects: [{ confidence: 0 }, { confidence: 0 }],
        'class-map': { '0': 'car', '1': 'truck' },
        type: 'groundtruth/object-detection',
        'human-annotated': 'yes',
        'creation-date': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/) as string,
        'job-name': 'labeling-job/one',
      },
    })
    expect(lines[1]).toMatchObject({ boxes: { annotations: [] }, 'boxes-metadata': { objects: [], 'class-map': {} } })
    expect(await keysUnder('labelled/one/')).toEqual([
      'annotations/consolidated-annotation/consolidation-request/iteration-1/<time>.json',
      'annotations/consolidated-annotation/consolidation-response/iteration-1/<time>.json',
      'annotations/intermediate/1/annotations.manifest',
      'annotations/worker-response/iteration-1/0/<time>.json',
      'annotations/worker-response/iteration-1/1/<time>.json',
      'annotations/worker-response/iteration-1/2/<time>.json',
      'manifests/output/output.manifest',
    ])
  })

  test('tells its story in events, logs, lists and tags', async () => {
    const { LabelingJobSummaryList: all } = await lab.sagemaker.send(
      new ListLabelingJobsCommand({ NameContains: 'one' }),
    )
    expect(all).toMatchObject([{ LabelingJobName: 'one', LabelingJobStatus: 'Completed', WorkteamArn: TEAM_ARN }])
    const { LabelingJobSummaryList: ofTeam } = await lab.sagemaker.send(
      new ListLabelingJobsForWorkteamCommand({ WorkteamArn: TEAM_ARN }),
    )
    expect(ofTeam).toMatchObject([
      {
        LabelingJobName: 'one',
        LabelCounters: { HumanLabeled: 3, PendingHuman: 0, Total: 3 },
        WorkRequesterAccountId: '000000000000',
      },
    ])
    const { Tags } = await lab.sagemaker.send(new ListTagsCommand({ ResourceArn: all?.[0]?.LabelingJobArn }))
    expect(Tags).toEqual([{ Key: 'team', Value: 'vision' }])
    const logs = new CloudWatchLogsClient(engine.clientConfiguration)
    const { events = [] } = await logs.send(
      new GetLogEventsCommand({
        logGroupName: '/aws/sagemaker/LabelingJobs',
        logStreamName: 'one',
        startFromHead: true,
      }),
    )
    const messages = events.map(({ message }) => message)
    expect(messages[0]).toBe('3 objects: 3 to label, 0 labelled before, 0 failed')
    expect(messages).toContain('ana answered object 0')
    expect(messages.at(-1)).toBe('Completed: 3 labelled, 0 failed, 0 not labelled')
    const told = await eventually(
      async () => {
        const { events: lines = [] } = await logs.send(
          new FilterLogEventsCommand({ logGroupName: '/aws/events/labels' }),
        )
        return lines.map(({ message }) => JSON.parse(message ?? '') as { resources: string[]; detail: object })
      },
      (found) => found.length >= 3,
    )
    expect(told).toMatchObject([
      { resources: [all?.[0]?.LabelingJobArn], detail: { LabelingJobStatus: 'Initializing' } },
      { detail: { LabelingJobStatus: 'InProgress', LabelCounters: { Unlabeled: 3 } } },
      { detail: { LabelingJobStatus: 'Completed', LabelCounters: { HumanLabeled: 3 }, Tags: { team: 'vision' } } },
    ])
  })

  test('asks several workers for each object and consolidates what they drew', async () => {
    await beginLabelling(lab, labelingRequest(lab, 'many', { NumberOfHumanWorkersPerDataObject: 3 }))
    const source = await openPortalSource(lab.sagemaker, 'many')
    // Each worker gets each object once; nobody gets one twice.
    for (const [worker, shift] of [
      ['ana', 0],
      ['ben', 4],
      ['cleo', 2],
    ] as const) {
      for (const object of ['0', '1', '2']) {
        const boxes = object === '1' && worker === 'ana' ? [] : [box(shift, 0, 20, 10)]
        const extra = worker === 'ben' ? [box(50, 30, 8, 8, 'truck')] : []
        expect(await label(source, worker, ...boxes, ...extra)).toBe(object)
      }
      expect(await source.claim(worker)).toBeUndefined()
    }
    expect(await labellingEnd(lab, 'many')).toMatchObject({ LabelingJobStatus: 'Completed' })
    const [first, second] = await outputLines(lab, 'many')
    // Mean left edge 2; IoU of the three with it: 18/22, 1, 18/22; mean 0.879.
    expect(first).toMatchObject({
      boxes: { annotations: [{ class_id: 0, left: 2, top: 0, width: 20, height: 10 }] },
      'boxes-metadata': { objects: [{ confidence: 0.88 }] },
    })
    // Two of three: 2/3 x mean(19/21, 19/21) = 0.603.
    expect(second).toMatchObject({
      boxes: { annotations: [{ class_id: 0, left: 3, top: 0, width: 20, height: 10 }] },
      'boxes-metadata': { objects: [{ confidence: 0.6 }] },
    })
    const [responseKey = ''] =
      (
        await lab.s3.send(
          new ListObjectsV2Command({
            Bucket: 'lab',
            Prefix: 'labelled/many/annotations/worker-response/iteration-1/1/',
          }),
        )
      ).Contents?.map(({ Key }) => Key ?? '') ?? []
    const response = JSON.parse(await lab.text(responseKey)) as { answers: Record<string, unknown>[] }
    expect(response.answers).toHaveLength(3)
    expect(response.answers[0]).toMatchObject({
      answerContent: answer(),
      workerId: expect.stringMatching(/^private\.us-east-1\.[0-9a-f]{16}$/) as string,
      workerMetadata: { identityData: { sub: 'ana', issuer: TEAM_ARN } },
    })
    const [consolidationKey = ''] =
      (
        await lab.s3.send(
          new ListObjectsV2Command({
            Bucket: 'lab',
            Prefix: 'labelled/many/annotations/consolidated-annotation/consolidation-response/',
          }),
        )
      ).Contents?.map(({ Key }) => Key ?? '') ?? []
    expect(JSON.parse(await lab.text(consolidationKey))).toMatchObject([
      { datasetObjectId: '0', outvoted: [{ label: 'truck', left: 50, workers: ['ben'] }] },
      { datasetObjectId: '1' },
      { datasetObjectId: '2' },
    ])
  })

  test('adjusts the boxes of an earlier job, and says whether a worker did', async () => {
    await lab.put(
      'label/adjust.html',
      `<crowd-bounding-box name="annotatedResult" initial-value="[
        {% for box in task.input.manifestLine.boxes.annotations %}{% endfor %}]"></crowd-bounding-box>`,
    )
    const request = labelingRequest(
      lab,
      'fix',
      { ...functionsOf('AdjustmentBoundingBox'), UiConfig: { UiTemplateS3Uri: `${LAB}/label/adjust.html` } },
      {
        LabelAttributeName: 'fixed',
        InputConfig: {
          DataSource: { S3DataSource: { ManifestS3Uri: `${LAB}/labelled/one/manifests/output/output.manifest` } },
        },
      },
    )
    await beginLabelling(lab, request)
    const source = await openPortalSource(lab.sagemaker, 'fix')
    const task = await source.claim('ana')
    expect(task?.proposals).toEqual([
      { ...box(1, 2, 30, 20), confidence: 0 },
      { ...box(40, 10, 21, 30, 'truck'), confidence: 0 },
    ])
    if (!task) return
    await source.submit(task, answer(box(40, 10, 21, 30, 'truck'), box(1, 2, 30, 20)))
    await label(source, 'ana', box(5, 5, 5, 5))
    await label(source, 'ana', box(0, 0, 64, 48))
    await labellingEnd(lab, 'fix')
    const lines = await outputLines(lab, 'fix')
    const status = lines.map((line) => (line['fixed-metadata'] as Record<string, unknown>)['adjustment-status'])
    expect(status).toEqual(['unadjusted', 'adjusted', 'unadjusted'])
    expect(lines[1]).toMatchObject({ boxes: { annotations: [] }, fixed: { annotations: [{ left: 5 }] } })
  })

  test('has boxes judged, with what the workers say', async () => {
    await lab.put(
      'label/verify.html',
      '<crowd-image-classifier name="annotatedResult">{{ task.input.manifestLine["boxes"].annotations }}</crowd-image-classifier>',
    )
    await lab.put('label/judgements.json', JSON.stringify({ labels: [{ label: 'good' }, { label: 'bad' }] }))
    await beginLabelling(
      lab,
      labelingRequest(
        lab,
        'judge',
        {
          ...functionsOf('VerificationBoundingBox'),
          UiConfig: { UiTemplateS3Uri: `${LAB}/label/verify.html` },
          NumberOfHumanWorkersPerDataObject: 2,
        },
        {
          LabelAttributeName: 'verdict',
          LabelCategoryConfigS3Uri: `${LAB}/label/judgements.json`,
          InputConfig: {
            DataSource: { S3DataSource: { ManifestS3Uri: `${LAB}/labelled/one/manifests/output/output.manifest` } },
          },
        },
      ),
    )
    const source = await openPortalSource(lab.sagemaker, 'judge')
    expect(source.about).toMatchObject({ kind: 'verification', labels: ['good', 'bad'] })
    for (const worker of ['ana', 'ben']) {
      for (const verdict of ['bad', 'good', 'good']) {
        const task = await source.claim(worker)
        if (!task) throw new Error('nothing left')
        const comment = verdict === 'bad' && worker === 'ben' ? { comment: 'too wide' } : {}
        await source.submit(task, { annotatedResult: { label: verdict }, ...comment })
      }
    }
    await labellingEnd(lab, 'judge')
    const [first, second] = await outputLines(lab, 'judge')
    expect(first).toMatchObject({
      verdict: '1',
      'verdict-metadata': {
        'class-name': 'bad',
        confidence: 1,
        type: 'groundtruth/label-verification',
        'worker-feedback': [{ comment: 'too wide' }],
      },
    })
    expect(second).toMatchObject({ verdict: '0' })
    expect(second?.['verdict-metadata']).not.toHaveProperty('worker-feedback')
  })

  test('when stopped keeps what it has, and a chained job labels the rest only', async () => {
    await beginLabelling(lab, labelingRequest(lab, 'half'))
    const source = await openPortalSource(lab.sagemaker, 'half')
    await label(source, 'ana', box(1, 1, 9, 9))
    await labellingIs(lab, 'half', ({ LabelCounters }) => LabelCounters?.HumanLabeled === 1)
    const held = (await source.claim('ana')) as LabellingTask
    await lab.sagemaker.send(new StopLabelingJobCommand({ LabelingJobName: 'half' }))
    expect(await labellingEnd(lab, 'half')).toMatchObject({
      LabelingJobStatus: 'Stopped',
      LabelCounters: { TotalLabeled: 1, Unlabeled: 2 },
    })
    await expect(source.submit(held, answer())).rejects.toMatchObject({ code: 'label.claim-lost' })
    await expect(source.claim('ana')).rejects.toMatchObject({ code: 'label.work-over' })
    const before = await outputLines(lab, 'half')
    expect(before.map((line) => 'boxes' in line)).toEqual([true, false, false])
    // Not labelled, so not touched.
    expect(before[1]).toEqual({ 'source-ref': `${LAB}/raw/b.jpg`, flight: 'f01' })

    const manifest = `${LAB}/labelled/half/manifests/output/output.manifest`
    await beginLabelling(
      lab,
      labelingRequest(lab, 'rest', {}, { InputConfig: { DataSource: { S3DataSource: { ManifestS3Uri: manifest } } } }),
    )
    const rest = await openPortalSource(lab.sagemaker, 'rest')
    expect((await rest.list('ana')).map(({ state }) => state)).toEqual(['closed', 'open', 'open'])
    expect(await label(rest, 'ana')).toBe('1')
    expect(await label(rest, 'ana')).toBe('2')
    expect(await labellingEnd(lab, 'rest')).toMatchObject({
      LabelingJobStatus: 'Completed',
      LabelCounters: { TotalLabeled: 2 },
    })
    const after = await outputLines(lab, 'rest')
    expect(after[0]).toEqual(before[0])
    expect(after.map((line) => 'boxes' in line)).toEqual([true, true, true])
  })

  test('stops by itself when as many objects are labelled as its condition says', async () => {
    await beginLabelling(
      lab,
      labelingRequest(lab, 'cap', {}, { StoppingConditions: { MaxPercentageOfInputDatasetLabeled: 50 } }),
    )
    const source = await openPortalSource(lab.sagemaker, 'cap')
    // Half of three, rounded up; nobody is asked for more.
    expect((await source.list('ana')).map(({ state }) => state)).toEqual(['open', 'open', 'closed'])
    await label(source, 'ana')
    await label(source, 'ana')
    expect(await labellingEnd(lab, 'cap')).toMatchObject({
      LabelingJobStatus: 'Stopped',
      FailureReason: 'a stopping condition is met: 2 of 2 objects are labelled',
      LabelCounters: { TotalLabeled: 2, Unlabeled: 1 },
    })
  })

  test('fails an object that cannot be shown, and goes on with the others', async () => {
    await lab.put('raw/broken.jpg', 'no image')
    await lab.put('label/some-broken.jsonl', `${manifestOf('a', 'broken', 'missing')}\n`)
    const job = await beginLabelling(
      lab,
      labelingRequest(
        lab,
        'some',
        {},
        { InputConfig: { DataSource: { S3DataSource: { ManifestS3Uri: `${LAB}/label/some-broken.jsonl` } } } },
      ),
    )
    expect(job.LabelCounters).toMatchObject({ FailedNonRetryableError: 1, Unlabeled: 2 })
    const source = await openPortalSource(lab.sagemaker, 'some')
    expect(await label(source, 'ana')).toBe('0')
    expect(await source.claim('ana')).toBeUndefined()
    expect(await labellingEnd(lab, 'some')).toMatchObject({
      LabelingJobStatus: 'Completed',
      LabelCounters: { TotalLabeled: 1, FailedNonRetryableError: 2, Unlabeled: 0 },
    })
    const lines = await outputLines(lab, 'some')
    expect(lines.slice(1).map((line) => (line['boxes-metadata'] as Record<string, unknown>)['failure-reason'])).toEqual(
      [
        `ClientError: ${LAB}/raw/broken.jpg is not an image that can be read`,
        `ClientError: there is no object ${LAB}/raw/missing.jpg`,
      ],
    )
    expect(lines[1]).not.toHaveProperty('boxes')
  })

  test('whose every object fails, fails', async () => {
    await lab.put('label/all-missing.jsonl', manifestOf('x', 'y'))
    await beginLabelling(
      lab,
      labelingRequest(
        lab,
        'none',
        {},
        { InputConfig: { DataSource: { S3DataSource: { ManifestS3Uri: `${LAB}/label/all-missing.jsonl` } } } },
      ),
    )
    expect(await labellingEnd(lab, 'none')).toMatchObject({
      LabelingJobStatus: 'Failed',
      FailureReason: 'ClientError: all 2 objects failed; the output manifest says why',
    })
    expect(await outputLines(lab, 'none')).toHaveLength(2)
  })
})
