import type { PipelineDefinitionS3Location } from '@aws-sdk/client-sagemaker'
import type { Permission } from '../../../wire/operation.ts'
import { validationError } from '../../../wire/aws-error.ts'
import type { Engine } from '../../../engine.ts'
import type { Checked } from '../checked.ts'

interface Source {
  readonly PipelineDefinition?: string
  readonly PipelineDefinitionS3Location?: Checked<PipelineDefinitionS3Location>
}

/** Whoever gives a definition by its place in S3 must be allowed to read it. */
export function definitionPermissions({ PipelineDefinitionS3Location: place }: Source): Permission[] {
  return place ? [{ action: 's3:GetObject', resource: `arn:aws:s3:::${place.Bucket}/${place.ObjectKey}` }] : []
}

/** The definition's text. @returns undefined when the request gives none. @throws ValidationException when it is not in S3 */
export async function definitionText(engine: Engine, source: Source): Promise<string | undefined> {
  const { PipelineDefinition, PipelineDefinitionS3Location: place } = source
  if (PipelineDefinition !== undefined && place) {
    throw validationError('give PipelineDefinition or PipelineDefinitionS3Location, not both')
  }
  if (!place) return PipelineDefinition
  const bytes = await engine.objects.read(place.Bucket, place.ObjectKey)
  if (!bytes) throw validationError(`s3://${place.Bucket}/${place.ObjectKey} does not exist`)
  return Buffer.from(bytes).toString('utf8')
}
