import { scopedArns, type AccountScope, type RoleKey, type ScopedArns } from './account-scope.ts'
import type { RoleDefinition } from './role-definition.ts'
import { dataScientistRole } from './roles/data-scientist.ts'
import { eventsRole } from './roles/events.ts'
import { executionRole, experimentRole } from './roles/execution.ts'
import { mlEngineerRole } from './roles/ml-engineer.ts'

const DEFINE: Readonly<Record<RoleKey, (arns: ScopedArns) => RoleDefinition>> = {
  dataScientist: dataScientistRole,
  mlEngineer: mlEngineerRole,
  execution: executionRole,
  experiment: experimentRole,
  events: eventsRole,
}

/** Every role of Skyloop for one account. */
export function roleDefinitions(scope: AccountScope): Readonly<Record<RoleKey, RoleDefinition>> {
  const arns = scopedArns(scope)
  return {
    dataScientist: DEFINE.dataScientist(arns),
    mlEngineer: DEFINE.mlEngineer(arns),
    execution: DEFINE.execution(arns),
    experiment: DEFINE.experiment(arns),
    events: DEFINE.events(arns),
  }
}
