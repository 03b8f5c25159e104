import { AwsError } from '../../../wire/aws-error.ts'
import { childrenNamed, childText, element, parseXml, XML_HEADER } from '../../../wire/xml.ts'
import { malformedXml, requireBucket } from '../s3-errors.ts'
import { objectArn, type S3Operation } from '../s3-operation.ts'

const MAX_KEYS = 1000
const MAX_BODY_BYTES = 4 * 1024 * 1024

/**
 * DeleteObjects: each key is authorised and deleted for itself.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
 */
export const deleteObjects: S3Operation = {
  permissions: () => [],
  async handle(call) {
    const { bucket, objects, engine, principal } = call
    requireBucket(call)
    const xml = parseXml((await call.body.read(MAX_BODY_BYTES)).toString('utf8'))
    const keys = xml === undefined ? [] : childrenNamed(xml, 'Object').map((item) => childText(item, 'Key') ?? '')
    if (xml === undefined || keys.length === 0 || keys.length > MAX_KEYS || keys.includes('')) throw malformedXml()
    const isQuiet = childText(xml, 'Quiet') === 'true'
    const results = engine.store.transaction(() =>
      keys.map((key) => {
        try {
          engine.authorize(principal, [{ action: 's3:DeleteObject', resource: objectArn(bucket, key) }])
        } catch (error) {
          if (!(error instanceof AwsError)) throw error
          return `<Error>${element('Key', key)}${element('Code', error.code)}${element('Message', error.message)}</Error>`
        }
        objects.delete(bucket, key)
        return isQuiet ? '' : `<Deleted>${element('Key', key)}</Deleted>`
      }),
    )
    return {
      body: `${XML_HEADER}<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${results.join('')}</DeleteResult>`,
    }
  },
}
