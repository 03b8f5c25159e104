import {
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  SageMakerClient,
  type ModelApprovalStatus,
} from '@aws-sdk/client-sagemaker'
import { expect, test } from 'vitest'
import { withEngine } from '../engine/testing.ts'
import { approvePackage, rejectPackage, rollBack } from './approval.ts'
import { choosePackage } from './choose.ts'
import { describePackage } from './describe.ts'
import { listPackages } from './list.ts'
import { parsePackageArn } from './package.ts'

const GROUP = 'detectors'

/** Runs `work` on a registry whose versions 1, 2, 3... were registered in these states. */
async function withRegistry(
  states: readonly ModelApprovalStatus[],
  work: (client: SageMakerClient, arns: readonly string[]) => Promise<void>,
): Promise<void> {
  await withEngine(async (engine) => {
    const client = new SageMakerClient(engine.clientConfiguration)
    await client.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: GROUP }))
    const arns: string[] = []
    for (const state of states) {
      const made = await client.send(
        new CreateModelPackageCommand({
          ModelPackageGroupName: GROUP,
          ModelApprovalStatus: state,
          InferenceSpecification: {
            Containers: [{ Image: 'image', ModelDataUrl: 's3://models/model.tar.gz' }],
            SupportedContentTypes: ['image/jpeg'],
            SupportedResponseMIMETypes: ['application/json'],
          },
          CustomerMetadataProperties: { scale: 'n' },
        }),
      )
      arns.push(made.ModelPackageArn as string)
    }
    await work(client, arns)
    client.destroy()
  })
}

test('versions come newest first, and can be asked for by state', async () => {
  await withRegistry(['Approved', 'Rejected', 'PendingManualApproval'], async (client) => {
    const all = await listPackages(client, GROUP)
    expect(all.map(({ version, approval }) => [version, approval])).toEqual([
      [3, 'PendingManualApproval'],
      [2, 'Rejected'],
      [1, 'Approved'],
    ])
    expect((await listPackages(client, GROUP, 'Rejected')).map((one) => one.version)).toEqual([2])
  })
})

test('a group that nobody has registered to has no versions', async () => {
  await withRegistry([], async (client) => {
    expect(await listPackages(client, 'nobody')).toEqual([])
  })
})

test('a version is meant by number, ARN, latest or approved', async () => {
  await withRegistry(['Approved', 'Approved', 'PendingManualApproval'], async (client, arns) => {
    const versions = await Promise.all(
      ['1', arns[1] as string, 'latest', 'approved'].map((choice) => choosePackage(client, GROUP, choice)),
    )
    expect(versions.map((one) => one.version)).toEqual([1, 2, 3, 2])
    await expect(choosePackage(client, GROUP, '7')).rejects.toThrow(
      'has no package "7"; it has 3 (PendingManualApproval), 2 (Approved), 1 (Approved)',
    )
  })
})

test('a decision is kept with its reason', async () => {
  await withRegistry(['PendingManualApproval'], async (client, [arn = '']) => {
    await approvePackage(client, arn, 'good at night')
    expect(await describePackage(client, arn)).toMatchObject({
      version: 1,
      approval: 'Approved',
      approvalDescription: 'good at night',
      modelDataUrl: 's3://models/model.tar.gz',
      metadata: { scale: 'n' },
    })
    await rejectPackage(client, arn)
    expect((await describePackage(client, arn)).approval).toBe('Rejected')
  })
})

test('rolling back rejects the newest approved version and names the one before it', async () => {
  await withRegistry(['Approved', 'Approved', 'PendingManualApproval'], async (client) => {
    const first = await rollBack(client, GROUP, 'false alarms')
    expect([first.rejected?.version, first.current?.version]).toEqual([2, 1])
    const second = await rollBack(client, GROUP)
    expect([second.rejected?.version, second.current]).toEqual([1, undefined])
    expect((await rollBack(client, GROUP)).rejected).toBeUndefined()
  })
})

test('an ARN without a version is no model package version', () => {
  expect(parsePackageArn('arn:aws:sagemaker:us-east-1:000000000000:model-package/detectors/12')).toEqual({
    group: 'detectors',
    version: 12,
  })
  expect(() => parsePackageArn('arn:aws:sagemaker:us-east-1:000000000000:model/x')).toThrow('not a versioned model')
})
