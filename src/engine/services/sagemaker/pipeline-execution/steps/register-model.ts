import { createHash } from 'node:crypto'
import type { CreateModelPackageOutput } from '@aws-sdk/client-sagemaker'
import { modelPackageGroups } from '../../model-package-group/record.ts'
import { describedModelPackage } from '../../model-package/describe-model-package.ts'
import { findModelPackage } from '../../model-package/record.ts'
import { invokeAsRole } from '../invoke-as-role.ts'
import type { StepExecutor } from '../step-executor.ts'

/** RegisterModel: arguments are the input of CreateModelPackage; a missing group is made, as SageMaker does. */
export const registerModelStep: StepExecutor = {
  run: async ({ workers, principal, execution, step, attempt, args, claim }) => {
    const { engine } = workers
    const group = args['ModelPackageGroupName']
    if (typeof group === 'string' && !modelPackageGroups(engine).get(group)) {
      await invokeAsRole(engine, principal, 'CreateModelPackageGroup', { ModelPackageGroupName: group })
    }
    // The token makes a repetition after a crash give the same version.
    const ClientToken = createHash('sha256')
      .update(`${execution.arn} ${step.Name} ${attempt}`)
      .digest('hex')
      .slice(0, 36)
    const input = { ...args, ClientToken }
    const made = (await invokeAsRole(engine, principal, 'CreateModelPackage', input)) as CreateModelPackageOutput
    claim(made.ModelPackageArn as string)
    return { resource: made.ModelPackageArn as string }
  },
  describe: (engine, { resource }) => {
    const found = resource === undefined ? undefined : findModelPackage(engine, resource)
    return found && describedModelPackage(found)
  },
}
