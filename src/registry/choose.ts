import type { SageMakerClient } from '@aws-sdk/client-sagemaker'
import { SkyloopError } from '../core/errors.ts'
import { listPackages } from './list.ts'
import type { PackageVersion } from './package.ts'

/**
 * Finds the version that a person means.
 *
 * @param choice an ARN, a version number, `latest` (whatever its state) or `approved` (the newest approved)
 * @throws SkyloopError `registry.no-such-package` naming what is there
 */
export async function choosePackage(client: SageMakerClient, group: string, choice: string): Promise<PackageVersion> {
  const versions = await listPackages(client, group)
  const found =
    choice === 'latest'
      ? versions[0]
      : choice === 'approved'
        ? versions.find((one) => one.approval === 'Approved')
        : versions.find((one) => one.arn === choice || String(one.version) === choice)
  if (found) return found
  const there = versions.map((one) => `${one.version} (${one.approval})`).join(', ')
  throw new SkyloopError({
    code: 'registry.no-such-package',
    message: `group ${group} has no package "${choice}"; it has ${there || 'no versions yet'}`,
    hint: there ? 'run `skyloop model list`' : 'run `skyloop pipeline run --wait` first',
  })
}
