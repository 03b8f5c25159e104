import { requireObject } from '../s3-errors.ts'
import { onObject, type S3Operation } from '../s3-operation.ts'
import { formatTagging, MAX_OBJECT_TAGS, parseTagging } from '../tag-set.ts'

export const getObjectTagging: S3Operation = {
  permissions: onObject('GetObjectTagging'),
  handle: (call) => ({ body: formatTagging(requireObject(call).attributes.tags) }),
}

export const putObjectTagging: S3Operation = {
  permissions: onObject('PutObjectTagging'),
  async handle(call) {
    requireObject(call)
    const tags = parseTagging((await call.body.read(64 * 1024)).toString('utf8'), MAX_OBJECT_TAGS)
    call.objects.table.setObjectTags(call.bucket, call.key, tags)
    return {}
  },
}

export const deleteObjectTagging: S3Operation = {
  permissions: onObject('DeleteObjectTagging'),
  handle(call) {
    requireObject(call)
    call.objects.table.setObjectTags(call.bucket, call.key, [])
    return { status: 204 }
  },
}
