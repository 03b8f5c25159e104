import { GetObjectCommand, PutObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { SkyloopError } from '../../core/errors.ts'
import { parseS3Uri } from '../../core/s3-uri.ts'

export interface PresignOptions {
  readonly method: 'get' | 'put'
  /** 1 to 604800, seven days: S3's limit. Keys of a role end earlier, and the URL with them. */
  readonly expiresInSeconds: number
  /** For `put`: whoever uses the URL must send exactly this `Content-Type`. */
  readonly contentType?: string
  /** For `get`: the name under which a browser saves it. */
  readonly fileName?: string
}

const MAX_EXPIRY_SECONDS = 604_800

/**
 * A URL with which anyone may read, or write, one object until it expires. It is made without a call: whether the object
 * exists, and whether the signer may reach it, shows when it is used.
 *
 * @throws SkyloopError `data.s3.presign`
 */
export async function presign(client: S3Client, uri: string, options: PresignOptions): Promise<string> {
  const { bucket, key } = parseS3Uri(uri)
  const { method, expiresInSeconds, contentType, fileName } = options
  const problem =
    key === '' || key.endsWith('/')
      ? `${uri} names no object`
      : !(Number.isInteger(expiresInSeconds) && expiresInSeconds >= 1 && expiresInSeconds <= MAX_EXPIRY_SECONDS)
        ? `the URL would be good for ${expiresInSeconds} s; allowed: 1 to ${MAX_EXPIRY_SECONDS}, which is seven days`
        : method === 'get' && contentType !== undefined
          ? 'a content type can be set for a put only'
          : method === 'put' && fileName !== undefined
            ? 'a file name can be set for a get only'
            : undefined
  if (problem !== undefined) throw new SkyloopError({ code: 'data.s3.presign', message: problem })
  // The SDK would otherwise sign the checksum of the empty body that it sees here, and S3 refuse every other.
  const settings: Pick<S3ClientConfig, 'requestChecksumCalculation' | 'responseChecksumValidation'> = {
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  }
  // A client takes the resolved configuration of another, which its type does not say.
  const { retryStrategy: _calls, ...resolved } = client.config
  const signer = new S3Client({ ...(resolved as object as S3ClientConfig), ...settings })
  if (method === 'get') {
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      ...(fileName !== undefined && { ResponseContentDisposition: attachment(fileName) }),
    })
    return getSignedUrl(signer, command, { expiresIn: expiresInSeconds })
  }
  const command = new PutObjectCommand({ Bucket: bucket, Key: key, ...(contentType && { ContentType: contentType }) })
  return getSignedUrl(signer, command, { expiresIn: expiresInSeconds, signableHeaders: new Set(['content-type']) })
}

/** @source RFC 6266, section 4.3: the plain name for old readers, the encoded one for any character */
function attachment(fileName: string): string {
  const plain = fileName.replaceAll(/[^\w .()-]/g, '_')
  const encoded = encodeURIComponent(fileName).replaceAll(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}
