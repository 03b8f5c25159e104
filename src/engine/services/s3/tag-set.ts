import { AwsError } from '../../wire/aws-error.ts'
import { decodeFormText } from '../../wire/http-request.ts'
import { child, childrenNamed, childText, element, parseXml, XML_HEADER } from '../../wire/xml.ts'
import type { S3Tag } from './object-table.ts'
import { malformedXml } from './s3-errors.ts'

/** Reads `<Tagging><TagSet>…`. @throws AwsError `MalformedXML`, `InvalidTag`, `BadRequest` beyond `limit` tags */
export function parseTagging(text: string, limit: number): S3Tag[] {
  const set = ((xml) => (xml === undefined ? undefined : child(xml, 'TagSet')))(parseXml(text))
  if (set === undefined) throw malformedXml()
  const tags = childrenNamed(set, 'Tag').map((tag) => ({
    key: childText(tag, 'Key') ?? '',
    value: childText(tag, 'Value') ?? '',
  }))
  return checkTags(tags, limit)
}

/** Reads the header `x-amz-tagging`, form encoded. */
export function parseTaggingHeader(text: string | undefined): S3Tag[] {
  if (text === undefined || text === '') return []
  const tags = text.split('&').map((part) => {
    const [key = '', value = ''] = part.split('=', 2)
    return { key: decodeFormText(key), value: decodeFormText(value) }
  })
  return checkTags(tags, MAX_OBJECT_TAGS)
}

export const MAX_OBJECT_TAGS = 10
export const MAX_BUCKET_TAGS = 50

function checkTags(tags: S3Tag[], limit: number): S3Tag[] {
  if (tags.length > limit) throw new AwsError('BadRequest', 400, `Tags cannot be greater than ${limit}`)
  for (const { key, value } of tags) {
    if (key === '' || key.length > 128)
      throw new AwsError('InvalidTag', 400, 'The TagKey you have provided is invalid', { TagKey: key })
    if (value.length > 256)
      throw new AwsError('InvalidTag', 400, 'The TagValue you have provided is invalid', { TagValue: value })
  }
  if (new Set(tags.map((tag) => tag.key)).size < tags.length) {
    throw new AwsError('InvalidTag', 400, 'Cannot provide multiple Tags with the same key')
  }
  return tags
}

export function formatTagging(tags: readonly S3Tag[]): string {
  const items = tags.map(({ key, value }) => `<Tag>${element('Key', key)}${element('Value', value)}</Tag>`)
  return `${XML_HEADER}<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet>${items.join('')}</TagSet></Tagging>`
}
