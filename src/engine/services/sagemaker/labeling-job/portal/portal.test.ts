import {
  CreateRoleCommand,
  CreateUserCommand,
  CreateAccessKeyCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import {
  CreateLabelingJobCommand,
  CreateWorkteamCommand,
  DeleteWorkteamCommand,
  DescribeWorkteamCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Clock } from '../../../../../core/clock.ts'
import { openPortalSource } from '../../../../../label/tasks/portal-source.ts'
import type { LabellingTask, TaskSource } from '../../../../../label/tasks/task-source.ts'
import { startTestEngine } from '../../../../testing.ts'
import type { TestEngine } from '../../../../testing.ts'
import { LAB, openLab } from '../../testing.ts'
import type { Lab } from '../../testing.ts'
import { beginLabelling, labelingRequest, labellingEnd, manifestOf, outputLines, prepareLabelling } from '../testing.ts'

/** The system's time, moved forward by the tests. */
let aheadMs = 0
const clock: Clock = { now: () => new Date(Date.now() + aheadMs) }

let engine: TestEngine
let lab: Lab
let source: TaskSource
let portal: string
beforeAll(async () => {
  engine = await startTestEngine({ clock })
  lab = await openLab(engine)
  await prepareLabelling(lab)
  await beginLabelling(lab, labelingRequest(lab, 'work', { TaskTimeLimitInSeconds: 30 }))
  source = await openPortalSource(lab.sagemaker, 'work')
  portal = `${engine.url}/_skyloop/labeling/annotators`
})
afterAll(async () => engine.stop())

const answer = (left = 1) => ({
  annotatedResult: {
    boundingBoxes: [{ label: 'car', left, top: 1, width: 10, height: 10 }],
    inputImageProperties: { width: 64, height: 48 },
  },
})

const claimed = async (worker: string, objectId?: string): Promise<LabellingTask> => {
  const task = await source.claim(worker, objectId)
  if (!task) throw new Error(`nothing for ${worker}`)
  return task
}

describe('without a token', () => {
  test.each([
    ['GET', 'jobs'],
    ['GET', 'jobs/work'],
    ['GET', 'jobs/work/objects'],
    ['GET', 'jobs/work/objects/0/image'],
    ['GET', 'jobs/work/objects/0/answer'],
    ['POST', 'jobs/work/claims'],
    ['GET', 'jobs/no-such-job'],
    ['GET', '../../health/../labeling/annotators/jobs'],
  ])('%s %s tells nothing', async (method, path) => {
    for (const authorization of [undefined, 'Bearer x', 'Bearer ', 'Basic YTpi']) {
      const response = await fetch(`${portal}/${path}`, { method, headers: authorization ? { authorization } : {} })
      expect(response.status).toBe(401)
      expect(await response.json()).toEqual({
        code: 'label.not-signed-in',
        message: 'the worker token is missing, wrong or has ended: sign in again',
      })
    }
  })

  test('signing in wants a signed call', async () => {
    const response = await fetch(`${portal}/sign-in`, { method: 'POST', body: '{"worker":"ana"}' })
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ code: 'MissingAuthenticationTokenException' })
  })
})

describe('signing in', () => {
  test('is for those who may change the team', async () => {
    const iam = new IAMClient(engine.clientConfiguration)
    await iam.send(new CreateUserCommand({ UserName: 'reader' }))
    const allow = (Action: string, Resource = '*') =>
      JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] })
    const permit = (document: string) =>
      iam.send(new PutUserPolicyCommand({ UserName: 'reader', PolicyName: 'p', PolicyDocument: document }))
    await permit(allow('sagemaker:Describe*'))
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'reader' }))
    const credentials = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
    const sagemaker = new SageMakerClient({ ...engine.clientConfiguration, credentials })
    await expect(openPortalSource(sagemaker, 'work')).rejects.toMatchObject({
      code: 'AccessDenied',
      message: expect.stringContaining('sagemaker:UpdateWorkteam') as string,
    })
    await permit(
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 'sagemaker:Describe*', Resource: '*' },
          { Effect: 'Allow', Action: 'sagemaker:UpdateWorkteam', Resource: '*' },
        ],
      }),
    )
    // No S3 permission: the image comes as the job's role reads it.
    const allowed = await openPortalSource(sagemaker, 'work')
    const { contentType, sizeBytes, body } = await allowed.image('0')
    expect(contentType).toBe('image/jpeg')
    const bytes = new Uint8Array(await new Response(body).arrayBuffer())
    expect(bytes).toHaveLength(sizeBytes)
    expect(Buffer.from(bytes).equals(Buffer.from(await lab.bytes('raw/a.jpg')))).toBe(true)
  })

  test('lets nobody see the work of another team, and ends with the team', async () => {
    await lab.sagemaker.send(
      new CreateWorkteamCommand({
        WorkteamName: 'others',
        Description: 'd',
        MemberDefinitions: [{ OidcMemberDefinition: { Groups: ['g'] } }],
      }),
    )
    const { Workteam } = await lab.sagemaker.send(new DescribeWorkteamCommand({ WorkteamName: 'others' }))
    const { portalClient } = await import('../../../../../label/tasks/portal-client.ts')
    const others = portalClient(lab.sagemaker, `http://${Workteam?.SubDomain}`)
    expect(await (await others.call('eve', 'GET', 'jobs')).json()).toEqual([])
    await expect(others.call('eve', 'GET', 'jobs/work/objects')).rejects.toMatchObject({ code: 'label.no-such-object' })
    await lab.sagemaker.send(new DeleteWorkteamCommand({ WorkteamName: 'others' }))
    await expect(others.call('eve', 'GET', 'jobs')).rejects.toMatchObject({ code: 'ValidationException' })
    await expect(lab.sagemaker.send(new DeleteWorkteamCommand({ WorkteamName: 'annotators' }))).rejects.toMatchObject({
      name: 'ResourceInUse',
      message: expect.stringContaining('work') as string,
    })
  })

  test.each(['', ' ana', 'a/b', 'x'.repeat(65), 'ana\n'])('refuses the worker name %j', async (worker) => {
    await expect(source.list(worker)).rejects.toMatchObject({ code: 'label.request' })
  })
})

describe('a claim', () => {
  test('is exclusive, and an image wanted by name is given if it is free', async () => {
    const task = await claimed('ana', '1')
    await expect(source.claim('ben', '1')).rejects.toMatchObject({ code: 'label.object-taken' })
    expect((await claimed('ben')).objectId).toBe('0')
    expect((await source.list('ben')).map(({ state }) => state)).toEqual(['mine', 'taken', 'open'])
    await source.release(task)
    expect((await source.list('ben')).map(({ state }) => state)).toEqual(['mine', 'open', 'open'])
    await expect(source.claim('ana', '7')).rejects.toMatchObject({ code: 'label.no-such-object' })
    await expect(source.claim('ana', '1.5')).rejects.toMatchObject({ code: 'label.no-such-object' })
    await expect(source.submit({ ...task, worker: 'ben' }, answer())).rejects.toMatchObject({
      code: 'label.claim-lost',
    })
  })

  test('ends after its time; the draft is there when it is claimed again', async () => {
    const task = await claimed('ana', '2')
    const drawn = [{ label: 'car', left: 1, top: 2, width: 3, height: 4 }]
    await source.saveDraft(task, drawn)
    expect(await source.renew(task)).toEqual(task.expiresAt)
    aheadMs += 31_000
    await expect(source.renew(task)).rejects.toMatchObject({ code: 'label.claim-lost' })
    await expect(source.submit(task, answer())).rejects.toMatchObject({ code: 'label.claim-lost' })
    // Ben may have it now.
    await source.release(await claimed('ben', '2'))
    const again = await claimed('ana', '2')
    expect(again.draft).toEqual(drawn)
    expect(again.taskId).not.toBe(task.taskId)
    await source.release(again)
  })

  test('can be declined with a reason; another worker gets the image', async () => {
    const task = await claimed('ana', '2')
    await expect(source.skip(task, ' ')).rejects.toMatchObject({ code: 'label.request' })
    await source.skip(task, 'too blurred')
    expect((await source.list('ana'))[2]?.state).toBe('skipped')
    expect((await source.list('ben'))[2]?.state).toBe('open')
  })

  test('takes one answer that fits, and the same one again when its reply was lost', async () => {
    const task = await claimed('cleo', '1')
    await expect(
      source.submit(task, {
        annotatedResult: { ...answer().annotatedResult, inputImageProperties: { width: 48, height: 64 } },
      }),
    ).rejects.toMatchObject({
      code: 'label.answer',
      message: expect.stringContaining('the image is 64x48, but was labelled as 48x64') as string,
    })
    await source.submit(task, answer())
    await source.submit(task, answer())
    await expect(source.submit(task, answer(2))).rejects.toMatchObject({ code: 'label.answered' })
    expect(await source.answerOf('cleo', '1')).toEqual(answer())
    expect(await source.answerOf('cleo', '0')).toBeUndefined()
    await expect(source.claim('cleo', '1')).rejects.toMatchObject({ code: 'label.object-taken' })
  })
})

describe('a job whose time is up', () => {
  test('fails what nobody answered, and labels what somebody did', async () => {
    await lab.put('label/two.jsonl', manifestOf('a', 'b'))
    await beginLabelling(
      lab,
      labelingRequest(
        lab,
        'late',
        { NumberOfHumanWorkersPerDataObject: 3, TaskAvailabilityLifetimeInSeconds: 60 },
        { InputConfig: { DataSource: { S3DataSource: { ManifestS3Uri: `${LAB}/label/two.jsonl` } } } },
      ),
    )
    const late = await openPortalSource(lab.sagemaker, 'late')
    const skipped = await late.claim('ana', '1')
    if (skipped) await late.skip(skipped, 'only fog')
    aheadMs += 61_000
    // An answer makes the job look at its clock.
    const task = await late.claim('ana', '0')
    if (task) await late.submit(task, answer())
    const job = await labellingEnd(lab, 'late')
    expect(job).toMatchObject({
      LabelingJobStatus: 'Completed',
      LabelCounters: { TotalLabeled: 1, FailedNonRetryableError: 1, Unlabeled: 0 },
    })
    const [first, second] = await outputLines(lab, 'late')
    expect(first).toMatchObject({
      boxes: { annotations: [{ left: 1 }] },
      'boxes-metadata': { objects: [{ confidence: 0 }] },
    })
    expect(second?.['boxes-metadata']).toMatchObject({
      'failure-reason': 'ClientError: nobody answered within 60 s; skipped by ana: only fog',
    })
  })
})

describe('the role of a job', () => {
  test('is all that it reads with: an image it may not read fails, and without its files the job', async () => {
    const iam = new IAMClient(engine.clientConfiguration)
    const trust = { Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' }
    const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement })
    await iam.send(new CreateRoleCommand({ RoleName: 'Narrow', AssumeRolePolicyDocument: policy(trust) }))
    const permit = (...keys: string[]) =>
      iam.send(
        new PutRolePolicyCommand({
          RoleName: 'Narrow',
          PolicyName: 'p',
          PolicyDocument: policy({
            Effect: 'Allow',
            Action: ['s3:GetObject', 's3:PutObject'],
            Resource: keys.map((key) => `arn:aws:s3:::lab/${key}`),
          }),
        }),
      )
    const RoleArn = 'arn:aws:iam::000000000000:role/Narrow'
    await permit('raw/*')
    await lab.sagemaker.send(new CreateLabelingJobCommand(labelingRequest(lab, 'blind', {}, { RoleArn })))
    expect(await labellingEnd(lab, 'blind')).toMatchObject({
      LabelingJobStatus: 'Failed',
      FailureReason: expect.stringMatching(/^ClientError: .*role\/Narrow.* s3:GetObject/) as string,
    })
    await permit('label/*', 'labelled/*', 'raw/a.jpg')
    await beginLabelling(lab, labelingRequest(lab, 'narrow', {}, { RoleArn }))
    const narrow = await openPortalSource(lab.sagemaker, 'narrow')
    expect((await narrow.list('ana')).map(({ state }) => state)).toEqual(['open', 'closed', 'closed'])
    await expect(narrow.image('1')).rejects.toMatchObject({ code: 'AccessDenied' })
  })
})
