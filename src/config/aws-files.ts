import { chmod, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../core/files.ts'
import { codeOf } from '../core/errors.ts'

/** Sections of an AWS shared config file: section name to its keys and values. */
export type IniSections = Readonly<Record<string, Readonly<Record<string, string>>>>

/** Reads the flat part of AWS's ini dialect: `[section]`, `key = value`, `#` and `;` comments; nested settings are left out. */
export function parseIni(text: string): Record<string, Record<string, string>> {
  const sections: Record<string, Record<string, string>> = Object.create(null) as Record<string, Record<string, string>>
  let current: Record<string, string> | undefined
  for (const raw of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue
    const header = /^\[\s*(.+?)\s*\]$/.exec(line)
    if (header) {
      current = sections[header[1] as string] ??= Object.create(null) as Record<string, string>
      continue
    }
    // Indented lines are a nested section of the key above.
    if (/^\s/.test(raw)) continue
    const equals = line.indexOf('=')
    if (equals > 0 && current) current[line.slice(0, equals).trim()] = line.slice(equals + 1).trim()
  }
  return sections
}

function formatIni(sections: IniSections): string {
  return Object.entries(sections)
    .map(([name, values]) =>
      [`[${name}]`, ...Object.entries(values).map(([key, value]) => `${key} = ${value}`), ''].join('\n'),
    )
    .join('\n')
}

/** How to reach the local engine as its administrator. */
export interface EngineAccess {
  /** e.g. `http://127.0.0.1:4600` */
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** Role name by profile name: each becomes a profile that the AWS CLI and every SDK assume through the engine's STS. */
export type RoleProfiles = Readonly<Record<string, string>>

/**
 * A nested section: boto3 signs presigned URLs for us-east-1 with version 2, which the engine refuses, unless told so.
 */
const S3_SETTINGS = '\n  signature_version = s3v4'

/**
 * Writes `<home>/aws/config` and `<home>/aws/credentials`, mode 0600, so that any AWS tool reaches the engine with
 * `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE`. `~/.aws` is never touched.
 *
 * @param roles profile name to role ARN
 */
export async function writeEngineAccess(home: string, access: EngineAccess, roles: RoleProfiles): Promise<void> {
  const folder = join(home, 'aws')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const common = { region: access.region, endpoint_url: access.endpoint, s3: S3_SETTINGS }
  const config = formatIni({
    default: common,
    ...Object.fromEntries(
      Object.entries(roles).map(([name, arn]) => [
        `profile ${name}`,
        { ...common, role_arn: arn, source_profile: 'default' },
      ]),
    ),
  })
  const credentials = formatIni({
    default: { aws_access_key_id: access.accessKeyId, aws_secret_access_key: access.secretAccessKey },
  })
  for (const [name, text] of [
    ['config', config],
    ['credentials', credentials],
  ] as const) {
    const path = join(folder, name)
    await writeFileAtomic(path, text)
    await chmod(path, 0o600)
  }
}

/** @returns undefined when no engine has been started in `home` */
export async function readEngineAccess(home: string): Promise<EngineAccess | undefined> {
  const [config, credentials] = await Promise.all([
    readOptional(join(home, 'aws', 'config')),
    readOptional(join(home, 'aws', 'credentials')),
  ])
  if (config === undefined || credentials === undefined) return undefined
  const place = parseIni(config)['default']
  const keys = parseIni(credentials)['default']
  const endpoint = place?.['endpoint_url']
  const accessKeyId = keys?.['aws_access_key_id']
  const secretAccessKey = keys?.['aws_secret_access_key']
  if (!endpoint || !accessKeyId || !secretAccessKey) return undefined
  return { endpoint, region: place?.['region'] ?? 'us-east-1', accessKeyId, secretAccessKey }
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
