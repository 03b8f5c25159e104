import type { ObjectTable } from './object-table.ts'

/** The policy of the bucket that an S3 ARN lies in. */
export function bucketPolicies(table: ObjectTable) {
  return (resourceArn: string): { readonly name: string; readonly text: string } | undefined => {
    const bucket = /^arn:aws:s3:::([^/*]+)/.exec(resourceArn)?.[1]
    const text = bucket === undefined ? undefined : table.bucket(bucket)?.policy
    return text === undefined ? undefined : { name: `bucket policy of ${bucket}`, text }
  }
}
