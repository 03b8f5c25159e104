import type { S3Client } from '@aws-sdk/client-s3'
import type { S3Location } from '../../../core/s3-uri.ts'
import { formatBytes } from '../../../core/units.ts'
import type { ObjectEntry } from '../../../data/s3/entry.ts'
import { defineCommand } from '../../command.ts'
import { FILTER_OPTIONS, filterOf, type FilterValues } from './filter-options.ts'
import { s3Argument } from './uri-argument.ts'

interface Options extends FilterValues {
  readonly uploads?: boolean
}

export const list = defineCommand<Options>({
  name: 'list',
  summary: 'list objects under a prefix, buckets without one',
  description:
    'Prints size, time and key of each object as its page arrives, then the totals. With --json the objects are one\n' +
    'document, so a million of them want a filter.',
  arguments: [['[s3-uri]', 's3://bucket or s3://bucket/prefix']],
  options: [
    ...FILTER_OPTIONS,
    { flags: '--uploads', description: 'list multipart uploads that were begun and never finished; their parts cost' },
  ],
  examples: [
    ['s3 list', 'the buckets'],
    ['s3 list s3://my-bucket/raw --suffix .jpg --since 7d', 'the images of the last week'],
    ['s3 list s3://my-bucket --uploads', 'what interrupted programs have left'],
  ],
  run: async (context, options, [uri]) => {
    const location = uri === undefined ? undefined : s3Argument(uri)
    const client = await (await context.account()).clients.s3()
    if (uri === undefined || location === undefined) {
      const { listBuckets } = await import('../../../data/s3/list-buckets.ts')
      const buckets = await listBuckets(client, context.signal)
      return { value: { buckets }, text: buckets.map(({ name }) => `s3://${name}`).join('\n') }
    }
    if (options.uploads) {
      const { listUploads } = await import('../../../data/s3/list-uploads.ts')
      const uploads = await listUploads(client, uri, context.signal)
      const lines = uploads.map(({ key, uploadId, begun }) => `${begun}  s3://${location.bucket}/${key}  ${uploadId}`)
      return { value: { uploads }, text: [...lines, `${uploads.length} unfinished uploads`].join('\n') }
    }
    const { listObjects } = await import('../../../data/s3/list-objects.ts')
    const { keyFilter } = await import('../../../data/s3/key-filter.ts')
    const { printable } = await import('../../../data/s3/local-path.ts')
    const json = context.global.json === true
    const objects: { key: string; sizeBytes: number; modified: string; etag: string }[] = []
    const total = { objects: 0, sizeBytes: 0 }
    const filter = keyFilter(filterOf(options))
    const found = async function* () {
      let any = false
      for await (const object of listObjects(client, uri, { filter, signal: context.signal })) {
        any = true
        yield object
      }
      const whole = any ? undefined : await findObject(client, location, context.signal)
      if (whole && filter.wants(whole)) yield whole
    }
    for await (const object of found()) {
      const { fullKey, sizeBytes, etag } = object
      const modified = new Date(object.modifiedMs).toISOString()
      total.objects++
      total.sizeBytes += sizeBytes
      if (json) objects.push({ key: fullKey, sizeBytes, modified, etag })
      else context.print(`${formatBytes(sizeBytes).padStart(10)}  ${modified.slice(0, 19)}Z  ${printable(fullKey)}`)
    }
    return {
      value: { uri, ...total, items: objects },
      text: `${total.objects} objects, ${formatBytes(total.sizeBytes)}`,
    }
  },
})

/** The one object that a URI names, where no folder bears the name. */
async function findObject(client: S3Client, at: S3Location, signal: AbortSignal): Promise<ObjectEntry | undefined> {
  const { headObject } = await import('../../../data/s3/object-head.ts')
  const { statusOf } = await import('../../../data/s3/retry.ts')
  if (at.key === '' || at.key.endsWith('/')) return undefined
  try {
    const head = await headObject(client, { bucket: at.bucket, fullKey: at.key }, signal)
    return { ...head, key: at.key.slice(at.key.lastIndexOf('/') + 1) }
  } catch (error) {
    if (statusOf(error) === 404) return undefined
    throw error
  }
}
