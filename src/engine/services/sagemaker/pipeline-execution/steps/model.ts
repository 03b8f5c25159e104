import { describedModel } from '../../model/describe-model.ts'
import { models } from '../../model/record.ts'
import { invokeAsRole } from '../invoke-as-role.ts'
import type { StepExecutor } from '../step-executor.ts'

/** Model: arguments are the input of CreateModel; the name is given here. */
export const modelStep: StepExecutor = {
  run: async ({ workers, principal, resource, name, args, claim }) => {
    if (resource !== undefined && models(workers.engine).get(resource)) return { resource }
    claim(name)
    await invokeAsRole(workers.engine, principal, 'CreateModel', { ...args, ModelName: name })
    return { resource: name }
  },
  describe: (engine, { resource }) => {
    const model = resource === undefined ? undefined : models(engine).get(resource)
    return model && describedModel(model)
  },
}
