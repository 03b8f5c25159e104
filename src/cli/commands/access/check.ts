import { defineCommand } from '../../command.ts'
import { EXIT } from '../../failure.ts'
import { asTask } from '../../terminal/reporter.ts'
import { formatTable } from '../../terminal/table.ts'

export const check = defineCommand({
  name: 'check',
  summary: 'prove which role may do what, and by which statement',
  description:
    'Asks IAM every question of the role x action matrix and compares the answers with what they should be.\n' +
    'Exit code 1 when one differs.',
  examples: [['access check', 'every role, every action of the matrix']],
  run: async (context) => {
    const { checkAccess } = await import('../../../governance/check-access.ts')
    const account = await context.account()
    const { accountId, region, names } = account
    const iam = await account.clients.iam()
    const findings = await asTask(
      context.report,
      'asking IAM',
      () => checkAccess(iam, { accountId, region, bucket: names.bucket }),
      (found) => `${found.filter((one) => one.asExpected).length} of ${found.length} as they should be`,
    )
    const rows = findings.map((one) => [
      one.asExpected ? 'ok' : 'WRONG',
      one.role,
      one.what,
      one.action,
      one.decision,
      one.decidedBy.join(', '),
    ])
    const wrong = findings.filter((one) => !one.asExpected).length
    return {
      value: { wrong, findings },
      text: formatTable(['', 'role', 'what', 'action', 'decision', 'by'], rows),
      exitCode: wrong > 0 ? EXIT.user : EXIT.ok,
    }
  },
})
