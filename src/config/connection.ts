import { SkyloopError } from '../core/errors.ts'
import { readEngineAccess } from './aws-files.ts'

/** What an SDK client's constructor takes so that it talks to the chosen place; nothing else decides where calls go. */
export interface ClientSettings {
  readonly region?: string
  readonly endpoint?: string
  /** A profile of the person's own AWS files; set only when they named it. */
  readonly profile?: string
  readonly credentials?: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
}

/** Where a command's calls go. */
export interface Connection {
  /** `engine`: the local one. `cloud`: AWS, because a profile was named. */
  readonly place: 'engine' | 'cloud'
  readonly settings: ClientSettings
}

export interface ConnectionOptions {
  /** State folder of the local engine. */
  readonly home: string
  /** From `--profile` alone: `AWS_PROFILE` is not looked at, so that nothing reaches the cloud unless it is named. */
  readonly profile?: string
  readonly region?: string
}

/**
 * Decides where calls go: the local engine, or the cloud when a profile is named.
 *
 * @throws SkyloopError `config.engine-not-started` when there is no engine in `home` and no profile is named
 */
export async function resolveConnection(options: ConnectionOptions): Promise<Connection> {
  const { profile, region, home } = options
  if (profile !== undefined) return { place: 'cloud', settings: { profile, ...(region ? { region } : {}) } }
  const access = await readEngineAccess(home)
  if (!access) {
    throw new SkyloopError({
      code: 'config.engine-not-started',
      message: `no engine has been started in ${home}`,
      hint: 'run `skyloop local start --detach`, or name a cloud with --profile',
    })
  }
  if (region !== undefined && region !== access.region) {
    throw new SkyloopError({
      code: 'config.region',
      message: `the local engine is region ${access.region}; --region ${region} was given`,
      hint: 'leave --region out, or name a cloud with --profile',
    })
  }
  return {
    place: 'engine',
    settings: {
      region: access.region,
      endpoint: access.endpoint,
      credentials: { accessKeyId: access.accessKeyId, secretAccessKey: access.secretAccessKey },
    },
  }
}
