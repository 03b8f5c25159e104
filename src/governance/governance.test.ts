import { IAMClient, DeleteRolePolicyCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { SageMakerClient, UpdateModelPackageCommand } from '@aws-sdk/client-sagemaker'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestEngine, type TestEngine } from '../engine/testing.ts'
import { applyGovernance } from './apply-governance.ts'
import { checkAccess } from './check-access.ts'
import { MAX_INLINE_CHARACTERS } from './policy-document.ts'
import { roleDefinitions } from './role-definitions.ts'

const scope = { accountId: '000000000000', region: 'us-east-1' }

describe('role definitions', () => {
  test.each(Object.values(roleDefinitions(scope)))('$name fits into IAM and names every statement', (role) => {
    const documents = Object.values(role.policies)
    const characters = documents.reduce((sum, document) => sum + JSON.stringify(document).length, 0)
    expect(characters).toBeLessThanOrEqual(MAX_INLINE_CHARACTERS)
    const sids = [...documents, role.trust].flatMap((document) => document.Statement.map((statement) => statement.Sid))
    for (const sid of sids) expect(sid).toMatch(/^[A-Za-z0-9]+$/)
    for (const document of documents) {
      const own = document.Statement.map((statement) => statement.Sid)
      expect(new Set(own).size).toBe(own.length)
    }
  })
})

describe('governance on the engine', () => {
  let engine: TestEngine
  let iam: IAMClient

  beforeAll(async () => {
    engine = await startTestEngine()
    iam = new IAMClient(engine.clientConfiguration)
  })
  afterAll(async () => {
    iam.destroy()
    await engine.stop()
  })

  test('roles are made once and then brought back to what the documents say', async () => {
    const first = await applyGovernance(iam, scope)
    expect(first.map((role) => [role.roleName, role.action])).toEqual([
      ['SkyloopDataScientist', 'created'],
      ['SkyloopMLEngineer', 'created'],
      ['SkyloopExecution', 'created'],
      ['SkyloopExperiment', 'created'],
      ['SkyloopEvents', 'created'],
    ])
    expect(new Set((await applyGovernance(iam, scope)).map((role) => role.action))).toEqual(new Set(['unchanged']))

    const RoleName = 'SkyloopDataScientist'
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'Limits' }))
    await iam.send(
      new PutRolePolicyCommand({
        RoleName,
        PolicyName: 'Backdoor',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
        }),
      }),
    )
    const [scientist] = await applyGovernance(iam, scope)
    expect(scientist).toMatchObject({ action: 'updated', changes: ['Limits', 'Backdoor'] })
  })

  test('IAM agrees with the matrix, question by question, and names the statements', async () => {
    const findings = await checkAccess(iam, scope)
    expect(findings.filter((finding) => !finding.asExpected)).toEqual([])
    expect(findings.length).toBeGreaterThan(50)
    const approve = findings.find((finding) => finding.role === 'dataScientist' && finding.what === 'approve a model')
    expect(approve).toMatchObject({ decision: 'explicitDeny', decidedBy: ['Limits#NeverApproveModels'] })
    const run = findings.find((finding) => finding.role === 'dataScientist' && finding.what === 'run a pipeline')
    expect(run).toMatchObject({ decision: 'implicitDeny', decidedBy: [] })
    const start = findings.find((finding) => finding.role === 'events' && finding.what === 'run a pipeline')
    expect(start).toMatchObject({ decision: 'allowed', decidedBy: ['StartPipelines#StartPipelines'] })
  })

  test('a data scientist who approves a model is refused, and told by which statement', async () => {
    const sts = new STSClient(engine.clientConfiguration)
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: 'arn:aws:iam::000000000000:role/SkyloopDataScientist',
        RoleSessionName: 'ada',
      }),
    )
    sts.destroy()
    const sagemaker = new SageMakerClient({
      ...engine.clientConfiguration,
      credentials: {
        accessKeyId: Credentials?.AccessKeyId as string,
        secretAccessKey: Credentials?.SecretAccessKey as string,
        sessionToken: Credentials?.SessionToken as string,
      },
    })
    const approval = sagemaker.send(
      new UpdateModelPackageCommand({
        ModelPackageArn: 'arn:aws:sagemaker:us-east-1:000000000000:model-package/detectors/1',
        ModelApprovalStatus: 'Approved',
      }),
    )
    await expect(approval).rejects.toThrow(/is not authorized to perform: sagemaker:UpdateModelPackage/)
    await expect(approval).rejects.toThrow(/with an explicit deny in an identity-based policy .*NeverApproveModels/)
    sagemaker.destroy()
  })
})
