import { parseS3Uri } from '../../../../core/s3-uri.ts'
import type { Principal } from '../../../auth/principal.ts'
import type { Engine } from '../../../engine.ts'
import { JobFailure } from '../../../runner/job-failure.ts'
import type { StoredObject } from '../../s3/object-store.ts'

const arnOf = (bucket: string, key: string): string => `arn:aws:s3:::${bucket}/${key}`

/**
 * The object that a job's role may read.
 *
 * @throws AwsError when the role may not; JobFailure when there is none
 */
export function roleObject(engine: Engine, role: Principal, uri: string): StoredObject {
  const { bucket, key } = parseS3Uri(uri)
  engine.authorize(role, [{ action: 's3:GetObject', resource: arnOf(bucket, key) }])
  const found = engine.objects.head(bucket, key)
  if (!found) throw new JobFailure('ClientError', `there is no object ${uri}`)
  return found
}

/** @throws AwsError when the role may not; JobFailure when there is none, or it is larger than `limitBytes` */
export async function readRoleText(engine: Engine, role: Principal, uri: string, limitBytes: number): Promise<string> {
  const { bucket, key, sizeBytes } = roleObject(engine, role, uri)
  if (sizeBytes > limitBytes)
    throw new JobFailure('ClientError', `${uri} has ${sizeBytes} bytes, more than ${limitBytes}`)
  const bytes = await engine.objects.read(bucket, key)
  if (!bytes) throw new JobFailure('ClientError', `there is no object ${uri}`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new JobFailure('ClientError', `${uri} is not UTF-8 text`)
  }
}

/** @throws AwsError when the role may not write; JobFailure when there is no such bucket */
export async function putRoleText(engine: Engine, role: Principal, uri: string, text: string): Promise<void> {
  const { bucket, key } = parseS3Uri(uri)
  engine.authorize(role, [{ action: 's3:PutObject', resource: arnOf(bucket, key) }])
  if (!engine.objects.hasBucket(bucket)) throw new JobFailure('ClientError', `the bucket ${bucket} does not exist`)
  await engine.objects.putBytes(bucket, key, Buffer.from(text, 'utf8'), { contentType: 'application/json' })
}
