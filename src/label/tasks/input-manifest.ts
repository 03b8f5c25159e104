import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { SkyloopError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import { parseS3Uri } from '../../core/s3-uri.ts'

/** One image of an input manifest. */
export interface ManifestEntry {
  /** `s3://bucket/key` of the image */
  readonly sourceRef: string
  /** The whole line, which goes to the output with what was added. */
  readonly line: Readonly<Record<string, unknown>>
}

/** Longest line that Ground Truth takes, in characters. */
const LINE_LIMIT = 100_000
/** Largest manifest that is read into memory. */
const MANIFEST_LIMIT_BYTES = 200_000_000
const SHOWN_PROBLEMS = 10

/**
 * Reads an input manifest: JSON Lines with a `source-ref` in each.
 *
 * @throws SkyloopError `label.manifest` with every line that is not one; the SDK's own error when it cannot be read
 */
export async function readInputManifest(s3: S3Client, uri: string): Promise<readonly ManifestEntry[]> {
  const { bucket, key } = parseS3Uri(uri)
  const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
  if ((object.ContentLength ?? 0) > MANIFEST_LIMIT_BYTES) {
    throw wrong(uri, [`it has ${object.ContentLength} bytes, more than ${MANIFEST_LIMIT_BYTES}`])
  }
  return parseInputManifest((await object.Body?.transformToString('utf-8')) ?? '', uri)
}

export function parseInputManifest(text: string, uri: string): readonly ManifestEntry[] {
  const problems: string[] = []
  const entries: ManifestEntry[] = []
  for (const [index, given] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    if (given.trim() === '') continue
    const read = readLine(given)
    if (typeof read === 'string') problems.push(`line ${index + 1} ${read}`)
    else entries.push(read)
  }
  if (problems.length > 0) throw wrong(uri, problems)
  if (entries.length === 0) throw wrong(uri, ['it has no lines'])
  return entries
}

function readLine(text: string): ManifestEntry | string {
  if (text.length > LINE_LIMIT) return `has ${text.length} characters, more than ${LINE_LIMIT}`
  let line: unknown
  try {
    line = JSON.parse(text)
  } catch {
    return 'is not JSON'
  }
  if (!isObject(line)) return 'is not a JSON object'
  const sourceRef = line['source-ref']
  if (typeof sourceRef !== 'string') return 'has no "source-ref"'
  try {
    if (parseS3Uri(sourceRef).key === '') return `names a bucket, not an image: ${sourceRef}`
  } catch {
    return `has a "source-ref" that is no S3 URI: ${sourceRef.slice(0, 100)}`
  }
  return { sourceRef, line }
}

function wrong(uri: string, problems: readonly string[]): SkyloopError {
  const more = problems.length > SHOWN_PROBLEMS ? `\n  - and ${problems.length - SHOWN_PROBLEMS} more` : ''
  return new SkyloopError({
    code: 'label.manifest',
    message: `${uri} is not an input manifest:\n  - ${problems.slice(0, SHOWN_PROBLEMS).join('\n  - ')}${more}`,
    hint: 'each line is one JSON object such as {"source-ref":"s3://bucket/image.jpg"}',
  })
}
