import type { Host } from './host.ts'
import { rewriteArgument } from './job-tree.ts'
import type { JobTree } from './job-tree.ts'

export interface EnvironmentSource {
  readonly host: Host
  readonly tree: JobTree
  readonly endpointUrl: string
  readonly region: string
  /** From {@link CredentialIssuer.grantToProcess}: how the job gets its role's credentials. */
  readonly grant: Readonly<Record<string, string>>
  /** Set by the platform, e.g. `TRAINING_JOB_NAME`. */
  readonly platform: Readonly<Record<string, string>>
  /** `Environment` of the request; paths under `/opt/ml` are rewritten. It cannot replace what the contract sets. */
  readonly request: Readonly<Record<string, string>> | undefined
}

/** The whole environment of a job process: the container contract and nothing of the engine's or the user's shell. */
export function jobEnvironment(source: EnvironmentSource): Record<string, string> {
  const { tree } = source
  const requested = Object.entries(source.request ?? {}).map(([name, value]) => [name, rewriteArgument(tree, value)])
  return {
    PATH: source.host.searchPath,
    LANG: 'C.UTF-8',
    ...(Object.fromEntries(requested) as Record<string, string>),
    HOME: tree.homeDir,
    TMPDIR: tree.temporaryDir,
    SAGEMAKER_BASE_DIR: tree.baseDir,
    AWS_REGION: source.region,
    AWS_DEFAULT_REGION: source.region,
    AWS_ENDPOINT_URL: source.endpointUrl,
    // Keeps SDKs from looking for an instance metadata service that is not there.
    AWS_EC2_METADATA_DISABLED: 'true',
    ...source.platform,
    ...source.grant,
  }
}
