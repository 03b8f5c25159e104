import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeletePolicyCommand,
  DeleteRoleCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolesCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  SimulateCustomPolicyCommand,
  SimulatePrincipalPolicyCommand,
  TagRoleCommand,
  ListRoleTagsCommand,
} from '@aws-sdk/client-iam'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditRow } from '../../audit.ts'
import { startTestEngine, type TestEngine } from '../../testing.ts'

const ACCOUNT = '000000000000'
const policy = (...statements: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements })
const trusting = (principal: object) => policy({ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' })

let engine: TestEngine
let iam: IAMClient
let s3: S3Client

beforeAll(async () => {
  engine = await startTestEngine()
  iam = new IAMClient(engine.clientConfiguration)
  s3 = new S3Client(engine.clientConfiguration)
  await s3.send(new CreateBucketCommand({ Bucket: 'imagery' }))
  await s3.send(new PutObjectCommand({ Bucket: 'imagery', Key: 'raw/a.jpg', Body: 'a' }))
  await s3.send(new PutObjectCommand({ Bucket: 'imagery', Key: 'secret/b.jpg', Body: 'b' }))
})
afterAll(() => engine.stop())

async function newUser(name: string, document?: string) {
  await iam.send(new CreateUserCommand({ UserName: name }))
  if (document !== undefined) {
    await iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName: 'own', PolicyDocument: document }))
  }
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }))
  const credentials = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
  return { ...engine.clientConfiguration, credentials }
}

async function sessionOf(configuration: typeof engine.clientConfiguration, role: string, more: object = {}) {
  const sts = new STSClient(configuration)
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/${role}`, RoleSessionName: 'test', ...more }),
  )
  const credentials = {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  }
  return { ...engine.clientConfiguration, credentials }
}

describe('a user', () => {
  test('may do what its policy allows, and a refusal names the statement that decided', async () => {
    const configuration = await newUser(
      'ana',
      policy(
        { Sid: 'ReadImagery', Effect: 'Allow', Action: 's3:Get*', Resource: 'arn:aws:s3:::imagery/*' },
        { Sid: 'NoSecrets', Effect: 'Deny', Action: 's3:*', Resource: 'arn:aws:s3:::imagery/secret/*' },
      ),
    )
    const own = new S3Client(configuration)
    const { Body } = await own.send(new GetObjectCommand({ Bucket: 'imagery', Key: 'raw/a.jpg' }))
    expect(await Body?.transformToString()).toBe('a')
    await expect(own.send(new GetObjectCommand({ Bucket: 'imagery', Key: 'secret/b.jpg' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: arn:aws:iam::${ACCOUNT}:user/ana is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::imagery/secret/b.jpg with an explicit deny in an identity-based policy [decided by user/ana/own#NoSecrets]`,
    })
    await expect(own.send(new ListBucketsCommand({}))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('because no identity-based policy allows the s3:ListAllMyBuckets action'),
    })
  })

  test('leaves a row in the audit trail by a call that changes something, and by one that is refused', async () => {
    const configuration = await newUser('bo')
    await expect(new IAMClient(configuration).send(new ListRolesCommand({}))).rejects.toMatchObject({
      name: 'AccessDenied',
    })
    const rows = engine.engine.store
      .collection<AuditRow>('audit')
      .list()
      .map(({ value }) => value)
    expect(rows.find((row) => row.resources.includes(`arn:aws:iam::${ACCOUNT}:user/bo`))).toMatchObject({
      principal: `arn:aws:iam::${ACCOUNT}:user/skyloop-admin`,
      action: 'iam:CreateUser',
      outcome: 'done',
    })
    expect(rows.find((row) => row.principal.endsWith('user/bo'))).toMatchObject({
      action: 'iam:ListRoles',
      outcome: 'denied',
    })
  })

  test('gets temporary keys that carry its own rights', async () => {
    const configuration = await newUser('cy')
    const { Credentials } = await new STSClient(configuration).send(new GetSessionTokenCommand({}))
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    }
    const sts = new STSClient({ ...engine.clientConfiguration, credentials })
    expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toBe(`arn:aws:iam::${ACCOUNT}:user/cy`)
  })
})

describe('AssumeRole', () => {
  test('needs the trust policy; where that names the account, the caller needs permission too', async () => {
    const configuration = await newUser('dora')
    await iam.send(
      new CreateRoleCommand({
        RoleName: 'ByName',
        AssumeRolePolicyDocument: trusting({ AWS: `arn:aws:iam::${ACCOUNT}:user/dora` }),
      }),
    )
    await iam.send(
      new CreateRoleCommand({ RoleName: 'ByAccount', AssumeRolePolicyDocument: trusting({ AWS: ACCOUNT }) }),
    )
    await iam.send(
      new CreateRoleCommand({
        RoleName: 'ForService',
        AssumeRolePolicyDocument: trusting({ Service: 'sagemaker.amazonaws.com' }),
      }),
    )
    const session = await sessionOf(configuration, 'ByName')
    expect((await new STSClient(session).send(new GetCallerIdentityCommand({}))).Arn).toBe(
      `arn:aws:sts::${ACCOUNT}:assumed-role/ByName/test`,
    )
    await expect(sessionOf(configuration, 'ByAccount')).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('no identity-based policy allows the sts:AssumeRole action'),
    })
    await expect(sessionOf(configuration, 'ForService')).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('no role trust policy allows'),
    })
    expect((await sessionOf(engine.clientConfiguration, 'ByAccount')).credentials.accessKeyId).toMatch(/^ASIA/)
    expect(
      engine.engine.assumeServiceRole(`arn:aws:iam::${ACCOUNT}:role/ForService`, 'sagemaker.amazonaws.com', 'job').arn,
    ).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/ForService/job`)
    expect(() =>
      engine.engine.assumeServiceRole(`arn:aws:iam::${ACCOUNT}:role/ForService`, 'events.amazonaws.com', 'rule'),
    ).toThrow('no role trust policy allows the sts:AssumeRole action')
  })

  test('a session policy and a permissions boundary narrow what the role allows', async () => {
    await iam.send(new CreateRoleCommand({ RoleName: 'Reader', AssumeRolePolicyDocument: trusting({ AWS: ACCOUNT }) }))
    await iam.send(
      new AttachRolePolicyCommand({ RoleName: 'Reader', PolicyArn: 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess' }),
    )
    const narrowed = await sessionOf(engine.clientConfiguration, 'Reader', {
      Policy: policy({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::imagery/raw/*' }),
    })
    const own = new S3Client(narrowed)
    await own.send(new GetObjectCommand({ Bucket: 'imagery', Key: 'raw/a.jpg' }))
    await expect(own.send(new GetObjectCommand({ Bucket: 'imagery', Key: 'secret/b.jpg' }))).rejects.toMatchObject({
      message: expect.stringContaining('because no session policy allows the s3:GetObject action'),
    })

    const { Policy } = await iam.send(
      new CreatePolicyCommand({
        PolicyName: 'OnlyLists',
        PolicyDocument: policy({ Effect: 'Allow', Action: 's3:List*', Resource: '*' }),
      }),
    )
    await iam.send(
      new PutRolePermissionsBoundaryCommand({ RoleName: 'Reader', PermissionsBoundary: Policy?.Arn ?? '' }),
    )
    const bounded = new S3Client(await sessionOf(engine.clientConfiguration, 'Reader'))
    await bounded.send(new ListBucketsCommand({}))
    await expect(bounded.send(new GetObjectCommand({ Bucket: 'imagery', Key: 'raw/a.jpg' }))).rejects.toMatchObject({
      message: expect.stringContaining('because no permissions boundary allows the s3:GetObject action'),
    })
  })
})

describe('roles and policies', () => {
  test('are kept as given, listed in pages and deleted in order only', async () => {
    const document = trusting({ Service: 'events.amazonaws.com' })
    await iam.send(
      new CreateRoleCommand({
        RoleName: 'Pipeline',
        Path: '/skyloop/',
        AssumeRolePolicyDocument: document,
        Description: 'd',
      }),
    )
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'Pipeline' }))
    expect(Role).toMatchObject({
      Arn: `arn:aws:iam::${ACCOUNT}:role/skyloop/Pipeline`,
      MaxSessionDuration: 3600,
      Description: 'd',
    })
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(document)
    expect(Role?.RoleId).toMatch(/^AROA[A-Z0-9]{17}$/)

    const inline = policy({ Effect: 'Allow', Action: 'sagemaker:*', Resource: '*' })
    await iam.send(new PutRolePolicyCommand({ RoleName: 'Pipeline', PolicyName: 'p', PolicyDocument: inline }))
    const got = await iam.send(new GetRolePolicyCommand({ RoleName: 'Pipeline', PolicyName: 'p' }))
    expect(decodeURIComponent(got.PolicyDocument ?? '')).toBe(inline)
    await iam.send(new TagRoleCommand({ RoleName: 'Pipeline', Tags: [{ Key: 'project', Value: 'x' }] }))
    expect((await iam.send(new ListRoleTagsCommand({ RoleName: 'Pipeline' }))).Tags).toEqual([
      { Key: 'project', Value: 'x' },
    ])

    await expect(iam.send(new DeleteRoleCommand({ RoleName: 'Pipeline' }))).rejects.toMatchObject({
      name: 'DeleteConflictException',
    })
    await expect(
      iam.send(new CreateRoleCommand({ RoleName: 'Pipeline', AssumeRolePolicyDocument: document })),
    ).rejects.toMatchObject({ name: 'EntityAlreadyExistsException' })
    await expect(iam.send(new GetRoleCommand({ RoleName: 'Nobody' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    })

    const first = await iam.send(new ListRolesCommand({ MaxItems: 1 }))
    expect(first.IsTruncated).toBe(true)
    const second = await iam.send(new ListRolesCommand({ MaxItems: 1, Marker: first.Marker }))
    expect(second.Roles?.[0]?.RoleName).not.toBe(first.Roles?.[0]?.RoleName)
  })

  test('a malformed document is refused with every problem', async () => {
    const PolicyDocument = policy({ Effect: 'Maybe', Action: 'nonsense', Resource: '*', Condition: { StringIsh: {} } })
    await expect(iam.send(new CreatePolicyCommand({ PolicyName: 'bad', PolicyDocument }))).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
      message: expect.stringMatching(/Effect must be.*prefaced by a vendor.*Invalid Condition type : StringIsh/s),
    })
  })

  test('a managed policy decides by its default version, and cannot go while attached', async () => {
    const { Policy } = await iam.send(
      new CreatePolicyCommand({
        PolicyName: 'Listing',
        PolicyDocument: policy({ Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' }),
      }),
    )
    const PolicyArn = Policy?.Arn ?? ''
    await iam.send(new CreateRoleCommand({ RoleName: 'Lister', AssumeRolePolicyDocument: trusting({ AWS: ACCOUNT }) }))
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'Lister', PolicyArn }))
    const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'Lister' }))
    expect(attached.AttachedPolicies).toEqual([{ PolicyArn, PolicyName: 'Listing' }])
    const own = new S3Client(await sessionOf(engine.clientConfiguration, 'Lister'))
    await own.send(new ListBucketsCommand({}))
    const PolicyDocument = policy({ Effect: 'Deny', Action: 's3:*', Resource: '*' })
    await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault: true }))
    await expect(own.send(new ListBucketsCommand({}))).rejects.toMatchObject({
      message: expect.stringContaining(`with an explicit deny in an identity-based policy [decided by ${PolicyArn}#0]`),
    })
    await expect(iam.send(new DeletePolicyCommand({ PolicyArn }))).rejects.toMatchObject({
      name: 'DeleteConflictException',
    })
  })
})

describe('simulation', () => {
  test('answers as enforcement would, and says where the statement stands', async () => {
    const PolicyDocument = `{
  "Version": "2012-10-17",
  "Statement": [
    { "Effect": "Allow", "Action": "sagemaker:*", "Resource": "*" },
    { "Sid": "NoProduction", "Effect": "Deny", "Action": "sagemaker:CreateEndpoint", "Resource": "*" }
  ]
}`
    await iam.send(
      new CreateRoleCommand({ RoleName: 'Scientist', AssumeRolePolicyDocument: trusting({ AWS: ACCOUNT }) }),
    )
    await iam.send(new PutRolePolicyCommand({ RoleName: 'Scientist', PolicyName: 'work', PolicyDocument }))
    const { EvaluationResults = [] } = await iam.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: `arn:aws:iam::${ACCOUNT}:role/Scientist`,
        ActionNames: ['sagemaker:CreateTrainingJob', 'sagemaker:CreateEndpoint', 's3:GetObject'],
      }),
    )
    expect(EvaluationResults.map((result) => result.EvalDecision)).toEqual(['allowed', 'explicitDeny', 'implicitDeny'])
    expect(EvaluationResults[1]?.MatchedStatements).toEqual([
      {
        SourcePolicyId: 'role/Scientist/work',
        SourcePolicyType: 'role',
        StartPosition: { Line: 5, Column: 5 },
        EndPosition: { Line: 5, Column: 103 },
      },
    ])
  })

  test('of policies that need not exist, with context values', async () => {
    const question = (value?: string) =>
      iam.send(
        new SimulateCustomPolicyCommand({
          PolicyInputList: [
            policy({
              Effect: 'Allow',
              Action: 's3:ListBucket',
              Resource: 'arn:aws:s3:::imagery',
              Condition: { StringLike: { 's3:prefix': 'raw/*' } },
            }),
          ],
          ActionNames: ['s3:ListBucket'],
          ResourceArns: ['arn:aws:s3:::imagery'],
          ...(value !== undefined && {
            ContextEntries: [
              { ContextKeyName: 's3:prefix', ContextKeyValues: [value], ContextKeyType: 'string' as const },
            ],
          }),
        }),
      )
    expect((await question('raw/x')).EvaluationResults?.[0]?.EvalDecision).toBe('allowed')
    expect((await question('other')).EvaluationResults?.[0]?.EvalDecision).toBe('implicitDeny')
    expect((await question()).EvaluationResults?.[0]).toMatchObject({
      EvalDecision: 'implicitDeny',
      MissingContextValues: ['s3:prefix'],
    })
  })
})
