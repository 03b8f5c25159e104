import { element, XML_HEADER } from '../../../wire/xml.ts'
import type { S3Operation } from '../s3-operation.ts'

/** ListBuckets. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html */
export const listBuckets: S3Operation = {
  permissions: () => [{ action: 's3:ListAllMyBuckets', resource: '*' }],
  handle({ engine, objects, request }) {
    const prefix = request.parameter('prefix') ?? ''
    const after = request.parameter('continuation-token') ?? ''
    const limit = Math.min(Math.max(Number(request.parameter('max-buckets') ?? 10_000) || 10_000, 1), 10_000)
    const all = objects.table.buckets().filter(({ name }) => name.startsWith(prefix) && name > after)
    const page = all.slice(0, limit)
    const buckets = page.map(({ name, createdMs }) => {
      const date = element('CreationDate', new Date(createdMs).toISOString())
      return `<Bucket>${element('Name', name)}${date}${element('BucketRegion', engine.region)}</Bucket>`
    })
    const owner = `<Owner>${element('ID', engine.accountId)}</Owner>`
    const token = all.length > limit ? element('ContinuationToken', page.at(-1)?.name) : ''
    const content = `${owner}<Buckets>${buckets.join('')}</Buckets>${token}`
    return {
      body: `${XML_HEADER}<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</ListAllMyBucketsResult>`,
    }
  },
}
