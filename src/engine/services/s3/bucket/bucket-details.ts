import { element, XML_HEADER } from '../../../wire/xml.ts'
import { requireBucket } from '../s3-errors.ts'
import { onBucket, type S3Operation } from '../s3-operation.ts'

const NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'

/** GetBucketLocation; empty stands for us-east-1. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html */
export const getBucketLocation: S3Operation = {
  permissions: onBucket('GetBucketLocation'),
  handle(call) {
    requireBucket(call)
    const { region } = call.engine
    const content = region === 'us-east-1' ? '' : region
    return { body: `${XML_HEADER}<LocationConstraint ${NAMESPACE}>${content}</LocationConstraint>` }
  },
}

/** GetBucketVersioning: buckets of the engine are never versioned, which S3 says by an empty answer. */
export const getBucketVersioning: S3Operation = {
  permissions: onBucket('GetBucketVersioning'),
  handle(call) {
    requireBucket(call)
    return { body: `${XML_HEADER}${element('VersioningConfiguration', '')}` }
  },
}
