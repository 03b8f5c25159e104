import { AwsError } from '../../../wire/aws-error.ts'
import { childText, parseXml } from '../../../wire/xml.ts'
import { malformedXml } from '../s3-errors.ts'
import { onBucket, type S3Operation } from '../s3-operation.ts'

/** @source docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const NAME = /^(?!xn--|sthree-)(?!.*-s3alias$)(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/

/**
 * CreateBucket. The bucket lies in the engine's region, whatever constraint agrees with it.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
 * Differs: canned ACLs, object lock and ownership settings are not applied.
 */
export const createBucket: S3Operation = {
  permissions: onBucket('CreateBucket'),
  async handle({ engine, objects, bucket, body }) {
    if (!NAME.test(bucket)) {
      throw new AwsError('InvalidBucketName', 400, 'The specified bucket is not valid.', { BucketName: bucket })
    }
    const text = (await body.read(64 * 1024)).toString('utf8')
    const xml = text === '' ? undefined : parseXml(text)
    if (text !== '' && xml === undefined) throw malformedXml()
    const constraint = (xml === undefined ? undefined : childText(xml, 'LocationConstraint')) ?? engine.region
    if (constraint !== engine.region) {
      throw new AwsError(
        'IllegalLocationConstraintException',
        400,
        `The ${constraint} location constraint is incompatible for the region specific endpoint this request was sent to.`,
      )
    }
    // In us-east-1, S3 answers a repeated creation by the owner with success.
    if (!objects.table.insertBucket(bucket, engine.clock.now().getTime()) && engine.region !== 'us-east-1') {
      throw new AwsError(
        'BucketAlreadyOwnedByYou',
        409,
        'Your previous request to create the named bucket succeeded and you already own it.',
        { BucketName: bucket },
      )
    }
    return { headers: { location: `/${bucket}` } }
  },
}
