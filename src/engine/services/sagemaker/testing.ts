import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { SageMakerClient } from '@aws-sdk/client-sagemaker'
import type { ClientConfiguration, TestEngine } from '../../testing.ts'

/** What tests of SageMaker share: SDK clients, a bucket `lab`, and a role `JobRole` that may do everything. */
export interface Lab {
  readonly sagemaker: SageMakerClient
  readonly s3: S3Client
  readonly roleArn: string
  put(key: string, body: string | Uint8Array): Promise<void>
  text(key: string): Promise<string>
  bytes(key: string): Promise<Uint8Array>
}

export const LAB = 's3://lab'
export const NODE_IMAGE = '000000000000.dkr.ecr.us-east-1.amazonaws.com/skyloop-node:latest'

/** Makes the bucket and the role unless `engine` is only a client configuration: then its home has them already. */
export async function openLab(
  engine: Pick<TestEngine, 'clientConfiguration'> & Partial<Pick<TestEngine, 'engine'>>,
): Promise<Lab> {
  const configuration: ClientConfiguration = engine.clientConfiguration
  const s3 = new S3Client(configuration)
  const roleArn = 'arn:aws:iam::000000000000:role/JobRole'
  if (engine.engine) {
    const trust = { Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' }
    const everything = { Effect: 'Allow', Action: '*', Resource: '*' }
    const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
    const iam = new IAMClient(configuration)
    await iam.send(new CreateRoleCommand({ RoleName: 'JobRole', AssumeRolePolicyDocument: document(trust) }))
    await iam.send(
      new PutRolePolicyCommand({ RoleName: 'JobRole', PolicyName: 'all', PolicyDocument: document(everything) }),
    )
    await s3.send(new CreateBucketCommand({ Bucket: 'lab' }))
  }
  const bytes = async (key: string): Promise<Uint8Array> => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'lab', Key: key }))
    return (await Body?.transformToByteArray()) ?? new Uint8Array()
  }
  return {
    sagemaker: new SageMakerClient(configuration),
    s3,
    roleArn,
    put: async (key, body) => {
      await s3.send(new PutObjectCommand({ Bucket: 'lab', Key: key, Body: body }))
    },
    bytes,
    text: async (key) => Buffer.from(await bytes(key)).toString('utf8'),
  }
}

/** Asks until the answer satisfies; the test's own time limit ends it otherwise. */
export async function eventually<T>(ask: () => Promise<T>, isDone: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (isDone(answer)) return answer
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
